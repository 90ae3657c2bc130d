//! One store with everything that can be in one.

use std::time::Duration;

use super::stores::{describe, options, put, write_once};
use crate::golden::text::bytes_of;
use crate::{ManualClock, Put, Result, Retention, Store, Sweep, Tags, Tier, Timestamp, Update};

const DAY: Duration = Duration::from_secs(86_400);
const HEAD: &str = "\
comment: metadata, tags, versions in every state, a trash, retention, a backup, and a jump of the clock that nobody confirmed
unlock: raw-key 5ea1ed0000000000000000000000000000000000000000000000000000000003
closed: orderly
";

pub(super) fn write_everything() {
    write_once("everything", HEAD, |scratch, clock, key| {
        let path = scratch.join("new");
        let store = options(clock).create(&path, key)?;
        keep(&store)?;
        mistake_time(&store, clock)?;
        describe_secrets(&store, clock)?;
        change_versions(&store, clock)?;
        fill_trash(&store, clock)?;
        move_secrets(&store)?;
        store.close()?;
        let store = options(clock).open(&path, key)?;
        store.backup(scratch.join("backup"))?;
        jump(&store, clock)?;
        store.close()?;
        let store = options(clock).open(&path, key)?;
        let described = describe(&store, HEAD, clock)?;
        store.close()?;
        Ok(described)
    });
}

/// What is kept, of the store and of namespaces.
fn keep(store: &Store) -> Result<()> {
    let policy = store.policy();
    policy.set_retention(Retention::inherited().keep_versions(20))?;
    policy.set_retention_under("staging", Retention::inherited().keep_versions(3).keep_trash_days(7))?;
    policy.set_retention_under("scratch/eu", Retention::inherited().keep_trash_days(0))?;
    policy.set_retention_under("archive", Retention::inherited().keep_versions(0))?;
    policy.set_retention_under("never said", Retention::inherited().keep_versions(1))?;
    policy.set_retention_under("never said", Retention::inherited())
}

/// Metadata, one of each sort and all at once, and an index of a tag that takes more than one row.
fn describe_secrets(store: &Store, clock: &ManualClock) -> Result<()> {
    let tags =
        Tags::new().with("env", "prod")?.with("owner", "Gr\u{fc}\u{df}e & Co.")?.with("reviewed", "")?;
    let all = Put::new().tier(Tier::Critical).tags(tags).content_type("text/plain; charset=utf-8");
    let all =
        all.description("Of the main database.\n\tAsk before you change it.").max_versions(9).trash_days(60);
    store.put_with("production/db/password", "first", all.clone().note("made by hand"))?;
    store.put_with("production/api key", "sk-1", Put::new().tag("env", "prod").tag("query", "a=b"))?;
    store.put_with("production/flag", [], Put::new().tier(Tier::Sensitive).tag("reviewed", ""))?;
    clock.advance(Duration::from_millis(1));
    store.get("production/api key")?;
    clock.advance(Duration::from_millis(1));
    store.update(
        "production/api key",
        Update::new().tag("env", "test").remove_tag("query").tier(Tier::Critical),
    )?;
    store.put_with("production/api key", "sk-2", Put::new().description("rotated"))?;
    store.transaction(|tx| {
        (0..24).try_for_each(|number| {
            let path = format!("archive/{}{}", char::from(b'a' + number), "-".repeat(60));
            tx.put_with(&path, [number], Put::new().tag("bulk", "")).map(drop)
        })
    })
}

