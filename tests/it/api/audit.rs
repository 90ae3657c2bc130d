//! The audit log: told, verified, exported, pruned, and with reads in it.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use strongroom::{
    AuditEvent, AuditEventKind, AuditHead, AuditPolicy, AuditQuery, AuditReads, Context, ErrorKind,
    ManualClock, PinCheck, Put, Store, StoreOptions, Sweep, Tier, Timestamp, Unlock,
};

use crate::fixture::{Folder, check_refused, create, key, open, open_read_only, patient, write_private};

pub(super) fn all(store: &Store) -> Vec<AuditEvent> {
    store.audit().query(AuditQuery::all().limit(1_000)).unwrap().into_iter().collect()
}

fn told(store: &Store, query: &AuditQuery) -> Vec<String> {
    let (mut query, mut told) = (query.clone(), Vec::new());
    loop {
        let page = store.audit().query(&query).unwrap();
        told.extend(page.events().iter().map(|event| format!("{} {}", event.sequence(), event.kind())));
        match page.next_cursor() {
            Some(cursor) => query = query.after(cursor.to_string().parse().unwrap()),
            None => return told,
        }
    }
}

#[test]
fn an_event_says_what_when_to_what_and_through_whom() {
    let clock = ManualClock::start(Timestamp::from_millis(1_800_000_000_000));
    let store = StoreOptions::new().clock(&clock).in_memory().unwrap();
    let said = Context::new().label("app", "backup").reason("nightly").request_id("42");
    let written = store.with(said).unwrap().put("db/password", "one").unwrap();
    let slot = store.slots().list().unwrap()[0].id;
    let event = &all(&store)[0];
    assert_eq!(
        (event.sequence(), event.kind(), event.generation()),
        (1, AuditEventKind::SecretCreated, store.pin().unwrap().generation())
    );
    assert_eq!(
        (event.path(), event.secret_id(), event.version()),
        (Some("db/password"), Some(written.id()), 1)
    );
    assert_eq!((event.time(), event.success(), event.error(), event.count()), (clock.now(), true, None, 1));
    assert_eq!((event.reason(), event.request_id()), (Some("nightly"), Some("42")));
    assert_eq!((event.labels().get("app"), event.slot_id()), (Some("backup"), None));
    assert_eq!(event.actor().unwrap().to_string(), format!("owner:{slot}"));
    assert!(event.is_durable());
    assert_eq!(&store.audit().get(event.id().to_string().parse().unwrap()).unwrap(), event);
    let other = Store::in_memory().unwrap();
    other.put("a", "x").unwrap();
    check_refused(other.audit().get(event.id()), ErrorKind::NotFound);
    let added = store.slots().add(key()).unwrap();
    assert_eq!((all(&store)[1].slot_id(), all(&store)[1].secret_id()), (Some(added), None));
}

#[test]
fn a_query_tells_the_same_on_pages_of_any_size_and_in_both_directions() {
    let store = Store::in_memory().unwrap();
    store
        .transaction(|tx| {
            for number in 0..5 {
                tx.put(&format!("db/{number}"), "x")?;
            }
            Ok(())
        })
        .unwrap();
    store.put("dbase", "x").unwrap();
    store.delete("db/3").unwrap();
    store.put("db", "x").unwrap();
    store.get("db/1").unwrap();
    check_refused(store.get("db/9"), ErrorKind::NotFound);
    let queries = [
        (AuditQuery::all(), 10),
        (AuditQuery::all().under("db"), 9),
        (AuditQuery::all().under("db").kind("secret.created"), 6),
        (AuditQuery::all().kind("secret.deleted").kind("secret.accessed"), 3),
        (AuditQuery::all().success(false), 1),
        (AuditQuery::all().kind("store.*"), 0),
        (AuditQuery::all().since(Timestamp::from_millis(i64::MAX)), 0),
        (AuditQuery::all().until(Timestamp::from_millis(0)), 0),
    ];
    for (query, count) in queries {
        let mut forward = told(&store, &query);
        assert_eq!(forward.len(), count, "{query:?}");
        for limit in [1, 2, 3, 1_000] {
            assert_eq!(told(&store, &query.clone().limit(limit)), forward, "{query:?}");
        }
        forward.reverse();
        for limit in [1, 3, 1_000] {
            assert_eq!(told(&store, &query.clone().newest_first().limit(limit)), forward, "{query:?}");
        }
    }
    let page = store.audit().query(AuditQuery::all().limit(1)).unwrap();
    let cursor = page.next_cursor().unwrap().clone();
    check_refused(store.audit().query(AuditQuery::all().under("db").after(cursor)), ErrorKind::InvalidCursor);
    check_refused(store.audit().query(AuditQuery::all().limit(0)), ErrorKind::LimitExceeded);
    check_refused(store.audit().query(AuditQuery::all().kind("secret")), ErrorKind::InvalidArgument);
}

