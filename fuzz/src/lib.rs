//! The store that the targets know: its key, and what is in it.

use std::os::unix::fs::DirBuilderExt;

use strongroom::{Query, Result, Store};

/// The raw key of the store.
pub const KEY: [u8; 32] = [7; 32];

/// Every secret: path, number of versions, length of each value.
pub const SECRETS: [(&str, u64, usize); 4] =
    [("a", 1, 0), ("a/b/c", 3, 20), ("team/db/password", 2, 64), ("team/key", 1, 5_000)];

/// The value of a version: recognisable, and different everywhere.
pub fn value(path: &str, version: u64, len: usize) -> Vec<u8> {
    path.bytes().chain(version.to_le_bytes()).cycle().take(len).collect()
}

/// Puts every secret into a store.
pub fn fill(store: &Store) -> Result<()> {
    for (path, versions, len) in SECRETS {
        for version in 1..=versions {
            store.put(path, value(path, version, len))?;
        }
    }
    Ok(())
}

/// Panics unless the store holds exactly what [`fill`] put there.
pub fn check(store: &Store) {
    let listed = store.list(&Query::all()).expect("an open store lists");
    assert_eq!(listed.items().len(), SECRETS.len());
    for (path, versions, len) in SECRETS {
        assert_eq!(store.get(path).expect("a secret is there").version(), versions);
        for version in 1..=versions {
            let secret = store.get_version(path, version).expect("a version is there");
            assert!(secret.value().expose() == value(path, version, len), "{path} version {version}");
        }
    }
}

/// An empty folder of this process that only its user may enter, where temporary files go.
pub fn folder(name: &str) -> std::path::PathBuf {
    let folder = std::env::temp_dir().join(format!("strongroom-fuzz-{name}-{}", std::process::id()));
    std::fs::DirBuilder::new().mode(0o700).create(&folder).expect("a folder for files can be made");
    folder
}
