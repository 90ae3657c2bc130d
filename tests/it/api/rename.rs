//! Other paths for the same secrets.

use strongroom::{ErrorKind, Put, Query, Rename, Store};

use crate::fixture::check_refused;

#[test]
fn a_renamed_secret_keeps_id_versions_and_metadata() {
    let store = Store::in_memory().unwrap();
    let id = store.put_with("a/b", "one", Put::new().tag("env", "prod").note("first")).unwrap().id();
    store.put("a/b", vec![2; 70_000]).unwrap();
    store.put("taken", "x").unwrap();
    check_refused(store.rename("a/b", "taken"), ErrorKind::AlreadyExists);
    check_refused(store.rename("none", "other"), ErrorKind::NotFound);
    let written = store.rename("a/b", "c").unwrap();
    assert_eq!((written.id(), written.version()), (id, 2));
    check_refused(store.get("a/b"), ErrorKind::NotFound);
    assert_eq!(store.get_version("c", 1).unwrap().value().expose(), b"one");
    assert_eq!(store.get("c").unwrap().value().len(), 70_000);
    assert_eq!(store.versions("c").unwrap()[0].note, "first");
    let listed = store.list(Query::all().tag("env", "prod")).unwrap();
    assert_eq!(listed.items().iter().map(|info| info.path().as_str()).collect::<Vec<_>>(), ["c"]);
    store.verify().unwrap();
}

#[test]
fn a_namespace_moves_whole_or_not_at_all_also_into_itself() {
    let store = Store::in_memory().unwrap();
    for path in ["a/x", "a/y/z", "b/y/z", "a"] {
        store.put(path, path).unwrap();
    }
    check_refused(store.rename_prefix("a", "b"), ErrorKind::AlreadyExists);
    assert_eq!(store.get("a/x").unwrap().value().expose(), b"a/x", "half of it was moved");
    assert_eq!(store.rename_prefix("a", "a/y").unwrap(), 2);
    assert_eq!(store.get("a/y/x").unwrap().value().expose(), b"a/x");
    assert_eq!(store.get("a/y/y/z").unwrap().value().expose(), b"a/y/z");
    assert_eq!(store.get("a").unwrap().value().expose(), b"a", "the secret of the very path stays");
    check_refused(store.rename_prefix("none", "c"), ErrorKind::NotFound);
    let deep = ["d"; 15].join("/");
    check_refused(store.rename_prefix("a", deep.as_str()), ErrorKind::InvalidArgument);
    assert_eq!(store.list(Query::under("a")).unwrap().items().len(), 2);
    store.verify().unwrap();
}

#[test]
fn much_is_sealed_anew_only_when_told() {
    let store = Store::in_memory().unwrap();
    let value = vec![7; 14 << 20];
    for n in 0..5 {
        store.put(&format!("a/{n}"), &value).unwrap();
    }
    check_refused(store.rename_prefix("a", "b"), ErrorKind::LimitExceeded);
    store.rename("a/0", "a/zero").unwrap();
    assert_eq!(store.rename_prefix_with("a", "b", Rename::new().allow_large()).unwrap(), 5);
    assert_eq!(store.get("b/zero").unwrap().value().len(), value.len());
}