/// Walks the log by pages of `limit`, with `between` before each but the first, and tells what each page said.
fn walk(store: &Store, query: &AuditQuery, mut between: impl FnMut(usize)) -> Vec<AuditEvent> {
    let (mut query, mut told) = (query.clone(), Vec::new());
    for round in 0.. {
        let page = store.audit().query(&query).unwrap();
        told.extend_from_slice(page.events());
        let Some(cursor) = page.next_cursor() else { break };
        query = query.after(cursor.clone());
        between(round);
    }
    told
}

/// What waits has no number yet: a delete goes before it, a put takes it along.
#[test]
fn a_walk_through_what_waits_tells_every_durable_event_once_whatever_is_committed_meanwhile() {
    type Between = fn(&Store, usize);
    let changes: [Between; 4] = [
        |store, round| {
            if round == 0 {
                store.delete("a").map(drop).unwrap()
            }
        },
        |store, round| {
            if round == 0 {
                store.put("b", "x").map(drop).unwrap()
            }
        },
        |store, round| match round {
            0 => store.delete("a").map(drop).unwrap(),
            1 => store.put("b", "x").map(drop).unwrap(),
            2 => drop(check_refused(store.get("absent/9"), ErrorKind::NotFound)),
            3 => store.delete("b").map(drop).unwrap(),
            _ => {}
        },
        |_, _| {},
    ];
    let sequences = |events: &[AuditEvent]| -> Vec<u64> {
        events.iter().filter(|event| event.is_durable()).map(AuditEvent::sequence).collect()
    };
    for (number, between) in changes.into_iter().enumerate() {
        for back in [false, true] {
            for limit in 1..6 {
                let store = Store::in_memory().unwrap();
                store.put("a", "x").unwrap();
                for number in 0..3 {
                    check_refused(store.get(&format!("absent/{number}")), ErrorKind::NotFound);
                }
                let query = AuditQuery::all().limit(limit);
                let query = if back { query.newest_first() } else { query };
                let told = walk(&store, &query, |round| between(&store, round));
                let mut found = sequences(&told);
                if back {
                    found.reverse();
                }
                let seen = format!("change {number}, pages of {limit}, back: {back}: {told:?}");
                assert!(found.is_sorted_by(|one, next| one < next), "{seen}");
                // Who walks back began at the end, and is told of nothing that came behind it.
                let last = if back { found.last().copied().unwrap_or_default() } else { u64::MAX };
                let mut expected = sequences(&all(&store));
                expected.retain(|sequence| *sequence <= last);
                assert_eq!(found, expected, "{seen}");
                for number in 0..3 {
                    let path = format!("absent/{number}");
                    assert!(told.iter().any(|event| event.path() == Some(path.as_str())), "{path}: {seen}");
                }
            }
        }
    }
}

#[test]
fn a_kept_head_lies_in_every_later_log_and_in_no_other() {
    let store = Store::in_memory().unwrap();
    let mut heads = vec![store.audit().head().unwrap()];
    for _ in 0..4 {
        store.transaction(|tx| tx.put("a", "x").and_then(|_| tx.put("b", "x"))).unwrap();
        heads.push(store.audit().head().unwrap());
    }
    for head in &heads {
        let kept: AuditHead = head.to_string().parse().unwrap();
        let verified = store.audit().verify(Some(&kept)).unwrap();
        assert_eq!((verified.events, verified.first, verified.kept), (8, 1, Some(PinCheck::InHistory)));
        assert_eq!(verified.head, heads[4]);
    }
    let other = Store::in_memory().unwrap();
    for _ in 0..9 {
        other.put("a", "x").unwrap();
    }
    for head in &heads {
        let error = check_refused(other.audit().verify(Some(head)), ErrorKind::Tampered);
        assert!(error.to_string().contains(&format!("event {}", head.sequence())), "{error}");
    }
    check_refused(store.audit().verify(Some(&other.audit().head().unwrap())), ErrorKind::Tampered);
}

