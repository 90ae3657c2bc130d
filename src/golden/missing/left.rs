//! A store with what a delete leaves behind.

use std::time::Duration;

use super::stores::{describe, options, write_once};
use crate::Put;

const HEAD: &str = "\
comment: notes of deleted versions of a secret in the trash, at the path of another one that lives, and of one that came back
unlock: raw-key 5ea1ed0000000000000000000000000000000000000000000000000000000004
closed: orderly
";

pub(super) fn write_left() {
    write_once("left", HEAD, |scratch, clock, key| {
        let path = scratch.join("new");
        let store = options(clock).create(&path, key)?;
        for name in ["team/key", "team/token"] {
            for value in ["one", "two", "three"] {
                store.put_with(name, value, Put::new().tag("env", "prod"))?;
            }
            store.delete_version(name, 1)?;
            clock.advance(Duration::from_millis(1));
            store.delete_version(name, 2)?;
            store.delete(name)?;
            clock.advance(Duration::from_millis(1));
        }
        store.put("team/key", "another secret")?;
        store.delete_version("team/key", 1)?;
        store.put("team/key", "its second version")?;
        store.restore_to("team/token", "team/came back")?;
        let described = describe(&store, HEAD, clock)?;
        store.close()?;
        Ok(described)
    });
}
