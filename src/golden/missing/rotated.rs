//! A store of rotation and expiry, whose events say who did what and why.

use std::time::Duration;

use super::stores::{describe, options, write_once};
use crate::golden::text::bytes_of;
use crate::{Context, ManualClock, OnExpiry, Put, Result, Store, Sweep, Update};

const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(86_400);
const HEAD: &str = "\
comment: versions in grace, retired, revoked and deleted, secrets that expire, have expired or are to be rotated, and events that say why
unlock: raw-key 5ea1ed0000000000000000000000000000000000000000000000000000000005
closed: orderly
";

pub(super) fn write_rotated() {
    write_once("rotated", HEAD, |scratch, clock, key| {
        let path = scratch.join("new");
        let store = options(clock).create(&path, key)?;
        let nightly = Context::new().label("app", "rotator").label("team", "Gr\u{fc}\u{df}e & Co.");
        let nightly = store.with(nightly.reason("nightly rotation").request_id("req-\u{1f511}-7"))?;
        schedule(&store)?;
        rotate(&nightly, clock)?;
        revoke(&store.with(Context::new().reason("leaked"))?, clock)?;
        expire(&store.with(Context::new().label("app", "sweeper"))?, clock)?;
        move_scheduled(&store.with(Context::new().request_id("8"))?, clock)?;
        let described = describe(&store, HEAD, clock)?;
        store.close()?;
        Ok(described)
    });
}

/// Secrets that expire and are to be rotated, some of which do not any more.
fn schedule(store: &Store) -> Result<()> {
    let tagged = Put::new().tag("env", "prod");
    store.put_with("expiry/blocked", "one", tagged.clone().expires_in(20 * DAY))?;
    store.put_with("expiry/trashed", "one", tagged.expires_in(20 * DAY).on_expiry(OnExpiry::Trash))?;
    store.put_with("expiry/soon", bytes_of("count*9000").unwrap(), Put::new().expires_in(40 * DAY))?;
    store.put_with("expiry/late", "one", Put::new().expires_in(4_000 * DAY).on_expiry(OnExpiry::Trash))?;
    store.put_with("expiry/unswept", "one", Put::new().expires_in(33 * DAY).on_expiry(OnExpiry::Trash))?;
    store.put_with("expiry/never", "one", Put::new().expires_in(DAY).rotate_every(DAY))?;
    store.update("expiry/never", Update::new().expires_at(None).rotate_every(None))?;
    store.put_with("expiry/deleted", "one", Put::new().expires_in(50 * DAY).rotate_every(HOUR))?;
    store.put_with("expiry/restored", "one", Put::new().expires_in(50 * DAY).rotate_every(HOUR))?;
    store.put_with("rotation/due", "one", Put::new().rotate_every(DAY).max_versions(2))?;
    store.put_with("rotation/both", "one", Put::new().rotate_every(90 * DAY).expires_in(90 * DAY)).map(drop)
}

/// Versions in grace, of which none is pruned, and such whose grace is over.
fn rotate(store: &Store, clock: &ManualClock) -> Result<()> {
    for (value, grace) in [("two", HOUR), ("three", 100 * DAY), ("four", 100 * DAY), ("five", 100 * DAY)] {
        clock.advance(Duration::from_millis(1));
        store.rotate("rotation/due", value, grace)?;
    }
    let kept = Put::new().trash_days(3_650);
    for value in ["count*70000", "a5*20000", "5a*1172"] {
        store.put_with("rotation/large", bytes_of(value).unwrap(), &kept)?;
        clock.advance(Duration::from_millis(1));
    }
    store.rotate("rotation/large", bytes_of("count*4100").unwrap(), 60 * DAY)?;
    store.rotate_with(
        "rotation/large",
        bytes_of("count*300").unwrap(),
        Duration::ZERO,
        Put::new().note("at once"),
    )?;
    store.delete_version("rotation/large", 3)?;
    clock.advance(2 * HOUR);
    store.rollback("rotation/due", 2).map(drop)
}

/// Versions whose grace is ended, or that never had one; deleted ones among them.
fn revoke(store: &Store, clock: &ManualClock) -> Result<()> {
    for name in ["revoked/key", "revoked/token"] {
        for value in ["one", "two", "three", "four"] {
            match value {
                "one" => store.put_with(name, value, Put::new().trash_days(3_650)).map(drop)?,
                _ => store.rotate(name, value, 200 * DAY).map(drop)?,
            }
            clock.advance(Duration::from_millis(1));
        }
    }
    store.revoke_version("revoked/key", 1)?;
    store.delete_version("revoked/key", 2)?;
    store.revoke_version("revoked/key", 2)?;
    store.put("revoked/key", "five")?;
    store.revoke_version("revoked/key", 4)?;
    store.delete_version("revoked/token", 2)?;
    store.delete_version("revoked/token", 3)?;
    store.restore_version("revoked/token", 3)?;
    store.delete_version("revoked/token", 4)?;
    store.rotate("revoked/token", "five", 300 * DAY)?;
    store.destroy_version("revoked/token", 1).map(drop)
}

/// What is told of expiry, once for each lead, and what is thrown away.
fn expire(store: &Store, clock: &ManualClock) -> Result<()> {
    store.sweep(Sweep::new())?;
    clock.advance(15 * DAY);
    store.sweep(Sweep::new())?;
    clock.advance(4 * DAY);
    store.sweep(Sweep::new())?;
    clock.advance(DAY);
    store.sweep(Sweep::new())?;
    clock.advance(13 * DAY);
    // Due, and nobody swept since: expiry/unswept.
    Ok(())
}

/// Scheduled secrets that were moved, deleted, and came back.
fn move_scheduled(store: &Store, clock: &ManualClock) -> Result<()> {
    store.rename("rotation/both", "moved/both")?;
    store.delete("expiry/deleted")?;
    store.put("expiry/deleted", "another secret")?;
    store.delete("expiry/restored")?;
    clock.advance(Duration::from_millis(1));
    store.restore("expiry/restored")?;
    store.get_version("rotation/due", 3)?;
    store.update("rotation/due", Update::new().rotate_every(2 * DAY)).map(drop)
}