/// What the script says of an export, with a head or without.
pub(super) fn check_export(path: &Path, head: Option<&str>) -> Result<String, String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/check-audit-export");
    let ran = Command::new("python3").arg(script).arg(path).args(head).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    if ran.status.success() { Ok(text(ran.stdout)) } else { Err(text(ran.stderr)) }
}

#[test]
fn the_script_knows_every_kind_of_event() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/check-audit-export");
    let text = std::fs::read_to_string(script).unwrap();
    assert!(text.lines().count() <= 60, "it is to be read through");
    for kind in AuditEventKind::ALL {
        let (_, name) = kind.name().split_once('.').unwrap();
        assert!(text.contains(&format!("{} {name}", kind.code())), "{kind}");
    }
}

/// What opens the store in `tests/golden`.
const GOLDEN_KEY: [u8; 32] = {
    let mut key = [0; 32];
    (key[0], key[1], key[2], key[31]) = (0x5e, 0xa1, 0xed, 1);
    key
};

/// A store whose first events are of the first version of the record, with later ones behind.
fn old_and_new(folder: &Folder) -> Store {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/v1/raw-key.store");
    write_private(&folder.join("old"), std::fs::read(golden).unwrap());
    let store = StoreOptions::new().open(folder.join("old"), Unlock::raw_key(&GOLDEN_KEY)).unwrap();
    let said = Context::new().label("app", "ä=\"\\").label("b", "").reason("why?");
    store.with(said).unwrap().put("ns/ü", "x").unwrap();
    check_refused(store.get("absent"), ErrorKind::NotFound);
    store.put("ns/b", "x").unwrap();
    store
}

#[test]
fn an_export_is_checked_without_the_store_and_every_edit_is_found() {
    let folder = Folder::new();
    let store = old_and_new(&folder);
    let (export, edited) = (folder.join("export"), folder.join("edited"));
    let exported = store.audit().export(&export).unwrap();
    check_refused(store.audit().export(&export), ErrorKind::AlreadyExists);
    let head = store.audit().head().unwrap();
    assert_eq!((exported.events, exported.head), (store.verify().unwrap().opened.unwrap().events, head));
    let good = check_export(&export, Some(&head.to_string())).unwrap();
    assert!(good.starts_with(&format!("{} events", exported.events)), "{good}");
    let text = std::fs::read_to_string(&export).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert!(!lines[1].contains("actor") && lines[lines.len() - 2].contains("actor"), "both shapes");
    let check = |lines: Vec<String>, what: &str| {
        std::fs::write(&edited, lines.join("\n") + "\n").unwrap();
        assert!(check_export(&edited, None).is_err(), "{what}");
    };
    let owned = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
    for at in 0..lines.len() {
        let mut removed = owned(&lines);
        removed.remove(at);
        check(removed, &format!("without line {at}"));
        if at + 1 < lines.len() {
            let mut swapped = owned(&lines);
            swapped.swap(at, at + 1);
            check(swapped, &format!("lines {at} and the next swapped"));
        }
    }
    let last = lines.len() - 2;
    for (at, from, to) in [
        (1, "\"kind\":\"secret.created\"", "\"kind\":\"secret.updated\""),
        (1, "\"version\":1", "\"version\":2"),
        (1, "\"version\":1", "\"version\": 1"),
        (last, "\"path\":\"ns/b\"", "\"path\":\"ns/c\""),
        (last, "\"count\":1", "\"count\":2"),
        (last, "\"request_id\":\"\"", "\"request_id\":\"\",\"path\":\"other\""),
        (last - 2, "\"b\":\"\"", "\"c\":\"\""),
    ] {
        let mut changed = owned(&lines);
        changed[at] = lines[at].replace(from, to);
        assert_ne!(changed[at], lines[at], "{from}: {}", lines[at]);
        check(changed, to);
    }
    for events in 0..exported.events {
        let mut part = Vec::new();
        let tail = store.audit().export_to(&mut part, events).unwrap();
        assert_eq!((tail.events, tail.head), (exported.events - events, head));
        std::fs::write(&edited, &part).unwrap();
        check_export(&edited, Some(&head.to_string())).unwrap();
        for line in std::str::from_utf8(&part).unwrap().lines() {
            serde_json::from_str::<serde_json::Value>(line).unwrap();
        }
    }
    check_refused(store.audit().export_to(&mut Vec::new(), exported.events + 1), ErrorKind::NotFound);
    let other = Store::in_memory().unwrap().audit().head().unwrap().to_string();
    assert!(check_export(&export, Some(&other)).is_err(), "the head of another store");
}

