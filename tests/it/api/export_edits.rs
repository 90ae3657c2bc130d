//! Edits of an export of the audit log that leave every hash as it was.

use strongroom::{Context, Store};

use super::audit::{all, check_export};
use crate::fixture::{Folder, create};

/// A store with an export of its events, and the text of that.
fn exported() -> (Folder, Store, String) {
    let folder = Folder::new();
    let store = create(&folder.join("s"));
    for said in [
        Context::new().label("app", "backup").label("user", "eve"),
        Context::new().label("a", "b=c"),
        Context::new().label("env", "1"),
        Context::new().label("k\"e\\y", "=\"\\ü"),
    ] {
        store.with(said).unwrap().put("a", "x").unwrap();
    }
    let export = folder.join("export");
    store.audit().export(&export).unwrap();
    check_export(&export, None).unwrap();
    let text = std::fs::read_to_string(&export).unwrap();
    (folder, store, text)
}

/// The id of the store, and that of the secret which the first event is of.
fn ids(text: &str) -> [String; 2] {
    let of = |line: usize, field: &str| {
        let line: serde_json::Value = serde_json::from_str(text.lines().nth(line).unwrap()).unwrap();
        line[field].as_str().unwrap().to_owned()
    };
    [of(0, "store"), of(1, "subject")]
}

/// What Python takes for the same, or what is hashed as the same text, is not what was exported.
#[test]
fn an_edit_that_leaves_every_hash_as_it_was_is_found_too() {
    // Once in three million times an id has no letter, and is the same in capitals.
    let has_capitals = |text: &str| ids(text).iter().all(|id| *id != id.to_uppercase());
    let (folder, store, text) =
        std::iter::repeat_with(exported).find(|(.., text)| has_capitals(text)).unwrap();
    let edited = folder.join("edited");
    let events = all(&store).len();
    let [of_the_store, id] = ids(&text);
    let texts: Vec<&str> = text.lines().next().unwrap().split('"').collect();
    let head = format!("\"head\":\"{}", texts[texts.len() - 2]);
    let edit = |from: &str, to: &str| (from.to_owned(), to.to_owned());
    for (from, to) in [
        edit(r#"{"app":"backup","user":"eve"}"#, r#"{"app":"backup\nuser=eve"}"#),
        edit(r#"{"a":"b=c"}"#, r#"{"a=b":"c"}"#),
        edit(r#"{"env":"1"}"#, r#"{"env":1}"#),
        edit(r#""error":0,"#, r#""error":false,"#),
        edit(r#""count":1,"#, r#""count":true,"#),
        edit(r#""version":1,"#, r#""version":true,"#),
        edit(&format!("\"{id}\""), &format!("\"{} {}\"", &id[..2], &id[2..])),
        edit(&format!("\"{id}\""), &format!("\"{}\"", id.to_uppercase())),
        edit(&of_the_store, &of_the_store.to_uppercase()),
        edit(&head, &head.to_uppercase().replace("HEAD", "head")),
        edit(r#""first":1,"#, r#""first":true,"#),
        edit(&format!("\"events\":{events},"), &format!("\"events\":{events}.0,")),
    ] {
        let changed = text.replacen(&from, &to, 1);
        assert_ne!(changed, text, "{from}");
        std::fs::write(&edited, changed).unwrap();
        assert!(check_export(&edited, None).is_err(), "{to}");
    }
}
