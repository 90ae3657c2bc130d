//! What is said of a secret beside its value, and on what condition it is written.

use strongroom::limits::{DESCRIPTION_LEN_MAX, NOTE_LEN_MAX, TAG_KEY_LEN_MAX, TAG_VALUE_LEN_MAX, TAGS_MAX};
use strongroom::{ErrorKind, ManualClock, Put, Store, StoreOptions, Tags, Tier, Timestamp, Update};

use crate::fixture::check_refused;

fn full() -> Put {
    let put =
        Put::new().tier(Tier::Critical).description("of the relay\nin two lines").content_type("text/plain");
    put.tag("env", "prod").tag("label", "").max_versions(3).trash_days(7)
}

#[test]
fn what_is_left_out_stays_and_what_is_said_changes() {
    let store = Store::in_memory().unwrap();
    let written = store.put_with("a", "one", full()).unwrap();
    assert_eq!((written.version(), written.tier()), (1, Tier::Critical));
    assert_eq!((written.created_at(), written.id()), (written.updated_at(), store.info("a").unwrap().id()));
    let said = |store: &Store| {
        let info = store.info("a").unwrap();
        let tags: Vec<(String, String)> =
            info.tags().iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        let texts = (info.description().to_owned(), info.content_type().to_owned());
        (info.tier(), texts, tags, info.max_versions(), info.trash_days(), info.meta_version())
    };
    let before = said(&store);
    assert_eq!(before.1.0, "of the relay\nin two lines");
    assert_eq!((before.3, before.4, before.5), (Some(3), Some(7), 1));
    store.put("a", "two").unwrap();
    assert_eq!(said(&store), before);

    let generation = store.pin().unwrap().generation();
    store.update("a", full_update()).unwrap();
    assert_eq!(store.pin().unwrap().generation(), generation, "nothing changed, and something was written");

    let changed = Update::new().description("").tag("env", "dev").remove_tag("label").max_versions(None);
    let info = store.update("a", changed).unwrap();
    assert_eq!((info.version(), info.meta_version(), info.description()), (2, 2, ""));
    assert_eq!((info.tags().get("env"), info.tags().len(), info.max_versions()), (Some("dev"), 1, None));
    let info = store.update("a", Update::new().tags(Tags::new().with("only", "").unwrap())).unwrap();
    assert_eq!(info.tags().labels().collect::<Vec<_>>(), ["only"]);
    assert!(info.updated_at() >= info.created_at());
}

fn full_update() -> Update {
    let update = Update::new().tier(Tier::Critical).description("of the relay\nin two lines");
    update.content_type("text/plain").tag("env", "prod").max_versions(3).trash_days(7)
}

#[test]
fn metadata_are_compared_and_set() {
    let store = Store::in_memory().unwrap();
    store.put("a", "one").unwrap();
    store.update("a", Update::new().expect_meta_version(1).tier(Tier::Sensitive)).unwrap();
    let late = store.update("a", Update::new().expect_meta_version(1).tier(Tier::Critical));
    let error = check_refused(late, ErrorKind::Conflict);
    assert!(error.to_string().contains("the number 2 and not 1"), "{error}");
    check_refused(store.update("b", Update::new()), ErrorKind::NotFound);
    check_refused(store.put_with("a", "x", Put::new().expect_absent()), ErrorKind::AlreadyExists);
    check_refused(store.put_with("a", "x", Put::new().expect_version(0)), ErrorKind::AlreadyExists);
    check_refused(store.put_with("b", "x", Put::new().expect_version(1)), ErrorKind::Conflict);
    assert_eq!(store.put_with("a", "x", Put::new().expect_version(1)).unwrap().version(), 2);
    assert_eq!(store.info("a").unwrap().tier(), Tier::Sensitive);
}

#[test]
fn each_limit_holds_at_its_edge_and_is_named_beyond() {
    let store = Store::in_memory().unwrap();
    let text = |len: usize| "x".repeat(len);
    let good = Put::new().description(text(DESCRIPTION_LEN_MAX)).note(text(NOTE_LEN_MAX)).trash_days(3650);
    store.put_with("a", "v", good.tag(text(TAG_KEY_LEN_MAX), text(TAG_VALUE_LEN_MAX))).unwrap();
    let many = |count: usize| (0..count).fold(Put::new(), |put, tag| put.tag(format!("t{tag}"), ""));
    store.put_with("b", "v", many(TAGS_MAX)).unwrap();
    let error = check_refused(store.put_with("c", "v", many(TAGS_MAX + 1)), ErrorKind::LimitExceeded);
    assert_eq!(error.to_string(), "a secret has at most 64 tags");
    for (put, said) in [
        (Put::new().description(text(DESCRIPTION_LEN_MAX + 1)), "a description has at most 4096 bytes"),
        (Put::new().note(text(NOTE_LEN_MAX + 1)), "a note has at most 256 bytes"),
        (Put::new().note("two\nlines"), "a note holds no control characters"),
        (Put::new().tag(text(TAG_KEY_LEN_MAX + 1), ""), "the key of a tag has 1 to 64 bytes"),
        (Put::new().tag("", "v"), "the key of a tag has 1 to 64 bytes"),
        (Put::new().tag("a=b", "v"), "the key of a tag holds no ="),
        (Put::new().tag("k", text(TAG_VALUE_LEN_MAX + 1)), "the value of a tag has at most 256 bytes"),
        (Put::new().content_type("nonsense"), "a content type is a type and a subtype"),
        (Put::new().trash_days(3651), "the trash is kept for 0 to 3650 days"),
    ] {
        let error = check_refused(store.put_with("c", "v", put), ErrorKind::InvalidArgument);
        assert!(error.to_string().contains(said), "{error}");
    }
    check_refused(store.info("c"), ErrorKind::NotFound);
    // Two spellings of one letter are one tag.
    store.put_with("d", "v", Put::new().tag("e\u{301}", "1").tag("\u{e9}", "2")).unwrap();
    assert_eq!(store.info("d").unwrap().tags().get("\u{e9}"), Some("2"));
}

#[test]
fn a_read_is_known_and_writes_nothing() {
    let store = Store::in_memory().unwrap();
    store.put("a", "one").unwrap();
    let generation = store.pin().unwrap().generation();
    assert_eq!(store.info("a").unwrap().accessed_at(), None);
    store.get("a").unwrap();
    let accessed = store.info("a").unwrap().accessed_at();
    assert!(accessed.is_some());
    assert_eq!(store.pin().unwrap().generation(), generation);
    store.delete("a").unwrap();
    store.restore("a").unwrap();
    assert_eq!(store.info("a").unwrap().accessed_at(), accessed);
}

#[test]
fn reads_of_secrets_that_were_made_together_are_known_of_each() {
    let clock = ManualClock::start(Timestamp::from_millis(1_800_000_000_000));
    let store = StoreOptions::new().clock(&clock).in_memory().unwrap();
    let paths: Vec<String> = (0..20).map(|number| format!("imported/{number}")).collect();
    let made = store.transaction(|tx| paths.iter().try_for_each(|path| tx.put(path.as_str(), "x").map(drop)));
    made.unwrap();
    for path in &paths {
        store.get(path.as_str()).unwrap();
    }
    let known = paths.iter().filter(|path| store.info(path.as_str()).unwrap().accessed_at().is_some());
    // Ids of one millisecond come in runs, whose places may meet: of 200,000 draws 95 in a hundred keep all of them, and none fewer than ten.
    assert!(known.count() > 8);
}