#[test]
fn what_is_older_than_the_policy_keeps_goes_behind_a_checkpoint() {
    const DAY: Duration = Duration::from_secs(86_400);
    let folder = Folder::new();
    let clock = ManualClock::start(Timestamp::from_millis(1_800_000_000_000));
    let options = patient().clock(&clock);
    let store = options.create(folder.join("s"), key()).unwrap();
    let mut heads = Vec::new();
    for number in 0..10 {
        store.put("a", format!("{number}")).unwrap();
        heads.push(store.audit().head().unwrap());
        clock.advance(DAY);
    }
    assert_eq!(store.sweep(Sweep::new()).unwrap().audit_events, 0, "nothing goes unless somebody says so");
    store.policy().set_audit(AuditPolicy::new().keep_days(5)).unwrap();
    let pin = store.pin().unwrap();
    let swept = store.sweep(Sweep::new()).unwrap();
    assert_eq!((swept.audit_events, swept.more), (5, false));
    store.verify().unwrap();
    let verified = store.audit().verify(Some(&heads[4])).unwrap();
    assert_eq!((verified.first, verified.events, verified.kept), (6, 7, Some(PinCheck::InHistory)));
    assert_eq!(store.audit().verify(Some(&heads[3])).unwrap().kept, Some(PinCheck::OlderThanLog));
    assert_eq!(store.audit().verify(Some(&heads[8])).unwrap().kept, Some(PinCheck::InHistory));
    let pruned = all(&store).pop().unwrap();
    assert_eq!((pruned.kind(), pruned.count(), pruned.version()), (AuditEventKind::AuditPruned, 5, 6));
    let export = folder.join("export");
    store.audit().export(&export).unwrap();
    check_export(&export, Some(&heads[7].to_string())).unwrap();
    check_refused(store.audit().export_to(&mut Vec::new(), 3), ErrorKind::NotFound);
    check_refused(store.changes(3, 10), ErrorKind::NotFound);
    assert_eq!(store.changes(0, 1).unwrap()[0].sequence(), 6);
    store.compact().unwrap();
    store.close().unwrap();
    let store = options.clone().pin(pin).open(folder.join("s"), key()).unwrap();
    assert_eq!(store.open_report().pin, Some(PinCheck::InHistory));
    // By size: everything but the last commit goes.
    store.policy().set_audit(AuditPolicy::new().keep_bytes(0)).unwrap();
    assert!(store.sweep(Sweep::new()).unwrap().audit_events > 0);
    assert_eq!(store.audit().verify(None).unwrap().events, 3, "the last commit, and this one");
    store.verify().unwrap();
}

/// Where an export goes to, which lets something happen before a line of it.
struct Meddling<F> {
    text: Vec<u8>,
    lines: usize,
    before: usize,
    happens: Option<F>,
}

