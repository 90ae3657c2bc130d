//! The library as C and C++ programs find it: installed by `scripts/install-c`, with the function that panics.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

pub(super) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Where everything of these tests is built, kept from one run to the next.
pub(super) fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("c")
}

/// Runs a program to its end, and gives what it said.
#[track_caller]
pub(super) fn run(command: &mut Command) -> String {
    let output = output(command);
    let said = said(&output);
    assert!(output.status.success(), "{command:?}\n{}\n{said}", output.status);
    said
}

#[track_caller]
pub(super) fn output(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

pub(super) fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A tool that these tests cannot do without.
#[track_caller]
pub(super) fn tool(name: &str, package: &str) -> Command {
    let answers = Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success());
    assert!(answers, "{name} is missing; get it with: apt-get install {package}, or run scripts/test");
    Command::new(name)
}

pub(super) fn is_there(name: &str) -> bool {
    Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success())
}

/// The folder with `include` and `lib`. Built once per run.
pub(super) fn prefix() -> &'static Path {
    static PREFIX: OnceLock<PathBuf> = OnceLock::new();
    PREFIX.get_or_init(|| {
        for name in ["ld", "objcopy", "ar", "nm"] {
            tool(name, "binutils");
        }
        let prefix = target().join("install");
        let mut install = Command::new(root().join("scripts/install-c"));
        install.args(["--profile", "dev", "--features", "capi-test-panic"]).arg(&prefix);
        // The dependencies are there: they were built for these tests.
        install.env("CARGO_TARGET_DIR", target()).env("CARGO_NET_OFFLINE", "true");
        run(install.env_remove("DESTDIR"));
        prefix
    })
}

/// Flags that let a program be watched. It stands at a fixed place: where a kernel chooses among 2^32 places (`vm.mmap_rnd_bits`), some are
/// those that the address sanitizer of gcc 13 and older keeps for its heap.
pub(super) const SANITIZERS: [&str; 3] =
    ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-no-pie"];

/// A compiler with the flags that every program of these tests is built with.
pub(super) fn compiler(name: &str, standard: &str) -> Command {
    let package = if name == "clang" { "clang" } else { "build-essential" };
    let mut compiler = tool(name, package);
    compiler.arg(format!("-std={standard}")).args(["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-g"]);
    if !is_plus_plus(name) {
        compiler.arg("-Wstrict-prototypes");
    }
    compiler.arg("-I").arg(prefix().join("include"));
    compiler
}

fn is_plus_plus(name: &str) -> bool {
    name.ends_with("++")
}

/// Links what a compiler made with the shared library.
pub(super) fn link_shared(compiler: &mut Command, program: &Path) {
    let lib = prefix().join("lib");
    compiler.arg("-o").arg(program).arg("-L").arg(&lib).arg("-lstrongroom");
    compiler.arg(format!("-Wl,-rpath,{}", lib.display()));
}

/// A program of C files, with the shared library and `flags`.
pub(super) fn program(name: &str, flags: &[&str], files: &[PathBuf]) -> PathBuf {
    let programs = target().join("programs");
    std::fs::create_dir_all(&programs).unwrap();
    let program = programs.join(name);
    let mut cc = compiler("cc", "c99");
    cc.arg("-D_POSIX_C_SOURCE=200809L").args(flags).args(files);
    link_shared(&mut cc, &program);
    run(&mut cc);
    program
}

/// The C files of a folder of `tests/c`.
pub(super) fn sources(folder: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root().join("tests").join(folder)).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|end| end == "c" || end == "cpp"));
    files.sort();
    assert!(!files.is_empty(), "no sources in {folder}");
    files
}
