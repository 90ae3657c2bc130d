//! Calls of every operation that a golden store remembers: they come again, and nothing is done.

use std::time::Duration;

use super::calls::spelled;
use super::contradictions::tables_of;
use super::directory;
use super::stores::{Sidecar, golden, open};
use crate::crypto::mac::hmac_parts;
use crate::record::idempotency::call_id;
use crate::tables::idempotency;
use crate::{Context, ErrorKind, Put, Rename, Result, SecretPath, Store, Tier, Update, VersionState};

const KEY: &str = "order-4711";
const HOUR: Duration = Duration::from_secs(3_600);

/// What the calls are about.
pub(super) fn prepare(store: &Store) -> Result<()> {
    for path in
        ["rotated", "updated", "rolled back", "renamed", "prefix/a", "prefix/b", "deleted", "destroyed"]
    {
        let path = SecretPath::parse(&format!("call/{path}"))?;
        store.put_with(path, "one", Put::new().tag("env", "prod"))?;
    }
    store.put("call/rolled back", "two")?;
    store.put("call/restored", "one")?;
    store.delete("call/restored")?;
    for value in ["one", "two", "three", "four"] {
        store.put("call/versions", value)?;
    }
    store.rotate("call/versions", "five", HOUR)?;
    store.delete_version("call/versions", 2).map(drop)
}

/// Says that a call came again, or did not.
type Came<'a> = &'a dyn Fn(&Store);

/// Makes one call of every operation with the same key, and one that changes nothing. What they return is the same whenever
/// they come.
pub(super) fn call_all(store: &Store, came: Came<'_>) -> Result<()> {
    let once = store.with(Context::new().idempotency_key(KEY).label("app", "orders"))?;
    let put = Put::new().tier(Tier::Sensitive).note("why");
    let written = once.put_with("call/put", "secret", &put)?;
    came(&once);
    assert_eq!(
        (written.path().as_str(), written.version(), written.tier()),
        ("call/put", 1, Tier::Sensitive)
    );
    let rotated = once.rotate("call/rotated", "two", HOUR)?;
    came(&once);
    assert_eq!((rotated.written.version(), rotated.old_version), (2, 1));
    let update = Update::new().expect_meta_version(1).description("x").trash_days(None).expires_in(9 * HOUR);
    let info = once.update("call/updated", &update)?;
    came(&once);
    assert_eq!((info.meta_version(), info.description(), info.tags().len()), (2, "x", 1));
    assert_eq!(once.rollback("call/rolled back", 1)?.version(), 3);
    came(&once);
    assert_eq!(once.rename("call/renamed", "call/moved")?.path().as_str(), "call/moved");
    came(&once);
    assert_eq!(once.rename_prefix_with("call/prefix", "call/elsewhere", Rename::new().allow_large())?, 2);
    came(&once);
    let deleted = once.delete("call/deleted")?;
    came(&once);
    assert!(deleted.path.as_str() == "call/deleted" && deleted.purge_at > deleted.deleted_at);
    assert_eq!(once.restore_to("call/restored", "call/back")?.path().as_str(), "call/back");
    came(&once);
    once.destroy("call/destroyed")?;
    came(&once);
    call_versions(&once, came)?;
    let again = store.with(Context::new().idempotency_key("again"))?;
    assert_eq!(again.update("call/put", Update::new().tier(Tier::Sensitive))?.meta_version(), 1);
    came(&again);
    Ok(())
}

fn call_versions(once: &Store, came: Came<'_>) -> Result<()> {
    let path = "call/versions";
    let deleted = once.delete_version(path, 1)?;
    came(once);
    assert!(matches!(deleted.state, VersionState::Deleted { .. }) && deleted.size == 3);
    assert_eq!(once.restore_version(path, 2)?.state, VersionState::Superseded);
    came(once);
    assert_eq!(once.destroy_version(path, 3)?.state, VersionState::Destroyed);
    came(once);
    assert_eq!(once.revoke_version(path, 4)?.state, VersionState::Retired);
    came(once);
    Ok(())
}

/// A thing said, by its name.
type Part = (&'static str, Vec<u8>);

/// What the calls say, by their operation.
fn said() -> Vec<(u8, Vec<Part>)> {
    let text = |text: &str| text.as_bytes().to_vec();
    let number = |value: i128| value.to_le_bytes().to_vec();
    let nanos = |duration: Duration| duration.as_nanos().to_le_bytes().to_vec();
    let path = |path: &str| ("path", text(&format!("call/{path}")));
    let version = |version: i128| vec![path("versions"), ("version", number(version))];
    let put = vec![path("put"), ("value", text("secret")), ("note", text("why")), ("tier", number(1))];
    let update = vec![
        path("updated"),
        ("expected-meta-version", number(1)),
        ("description", text("x")),
        ("trash-days", Vec::new()),
        ("expires-in", nanos(9 * HOUR)),
    ];
    let moved =
        |from: &str, to: &str, large| vec![("from", text(from)), ("to", text(to)), ("large", number(large))];
    vec![
        (1, put),
        (2, vec![path("rotated"), ("value", text("two")), ("grace", nanos(HOUR))]),
        (3, update),
        (4, vec![path("rolled back"), ("version", number(1))]),
        (5, moved("call/renamed", "call/moved", 0)),
        (6, moved("call/prefix", "call/elsewhere", 1)),
        (7, vec![path("deleted")]),
        (8, vec![path("restored"), ("to", text("call/back"))]),
        (9, vec![path("destroyed")]),
        (10, version(1)),
        (11, version(2)),
        (12, version(3)),
        (13, version(4)),
    ]
}

#[test]
fn a_golden_store_answers_the_calls_that_it_remembers() {
    let (bytes, _) = golden("audited.store");
    let text = std::fs::read_to_string(directory().join("audited.txt")).unwrap();
    let store = open(&bytes, &Sidecar::parse(&text)).unwrap();
    let before = store.pin().unwrap();
    call_all(&store, &|once| assert!(once.was_replayed())).unwrap();
    assert_eq!(store.pin().unwrap(), before);
    let once = |key: &str| store.with(Context::new().idempotency_key(key)).unwrap();
    assert_eq!(once(KEY).put("call/put", "other").unwrap_err().kind(), ErrorKind::IdempotencyConflict);
    for over in ["over", "early 19"] {
        once(over).put("call/over", "again").unwrap();
        assert_ne!(store.pin().unwrap(), before, "{over}");
    }
}

#[test]
fn ids_and_digests_of_remembered_calls_are_those_of_the_format() {
    let (file, tables) = tables_of("audited.store");
    for (operation, said) in said() {
        let id = call_id(b"owner", operation, KEY);
        let known = tables.read(|rows| idempotency::find(rows, &id)).unwrap().expect("it is remembered");
        let digest = hmac_parts(file.idempotency_key(), &[&spelled(said)]).unwrap();
        assert_eq!((known.epoch, known.digest), (0, digest), "operation {operation}");
    }
}