impl<F: FnOnce()> std::io::Write for Meddling<F> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.lines == self.before
            && let Some(happens) = self.happens.take()
        {
            happens();
        }
        self.text.extend_from_slice(bytes);
        self.lines += bytes.iter().filter(|byte| **byte == b'\n').count();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn an_export_beside_a_sweep_is_whole_or_says_what_the_sweep_removed() {
    const EVENTS: usize = 3_000;
    let (mut whole, mut refused) = (0, 0);
    for before in [0, 1, 700, 1_500, EVENTS, EVENTS + 1] {
        let folder = Folder::new();
        let store = create(&folder.join("s"));
        for number in 0..EVENTS {
            check_refused(store.get(&format!("absent/{number}")), ErrorKind::NotFound);
        }
        store.lock().unwrap();
        store.unlock(key()).unwrap();
        let head = store.audit().head().unwrap();
        let sweep = || {
            store.policy().set_audit(AuditPolicy::new().keep_bytes(0)).unwrap();
            assert!(store.sweep(Sweep::new()).unwrap().audit_events >= EVENTS as u64);
        };
        let mut target = Meddling { text: Vec::new(), lines: 0, before, happens: Some(sweep) };
        let exported = store.audit().export_to(&mut target, 0);
        assert!(target.happens.is_none(), "it never came to line {before}");
        let export = folder.join("export");
        std::fs::write(&export, &target.text).unwrap();
        match exported {
            Ok(exported) => {
                whole += 1;
                assert_eq!((exported.events, exported.head), (EVENTS as u64, head));
                check_export(&export, Some(&head.to_string())).unwrap();
            }
            Err(error) => {
                refused += 1;
                assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
                assert!(error.to_string().contains("a sweep removed events"), "{error}");
                assert!(check_export(&export, None).is_err(), "what was written is no export");
            }
        }
        // What is left of the log is exported like any other.
        let again = folder.join("again");
        store.audit().export(&again).unwrap();
        check_export(&again, Some(&store.audit().head().unwrap().to_string())).unwrap();
    }
    assert!(whole > 0 && refused > 0, "{whole} were whole, {refused} refused");
}

#[test]
fn repeated_reads_are_one_event_with_a_count_in_the_next_commit() {
    let folder = Folder::new();
    let store = create(&folder.join("s"));
    let id = store.put("a", "x").unwrap().id();
    let other = store.with(Context::new().request_id("7")).unwrap();
    for _ in 0..3 {
        store.get("a").unwrap();
    }
    other.get("a").unwrap();
    store.get_many(["a", "absent"]).unwrap();
    check_refused(store.get_version("a", 9), ErrorKind::NotFound);
    assert!(store.matches("a", "x").unwrap());
    let generation = store.pin().unwrap().generation();
    let waiting: Vec<AuditEvent> = all(&store).into_iter().filter(|event| !event.is_durable()).collect();
    let told =
        |event: &AuditEvent| (event.path().map(str::to_owned), event.version(), event.count(), event.error());
    let expected = [
        (Some("a".to_owned()), 1, 5, None),
        (Some("a".to_owned()), 1, 1, None),
        (Some("absent".to_owned()), 0, 1, Some(ErrorKind::NotFound)),
        (Some("a".to_owned()), 9, 1, Some(ErrorKind::NotFound)),
    ];
    assert_eq!(waiting.iter().map(told).collect::<Vec<_>>(), expected);
    assert!(waiting.iter().all(|event| event.kind() == AuditEventKind::SecretAccessed));
    assert_eq!(
        (waiting[0].secret_id(), waiting[3].secret_id(), waiting[2].secret_id()),
        (Some(id), Some(id), None)
    );
    assert_eq!((waiting[1].request_id(), waiting[0].sequence()), (Some("7"), 2));
    store.put("a", "y").unwrap();
    assert_eq!(store.pin().unwrap().generation(), generation + 1);
    let after = all(&store);
    assert!(after.iter().all(AuditEvent::is_durable));
    assert_eq!(after[1..5].iter().map(told).collect::<Vec<_>>(), expected);
    assert_eq!(after[5].kind(), AuditEventKind::SecretUpdated);
    store.get("a").unwrap();
    store.close().unwrap();
    let store = open(&folder.join("s"));
    assert_eq!(told(&all(&store)[6]), (Some("a".to_owned()), 2, 1, None), "closing wrote it");
    let generation = store.pin().unwrap().generation();
    store.close().unwrap();
    assert_eq!(open(&folder.join("s")).pin().unwrap().generation(), generation, "nothing was read");
}

