//! What `scripts/install-c` installs can be linked in every way that `docs/C-API.md` names.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::library::{compiler, link_shared, prefix, root, run, target, tool};
use crate::fixture::Folder;

fn pkg_config(prefix: &Path, flags: &[&str]) -> Vec<String> {
    let mut command = tool("pkg-config", "pkg-config");
    command.arg(format!("--define-variable=prefix={}", prefix.display())).args(flags).arg("strongroom");
    let said = run(command.env("PKG_CONFIG_PATH", prefix.join("lib/pkgconfig")));
    words(&said)
}

/// What a shell would make of it, but for what is special to one and pkg-config does not quote, such as parentheses in a path.
fn words(said: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut characters = said.trim().chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => words.last_mut().unwrap().extend(characters.next()),
            _ if character.is_whitespace() => words.push(String::new()),
            _ => words.last_mut().unwrap().push(character),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[test]
fn words_end_at_spaces_that_are_not_quoted() {
    assert_eq!(words("-L/a\\ (b)/lib  -l\\#c\n"), ["-L/a (b)/lib", "-l#c"]);
    assert!(words(" \n").is_empty());
}

/// The system's libraries that the archive needs.
fn system_libs() -> Vec<String> {
    let all = pkg_config(prefix(), &["--static", "--libs-only-l"]);
    all.into_iter().filter(|library| library != "-lstrongroom").collect()
}

/// A compiler with the program that meets a panic.
fn panic_program() -> Command {
    let mut cc = compiler("cc", "c99");
    cc.arg(root().join("tests/c/panic.c"));
    cc
}

#[track_caller]
fn check_runs(program: &Path) {
    let said = run(&mut Command::new(program));
    assert!(said.contains("the panic was caught"), "{said}");
}

/// Whether a program asks for the shared library when it starts.
fn needs_shared(program: &Path) -> bool {
    run(tool("readelf", "binutils").arg("-d").arg(program)).contains("libstrongroom.so.1")
}

#[test]
fn a_program_links_with_the_shared_library() {
    let folder = Folder::new();
    let program = folder.join("program");
    let mut cc = panic_program();
    link_shared(&mut cc, &program);
    run(&mut cc);
    assert!(needs_shared(&program));
    check_runs(&program);
}

#[test]
fn a_program_links_with_the_archive() {
    let folder = Folder::new();
    let program = folder.join("program");
    let archive = prefix().join("lib/libstrongroom.a");
    run(panic_program().arg("-o").arg(&program).arg(archive).args(system_libs()));
    assert!(!needs_shared(&program));
    check_runs(&program);
}

#[test]
fn pkg_config_finds_the_shared_library() {
    let folder = Folder::new();
    let program = folder.join("program");
    let mut cc = Command::new("cc");
    cc.arg(root().join("tests/c/panic.c")).arg("-o").arg(&program);
    cc.args(pkg_config(prefix(), &["--cflags", "--libs"]));
    run(cc.arg(format!("-Wl,-rpath,{}", prefix().join("lib").display())));
    assert!(needs_shared(&program));
    check_runs(&program);
}

/// As where only the archive is installed: beside a shared library a linker prefers that.
#[test]
fn pkg_config_finds_the_archive_where_it_was_moved_to() {
    let (folder, moved) = (Folder::new(), Folder::new());
    run(Command::new("cp").arg("-R").arg(prefix().join("include")).arg(moved.path()));
    fs::create_dir_all(moved.join("lib/pkgconfig")).unwrap();
    for file in ["lib/libstrongroom.a", "lib/pkgconfig/strongroom.pc"] {
        fs::copy(prefix().join(file), moved.join(file)).unwrap();
    }
    let program = folder.join("program");
    let mut cc = Command::new("cc");
    cc.arg(root().join("tests/c/panic.c")).arg("-o").arg(&program);
    run(cc.args(pkg_config(moved.path(), &["--static", "--cflags", "--libs"])));
    assert!(!needs_shared(&program));
    check_runs(&program);
}

#[test]
fn cmake_finds_both() {
    let folder = Folder::new();
    let build = folder.join("build");
    let mut configure = tool("cmake", "cmake");
    configure.arg("-S").arg(root().join("tests/c/installed")).arg("-B").arg(&build);
    run(configure.arg(format!("-DCMAKE_PREFIX_PATH={}", prefix().display())));
    run(tool("cmake", "cmake").arg("--build").arg(&build));
    for (program, is_shared) in [("shared", true), ("static", false)] {
        assert_eq!(needs_shared(&build.join(program)), is_shared, "{program}");
        check_runs(&build.join(program));
    }
}

#[test]
fn the_archive_stands_beside_another_library_in_rust() {
    let folder = Folder::new();
    let archive = folder.join("libother.a");
    let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc.args(["--crate-type", "staticlib", "--crate-name", "other", "--edition", "2024", "-o"]);
    run(rustc.arg(&archive).arg(root().join("tests/c/installed/other.rs")));
    let ours = prefix().join("lib/libstrongroom.a");
    for (name, archives) in [("one", [&archive, &ours]), ("other", [&ours, &archive])] {
        let program: PathBuf = folder.join(name);
        let mut cc = compiler("cc", "c99");
        cc.arg(root().join("tests/c/installed/beside.c")).arg("-o").arg(&program);
        run(cc.args(archives).args(system_libs()));
        let said = run(&mut Command::new(&program));
        assert!(said.contains("both work"), "{said}");
    }
}

#[test]
fn the_archive_is_one_object() {
    let listed = run(tool("ar", "binutils").arg("t").arg(prefix().join("lib/libstrongroom.a")));
    assert_eq!(listed.trim(), "strongroom.o");
}

/// Wherever cargo is told to build, and whatever lies where it builds by itself.
#[test]
fn what_is_installed_is_what_was_built() {
    let folder = Folder::new();
    let mut install = Command::new(root().join("scripts/install-c"));
    install.args(["--profile", "dev", "--features", "capi-test-panic"]).arg(folder.path());
    install.env_remove("CARGO_TARGET_DIR").env("CARGO_BUILD_TARGET_DIR", target());
    run(install.env("CARGO_NET_OFFLINE", "true").env_remove("DESTDIR"));
    let library = |prefix: &Path| fs::read(prefix.join("lib/libstrongroom.so")).unwrap();
    assert!(library(folder.path()) == library(prefix()), "another library was installed");
}

/// The value of the first line that starts with `key`, without quotes.
#[track_caller]
fn value_of<'a>(text: &'a str, key: &str) -> &'a str {
    let line = text.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_else(|| panic!("no {key}"));
    line.trim_matches([' ', '=', '"'])
}