/// Versions in every state, of large and small values, current ones among them.
fn change_versions(store: &Store, clock: &ManualClock) -> Result<()> {
    for value in ["count*70000", "a5*20000", "00*0", "count*4100", "5a*1172", "68756e74657232", "count*300"] {
        clock.advance(Duration::from_millis(1));
        put(store, "production/db/password", value)?;
    }
    store.delete_version("production/db/password", 3)?;
    store.destroy_version("production/db/password", 2)?;
    store.delete_version("production/db/password", 5)?;
    store.restore_version("production/db/password", 5)?;
    store.rollback("production/db/password", 6)?;
    for path in ["staging/key", "staging/token", "scratch/eu/gone", "scratch/eu/due", "archive/gone"] {
        for value in ["31", "count*9000", "33", "34", "35"] {
            put(store, path, value)?;
        }
    }
    store.delete_version("staging/key", 4)?;
    store.delete_version("staging/token", 5)?;
    store.destroy_version("archive/gone", 5)?;
    store.delete_version("scratch/eu/gone", 2)?;
    clock.advance(DAY);
    store.sweep(Sweep::new())?;
    // Due, and nobody swept since.
    store.delete_version("scratch/eu/due", 5).map(drop)
}

/// Secrets in the trash: several of one path, with all sorts of versions; some came back, were destroyed or purged.
fn fill_trash(store: &Store, clock: &ManualClock) -> Result<()> {
    let tagged = Put::new().tag("env", "prod").tag("bulk", "").note("twice the same path");
    store.put_with("production/old", bytes_of("count*70000").unwrap(), &tagged)?;
    store.put_with("production/old", "one", Put::new())?;
    store.put_with("production/old", "two", &tagged)?;
    store.delete_version("production/old", 2)?;
    store.delete("production/old")?;
    clock.advance(Duration::from_millis(1));
    store.put_with("production/old", "another secret", Put::new().tag("env", "prod").trash_days(90))?;
    store.delete("production/old")?;
    store.put_with("production/old", "and one that lives", Put::new().tag("env", "test"))?;
    for path in
        ["trash/restored", "trash/restored elsewhere", "trash/destroyed", "scratch/eu/purged", "a/live one"]
    {
        store.put_with(path, path, Put::new().tag("where", path))?;
    }
    store.delete("trash/restored")?;
    store.restore("trash/restored")?;
    let elsewhere = store.delete("trash/restored elsewhere")?;
    store.restore_to(elsewhere.id, "came/back")?;
    let destroyed = store.delete("trash/destroyed")?;
    store.destroy(destroyed.id)?;
    store.destroy("a/live one")?;
    store.delete("scratch/eu/purged")?;
    clock.advance(Duration::from_millis(1));
    store.sweep(Sweep::new())?;
    // Due, and nobody swept since.
    store.put_with("scratch/eu/old", "due at once", Put::new().tag("env", "scratch"))?;
    store.delete("scratch/eu/old").map(drop)
}

fn move_secrets(store: &Store) -> Result<()> {
    let described = Put::new().tag("env", "prod").description("moved, with two versions");
    store.put_with("moved/one/key", bytes_of("count*5000").unwrap(), &described)?;
    store.put_with("moved/one/key", "two", Put::new())?;
    store.put("moved/one/deep/er", "three")?;
    store.delete_version("moved/one/key", 1)?;
    store.rename("moved/one/deep/er", "moved/one/Gr\u{fc}\u{df}e/\u{1f511}")?;
    store.rename_prefix("moved/one", "moved/two/three").map(drop)
}

/// A clock that goes back, and one that jumps and is confirmed.
fn mistake_time(store: &Store, clock: &ManualClock) -> Result<()> {
    let now = clock.now();
    clock.set(Timestamp::from_millis(now.as_millis() - 3_600_000));
    store.put("clock", "behind")?;
    clock.set(now);
    clock.advance(400 * DAY);
    store.put("clock", "a jump")?;
    store.sweep(Sweep::new().confirm_clock()).map(drop)
}

/// A clock that jumps, and nobody confirms it.
fn jump(store: &Store, clock: &ManualClock) -> Result<()> {
    put(store, "clock", "count*66000")?;
    clock.advance(500 * DAY);
    store.put("clock", "another jump")?;
    store.put("late/old", "after the jump")?;
    store.delete("late/old").map(drop)
}