#[test]
fn refused_writes_wait_for_a_commit_with_their_errors() {
    let store = Store::in_memory().unwrap();
    store.put("a", "x").unwrap();
    check_refused(store.put_with("a", "y", Put::new().expect_absent()), ErrorKind::AlreadyExists);
    check_refused(store.put_with("a", "y", Put::new().expect_version(7)), ErrorKind::Conflict);
    check_refused(store.delete("absent"), ErrorKind::NotFound);
    check_refused(store.put("a", vec![0; 17 << 20]), ErrorKind::LimitExceeded);
    let failed: Vec<_> = all(&store).into_iter().filter(|event| !event.success()).collect();
    let told: Vec<_> =
        failed.iter().map(|event| (event.kind().name(), event.path(), event.error())).collect();
    let expected = [
        ("secret.updated", Some("a"), Some(ErrorKind::AlreadyExists)),
        ("secret.updated", Some("a"), Some(ErrorKind::Conflict)),
        ("secret.deleted", Some("absent"), Some(ErrorKind::NotFound)),
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_refused_write_is_told_of_what_its_error_is_about() {
    let store = Store::in_memory().unwrap();
    for path in ["a", "b", "from/x", "to/x"] {
        store.put(path, "x").unwrap();
    }
    let deleted = store.delete("b").unwrap().id;
    store.put("b", "another").unwrap();
    let unknown = Store::in_memory().unwrap().put("a", "x").unwrap().id();
    check_refused(store.rename("none", "a"), ErrorKind::NotFound);
    check_refused(store.rename("a", "b"), ErrorKind::AlreadyExists);
    check_refused(store.rename_prefix("nothing", "to"), ErrorKind::NotFound);
    check_refused(store.rename_prefix("from", "to"), ErrorKind::AlreadyExists);
    check_refused(store.restore_to(deleted, "a"), ErrorKind::AlreadyExists);
    check_refused(store.restore(unknown), ErrorKind::NotFound);
    check_refused(store.destroy(unknown), ErrorKind::NotFound);
    let once = store.with(Context::new().idempotency_key("key")).unwrap();
    once.destroy(deleted).unwrap();
    check_refused(once.destroy(unknown), ErrorKind::IdempotencyConflict);
    let failed: Vec<_> = all(&store).into_iter().filter(|event| !event.success()).collect();
    let told = |event: &AuditEvent| {
        let path = event.path().map(str::to_owned);
        (event.kind().name(), path, event.secret_id(), event.error().unwrap())
    };
    let of = |path: &str, error| ("secret.updated", Some(path.to_owned()), None, error);
    let expected = [
        of("none", ErrorKind::NotFound),
        of("b", ErrorKind::AlreadyExists),
        of("nothing", ErrorKind::NotFound),
        of("to/x", ErrorKind::AlreadyExists),
        of("a", ErrorKind::AlreadyExists),
        ("secret.updated", None, Some(unknown), ErrorKind::NotFound),
        ("secret.destroyed", None, Some(unknown), ErrorKind::NotFound),
        ("secret.destroyed", None, Some(unknown), ErrorKind::IdempotencyConflict),
    ];
    assert_eq!(failed.iter().map(told).collect::<Vec<_>>(), expected);
}

#[test]
fn a_request_is_looked_for_as_it_stands_in_the_log() {
    let store = Store::in_memory().unwrap();
    store.with(Context::new().request_id("e\u{301}")).unwrap().put("a", "x").unwrap();
    let found = |id: &str| {
        let page = store.audit().query(AuditQuery::all().request_id(id))?;
        Ok(page.events().len())
    };
    assert_eq!(["e\u{301}", "\u{e9}", "e"].map(|id| found(id).unwrap()), [1, 1, 0]);
    check_refused(found("two\nlines"), ErrorKind::InvalidArgument);
    check_refused(found(&"x".repeat(129)), ErrorKind::InvalidArgument);
}

#[test]
fn reads_inside_a_transaction_are_in_its_commit_or_wait() {
    let store = Store::in_memory().unwrap();
    store.put("a", "x").unwrap();
    let generation = || store.pin().unwrap().generation();
    let before = generation();
    store.transaction(|tx| tx.get("a").map(drop)).unwrap();
    assert_eq!(generation(), before, "it changed nothing");
    store.transaction(|tx| tx.get("a").and_then(|_| tx.put("b", "x"))).unwrap();
    assert_eq!((generation(), all(&store)[1].count(), all(&store)[1].is_durable()), (before + 1, 2, true));
    let strict = AuditPolicy::new().reads(AuditReads::Strict);
    store.policy().set_audit(strict).unwrap();
    let before = generation();
    store.transaction(|tx| tx.get("a").map(drop)).unwrap();
    assert_eq!(generation(), before + 1, "what was released is in the log");
}

#[test]
fn strict_reads_are_durable_first_and_off_leaves_no_trace() {
    let folder = Folder::new();
    let store = create(&folder.join("s"));
    store.put_with("critical", "x", Put::new().tier(Tier::Critical)).unwrap();
    store.put_with("sensitive", "x", Put::new().tier(Tier::Sensitive)).unwrap();
    let policy = AuditPolicy::new()
        .reads_of(Tier::Critical, AuditReads::Strict)
        .reads_of(Tier::Sensitive, AuditReads::Off);
    store.policy().set_audit(policy).unwrap();
    assert_eq!(store.policy().audit().unwrap(), policy);
    assert_eq!(all(&store)[2].kind(), AuditEventKind::AuditPolicyChanged);
    let generation = || store.pin().unwrap().generation();
    let before = generation();
    store.get("sensitive").unwrap();
    assert_eq!((generation(), all(&store).len()), (before, 3));
    store.get("critical").unwrap();
    let found = store.get_many(["critical", "sensitive", "critical"]).unwrap();
    assert!(found.iter().all(Result::is_ok));
    assert_eq!((generation(), all(&store).len()), (before + 2, 6));
    assert!(all(&store)[3..].iter().all(|event| event.is_durable() && event.path() == Some("critical")));
    // Inside a transaction of this thread nothing can be committed before.
    store.transaction(|_| Ok(check_refused(store.get("critical"), ErrorKind::Reentrant))).unwrap();
    store.close().unwrap();
    let reader = open_read_only(&folder.join("s"));
    check_refused(reader.get("critical"), ErrorKind::ReadOnly);
    check_refused(reader.get_many(["critical"]).unwrap().remove(0), ErrorKind::ReadOnly);
    reader.get("sensitive").unwrap();
    drop(reader);
    let store = open(&folder.join("s"));
    store.get("critical").unwrap();
    assert!(all(&store).iter().any(|event| event.kind() == AuditEventKind::Opened), "with the first commit");
    check_refused(store.policy().set_audit(AuditPolicy::new().keep_days(0)), ErrorKind::InvalidArgument);
}

#[test]
fn many_reads_are_written_before_the_next_commit_and_none_is_lost() {
    let store = Store::in_memory().unwrap();
    store.put("a", "x").unwrap();
    let generation = store.pin().unwrap().generation();
    for number in 0..9_000 {
        check_refused(store.get(&format!("absent/{number}")), ErrorKind::NotFound);
    }
    assert!(store.pin().unwrap().generation() > generation, "so many are written");
    assert_eq!(told(&store, &AuditQuery::all().success(false)).len(), 9_000);
    store.audit().verify(None).unwrap();
}

#[test]
fn wrong_keys_are_told_after_the_right_one() {
    let folder = Folder::new();
    let store = create(&folder.join("s"));
    store.lock().unwrap();
    check_refused(store.unlock(Unlock::raw_key(&[1; 32])), ErrorKind::WrongKey);
    store.unlock(key()).unwrap();
    store.put("a", "x").unwrap();
    let events = all(&store);
    let told: Vec<_> =
        events.iter().map(|event| (event.kind().name(), event.count(), event.error())).collect();
    let wrong = Some(ErrorKind::WrongKey);
    assert_eq!(
        told,
        [("store.unlock_failed", 1, wrong), ("store.opened", 1, None), ("secret.created", 1, None)]
    );
}
