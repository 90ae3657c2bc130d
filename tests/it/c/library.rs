//! The shared library as a program finds it, built once for all tests.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Where the repository is.
pub(super) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The folder of the shared library, with the export that panics.
pub(super) fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(build)
}

fn build() -> PathBuf {
    // This test lies in TARGET/debug/deps. What it depends on is built there already.
    let own = std::env::current_exe().unwrap();
    let target = own.ancestors().nth(3).expect("a test lies in TARGET/debug/deps");
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(root()).args(["rustc", "--locked", "--quiet", "--lib", "--crate-type", "cdylib"]);
    command.args(["--features", "capi-test-panic", "--target-dir"]).arg(target);
    // As it is installed: programs look for this name.
    command.args(["--", "-C", "link-arg=-Wl,-soname,libstrongroom.so.1"]);
    succeed(&mut command);
    let folder = target.join("tmp/c-interface");
    std::fs::create_dir_all(&folder).unwrap();
    for name in ["libstrongroom.so", "libstrongroom.so.1"] {
        let new = folder.join(format!("{name}.{}", std::process::id()));
        std::fs::copy(target.join("debug/libstrongroom.so"), &new).unwrap();
        std::fs::rename(new, folder.join(name)).unwrap();
    }
    folder
}

/// Compiles a C program against the shared library, with every warning an error.
pub(super) fn compile(source: &Path, program: &Path, more: &[&str]) {
    let mut command = Command::new("cc");
    command.args([
        "-std=c99",
        "-O1",
        "-g",
        "-Wall",
        "-Wextra",
        "-Wpedantic",
        "-Wstrict-prototypes",
        "-Werror",
    ]);
    command.arg("-I").arg(root().join("include")).arg(source).arg("-o").arg(program);
    command.arg("-L").arg(folder()).arg("-lstrongroom").arg(format!("-Wl,-rpath,{}", folder().display()));
    succeed(command.args(more));
}

/// Runs a command to its end, which must be a good one, and gives what it printed.
#[track_caller]
pub(super) fn succeed(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| {
        panic!("{command:?}: {error}; scripts/test installs what the tests of the C interface need")
    });
    let (printed, complaints) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}: {}\n{printed}\n{complaints}", output.status);
    printed.into_owned()
}
