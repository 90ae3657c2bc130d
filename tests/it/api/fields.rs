//! Each field of the metadata by itself: set, kept, changed, taken away, at its limit and beyond.

use std::time::Duration;

use strongroom::limits::{
    CONTENT_TYPE_LEN_MAX, DESCRIPTION_LEN_MAX, NOTE_LEN_MAX, TAG_KEY_LEN_MAX, TAG_VALUE_LEN_MAX, TAGS_MAX,
};
use strongroom::{
    ErrorKind, ManualClock, Put, SecretInfo, Store, StoreOptions, Tags, Tier, Timestamp, Update,
};

use crate::fixture::{check_refused, events};

fn clocked() -> (ManualClock, Store) {
    let clock = ManualClock::start(Timestamp::from_millis(1_800_000_000_000));
    let store = StoreOptions::new().clock(&clock).in_memory().unwrap();
    (clock, store)
}

/// One field: put with a secret, changed, and taken away as far as that can be.
struct Field {
    name: &'static str,
    put: fn(Put) -> Put,
    change: fn(Update) -> Update,
    take: fn(Update) -> Update,
    shown: fn(&SecretInfo) -> String,
    values: [&'static str; 4],
}

/// What each shows: never said, put, changed, taken away.
const FIELDS: [Field; 7] = [
    Field {
        name: "tier",
        put: |put| put.tier(Tier::Critical),
        change: |update| update.tier(Tier::Sensitive),
        take: |update| update.tier(Tier::Standard),
        shown: |info| info.tier().to_string(),
        values: ["standard", "critical", "sensitive", "standard"],
    },
    Field {
        name: "description",
        put: |put| put.description("one\n\ttwo"),
        change: |update| update.description("three"),
        take: |update| update.description(""),
        shown: |info| info.description().to_owned(),
        values: ["", "one\n\ttwo", "three", ""],
    },
    Field {
        name: "content type",
        put: |put| put.content_type("text/plain"),
        change: |update| update.content_type("application/json; charset=utf-8"),
        take: |update| update.content_type(""),
        shown: |info| info.content_type().to_owned(),
        values: ["", "text/plain", "application/json; charset=utf-8", ""],
    },
    Field {
        name: "one tag",
        put: |put| put.tag("b", "=1").tag("a", ""),
        change: |update| update.tag("a", "2"),
        take: |update| update.remove_tag("a").remove_tag("b").remove_tag("none"),
        shown: |info| format!("{:?}", info.tags()),
        values: ["{}", r#"{"a": "", "b": "=1"}"#, r#"{"a": "2", "b": "=1"}"#, "{}"],
    },
    Field {
        name: "all tags",
        put: |put| put.tags(Tags::new().with("a", "1").unwrap()),
        // What is taken away and added comes after what replaces all.
        change: |update| update.tag("d", "").tags(Tags::new().with("c", "1").unwrap()).remove_tag("c"),
        take: |update| update.tags(Tags::new()),
        shown: |info| format!("{:?}", info.tags()),
        values: ["{}", r#"{"a": "1"}"#, r#"{"d": ""}"#, "{}"],
    },
    Field {
        name: "versions kept",
        put: |put| put.max_versions(0),
        change: |update| update.max_versions(u32::MAX),
        take: |update| update.max_versions(None),
        shown: |info| format!("{:?}", info.max_versions()),
        values: ["None", "Some(0)", "Some(4294967295)", "None"],
    },
    Field {
        name: "days in the trash",
        put: |put| put.trash_days(0),
        change: |update| update.trash_days(3650),
        take: |update| update.trash_days(None),
        shown: |info| format!("{:?}", info.trash_days()),
        values: ["None", "Some(0)", "Some(3650)", "None"],
    },
];

#[test]
fn every_field_is_set_kept_changed_and_taken_away_by_itself() {
    let (_, store) = clocked();
    for field in FIELDS {
        let path = field.name.replace(' ', "-");
        let path = path.as_str();
        let shown = |expected: usize, meta_version: u64| {
            let info = store.info(path).unwrap();
            let found = ((field.shown)(&info), info.meta_version());
            assert_eq!(found, (field.values[expected].to_owned(), meta_version), "{path}");
            info
        };
        store.put(path, "0").unwrap();
        shown(0, 1);
        store.destroy(path).unwrap();
        store.put_with(path, "1", (field.put)(Put::new())).unwrap();
        shown(1, 1);
        store.put(path, "2").unwrap();
        store.put_with(path, "3", (field.put)(Put::new())).unwrap();
        store.update(path, Update::new()).unwrap();
        store.rollback(path, 1).unwrap();
        shown(1, 1);
        for (number, change) in [(2, field.change), (3, field.take)] {
            let told = store.update(path, change(Update::new())).unwrap();
            assert_eq!(told, shown(number, number as u64), "what an update tells is what is there then");
        }
        // Other fields than this one were never touched.
        for other in FIELDS.iter().filter(|other| other.name != field.name) {
            assert_eq!((other.shown)(&store.info(path).unwrap()), other.values[0], "{path}: {}", other.name);
        }
    }
}

#[test]
fn an_update_that_changes_nothing_writes_nothing_and_tells_what_is_there() {
    let (clock, store) = clocked();
    for field in FIELDS {
        let path = field.name.replace(' ', "-");
        let path = path.as_str();
        store.put_with(path, "1", (field.put)(Put::new())).unwrap();
        let before = store.update(path, (field.change)(Update::new())).unwrap();
        let (generation, log) = (store.pin().unwrap().generation(), events(&store));
        clock.advance(Duration::from_secs(60));
        let same = store.update(path, (field.change)(Update::new()).expect_meta_version(2)).unwrap();
        assert_eq!(same, before, "{path}");
        assert_eq!(store.info(path).unwrap(), before, "{path}");
        assert_eq!((store.pin().unwrap().generation(), events(&store)), (generation, log), "{path}");
        // The control: the same call writes when it changes something.
        store.update(path, (field.take)(Update::new()).expect_meta_version(2)).unwrap();
        assert_eq!(store.pin().unwrap().generation(), generation + 1, "{path}");
        assert!(store.info(path).unwrap().updated_at() > before.updated_at(), "{path}");
    }
}

#[test]
fn each_text_may_be_as_long_as_its_limit_and_no_longer() {
    let (_, store) = clocked();
    let text = |len: usize| "x".repeat(len);
    type Set = fn(Put, String) -> Put;
    let texts: [(&str, usize, Set); 5] = [
        ("a description", DESCRIPTION_LEN_MAX, Put::description),
        ("a note", NOTE_LEN_MAX, Put::note),
        ("a content type", CONTENT_TYPE_LEN_MAX, |put, text| put.content_type(format!("a/{}", &text[2..]))),
        ("the key of a tag", TAG_KEY_LEN_MAX, |put, text| put.tag(text, "")),
        ("the value of a tag", TAG_VALUE_LEN_MAX, |put, text| put.tag("k", text)),
    ];
    for (what, most, set) in texts {
        store.put_with("a", "v", set(Put::new(), text(most))).unwrap();
        for beyond in [most + 1, 100 * most] {
            let refused = store.put_with("b", "v", set(Put::new(), text(beyond)));
            let error = check_refused(refused, ErrorKind::InvalidArgument).to_string();
            assert!(error.starts_with(what) && error.contains(&most.to_string()), "{error}");
        }
    }
    let info = store.info("a").unwrap();
    assert_eq!((info.description().len(), info.content_type().len()), (4096, 255));
    assert_eq!(store.versions("a").unwrap()[1].note.len(), NOTE_LEN_MAX);
    check_refused(store.info("b"), ErrorKind::NotFound);
}

#[test]
fn tags_are_counted_after_all_changes() {
    let (_, store) = clocked();
    let tags = |count: usize| {
        (0..count).fold(Tags::new(), |tags, number| tags.with(&format!("t{number:02}"), "").unwrap())
    };
    store.put_with("a", "v", Put::new().tags(tags(TAGS_MAX))).unwrap();
    let one_more = Update::new().tag("one-more", "");
    let error = check_refused(store.update("a", &one_more), ErrorKind::LimitExceeded);
    assert_eq!(error.to_string(), "a secret has at most 64 tags");
    store.update("a", Update::new().tag("t00", "another value")).unwrap();
    let info = store.update("a", one_more.remove_tag("t01")).unwrap();
    assert_eq!(info.tags().len(), TAGS_MAX);
    check_refused(tags(TAGS_MAX).with("one-more", ""), ErrorKind::LimitExceeded);
}

#[test]
fn two_spellings_of_one_letter_are_one_text() {
    let (_, store) = clocked();
    const DECOMPOSED: &str = "e\u{301}";
    const COMPOSED: &str = "\u{e9}";
    let put = Put::new().description(DECOMPOSED).note(DECOMPOSED).tag(DECOMPOSED, DECOMPOSED);
    let written = store.put_with(DECOMPOSED, "v", put).unwrap();
    assert_eq!(written.path().as_str(), COMPOSED);
    let info = store.info(COMPOSED).unwrap();
    assert_eq!((info.description(), info.tags().get(COMPOSED)), (COMPOSED, Some(COMPOSED)));
    assert_eq!(store.versions(COMPOSED).unwrap()[0].note, COMPOSED);
    let same = Update::new().description(COMPOSED).tag(COMPOSED, COMPOSED);
    assert_eq!(store.update(COMPOSED, same).unwrap().meta_version(), 1);
    assert!(store.update(COMPOSED, Update::new().remove_tag(DECOMPOSED)).unwrap().tags().is_empty());
    // A text is measured in its composed form, which is shorter.
    let long = DECOMPOSED.repeat(TAG_VALUE_LEN_MAX / COMPOSED.len());
    store.update(COMPOSED, Update::new().tag("k", long)).unwrap();
    assert_eq!(store.info(COMPOSED).unwrap().tags().get("k").map(str::len), Some(TAG_VALUE_LEN_MAX));
}
