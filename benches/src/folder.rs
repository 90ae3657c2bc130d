//! A folder for stores.

use std::path::{Path, PathBuf};
use std::{env, fs, process};

/// A new folder where `TMPDIR` says. It goes with what is in it.
pub struct Folder(PathBuf);

impl Folder {
    /// # Panics
    ///
    /// If the folder cannot be made.
    pub fn new(name: &str) -> Self {
        let path = env::temp_dir().join(format!("strongroom-{name}-{}", process::id()));
        fs::create_dir(&path).expect("a folder");
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