/// cargo-c, the script and the header say the same.
#[test]
fn the_interface_has_one_version() {
    let header = fs::read_to_string(root().join("include/strongroom.h")).unwrap();
    let abi = value_of(&header, "#define STRONGROOM_ABI_VERSION");
    let version = value_of(&header, "#define STRONGROOM_VERSION_STRING");
    let dynamic = run(tool("readelf", "binutils").arg("-d").arg(prefix().join("lib/libstrongroom.so")));
    assert!(dynamic.contains(&format!("soname: [libstrongroom.so.{abi}]")), "{dynamic}");
    let pc = fs::read_to_string(prefix().join("lib/pkgconfig/strongroom.pc")).unwrap();
    assert_eq!(value_of(&pc, "Version:"), version);

    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let section = |name: &str| {
        let start = manifest.find(&format!("[package.metadata.capi{name}]\n")).unwrap();
        let section = &manifest[start..];
        section[1..].find("\n[").map_or(section, |end| &section[..end + 1])
    };
    assert_eq!(value_of(section(".library"), "version ="), format!("{abi}.0.0"));
    assert_eq!(value_of(section(".library"), "version_suffix_components"), "1");
    assert_eq!(value_of(section(".library"), "name"), "strongroom");
    assert_eq!(value_of(section(".pkg_config"), "name"), "strongroom");
    assert_eq!(value_of(section(".header"), "generation"), "false");
    let installed = section(".install.include");
    for header in ["include/strongroom.h\"", "include/strongroom.hpp\"", "include/strongroom/*.hpp\""] {
        assert!(installed.contains(header), "{header}");
    }
}
