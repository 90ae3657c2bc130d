//! A store whose log tells of reads and refusals and lost its beginning, and that remembers calls.

use std::time::Duration;

use super::stores::{describe, options, write_once};
use crate::golden::remembered;
use crate::{
    AuditPolicy, AuditReads, Context, ErrorKind, ManualClock, Put, Result, Store, Sweep, Tier, Unlock,
};

const DAY: Duration = Duration::from_secs(86_400);
const AUDITED: &str = "\
comment: batched, strict and refused reads, refused writes, a log without its beginning, and calls that are remembered, over and forgotten
unlock: raw-key 5ea1ed0000000000000000000000000000000000000000000000000000000006
closed: orderly
";
const PACKED: &str = "\
comment: as audited, with event lists in the log
unlock: raw-key 5ea1ed0000000000000000000000000000000000000000000000000000000007
closed: orderly
";

pub(super) fn write_audited() {
    write("audited", AUDITED);
    write("packed", PACKED);
}

fn write(name: &str, head: &str) {
    write_once(name, head, |scratch, clock, key| {
        let path = scratch.join("new");
        let store = options(clock).create(&path, key)?;
        begin(&store)?;
        age(&store, clock)?;
        read(&store, clock)?;
        refuse(&store, clock);
        lock(&store, key)?;
        remembered::prepare(&store)?;
        remembered::call_all(&store, &|once| assert!(!once.was_replayed()))?;
        pass(&store, clock)?;
        store.close()?;
        let store = options(clock).open(&path, key)?;
        let described = describe(&store, head, clock)?;
        store.close()?;
        Ok(described)
    });
}

/// What the log says of reads, one secret of each tier, and calls that will be forgotten.
fn begin(store: &Store) -> Result<()> {
    let policy = AuditPolicy::new().reads_of(Tier::Sensitive, AuditReads::Off);
    store.policy().set_audit(policy.reads_of(Tier::Critical, AuditReads::Strict).keep_days(30))?;
    store.policy().set_idempotency_window(7 * DAY)?;
    for (path, tier) in [
        ("read/standard", Tier::Standard),
        ("read/sensitive", Tier::Sensitive),
        ("read/critical", Tier::Critical),
    ] {
        store.put_with(path, path, Put::new().tier(tier))?;
    }
    for number in 0..20 {
        let once = store.with(Context::new().idempotency_key(format!("early {number}")))?;
        once.put("read/often", format!("value {number}"))?;
    }
    Ok(())
}

/// A sweep, some time later, removes the beginning of the log and forgets calls.
fn age(store: &Store, clock: &ManualClock) -> Result<()> {
    clock.advance(40 * DAY);
    let swept = store.sweep(Sweep::new().at_most(15))?;
    assert!(swept.audit_events > 0 && swept.more);
    assert!(!store.sweep(Sweep::new())?.more);
    clock.advance(Duration::from_millis(1));
    let policy = store.policy().audit()?;
    store.policy().set_audit(policy.keep_bytes(1 << 20))
}

/// Reads that are counted, told before, not told, and in vain.
fn read(store: &Store, clock: &ManualClock) -> Result<()> {
    let web = store.with(Context::new().label("app", "web").request_id("req-\u{1f511}-7"))?;
    for _ in 0..3 {
        store.get("read/standard")?;
        web.get("read/standard")?;
        clock.advance(Duration::from_millis(1));
    }
    web.get_version("read/often", 19)?;
    web.get("read/sensitive")?;
    web.get("read/critical")?;
    store.with(Context::new().reason("incident 7"))?.get("read/critical")?;
    for (path, version) in [("read/nothing", 7), ("read/standard", 9)] {
        assert_eq!(store.get_version(path, version).unwrap_err().kind(), ErrorKind::NotFound);
        clock.advance(Duration::from_millis(1));
    }
    assert_eq!(web.get_version("read/often", 1).unwrap_err().kind(), ErrorKind::Destroyed);
    let error = store.transaction(|tx| tx.get("read/critical").and_then(|_| tx.get("read/nothing")));
    assert_eq!(error.unwrap_err().kind(), ErrorKind::NotFound);
    // Strict reads write to the file: nobody reads it any more.
    store.delete("read/critical").map(drop)
}

/// Writes that are refused, and told.
fn refuse(store: &Store, clock: &ManualClock) {
    let web = store.with(Context::new().label("app", "web")).unwrap();
    assert_eq!(
        web.put_with("read/standard", "x", Put::new().expect_version(9)).unwrap_err().kind(),
        ErrorKind::Conflict
    );
    clock.advance(Duration::from_millis(1));
    for _ in 0..2 {
        assert_eq!(web.delete("read/nothing").unwrap_err().kind(), ErrorKind::NotFound);
    }
    assert_eq!(web.destroy("read/nothing").unwrap_err().kind(), ErrorKind::NotFound);
}

/// An attempt to unlock it with a wrong key.
fn lock(store: &Store, key: &Unlock) -> Result<()> {
    store.lock()?;
    assert_eq!(store.unlock(Unlock::raw_key(&[9; 32])).unwrap_err().kind(), ErrorKind::WrongKey);
    store.unlock(key)
}

/// A call that is over and not forgotten, and a read that is written when the store is closed.
fn pass(store: &Store, clock: &ManualClock) -> Result<()> {
    store.policy().set_idempotency_window(Duration::from_secs(60))?;
    store.with(Context::new().idempotency_key("over"))?.put("call/over", "one")?;
    clock.advance(Duration::from_secs(120));
    let swept = store.sweep(Sweep::new().at_most(0))?;
    assert!(swept.more);
    store.policy().set_idempotency_window(30 * DAY)?;
    store.get("read/standard").map(drop)
}
