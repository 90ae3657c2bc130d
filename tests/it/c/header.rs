//! `include/strongroom.h` says what `src/ffi` does: it is generated from it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use cbindgen::{Builder, Config, DocumentationStyle, Language, Style};
use strongroom::ErrorKind;

/// Set to write the header and the list of symbols instead of comparing them.
const UPDATE: &str = "STRONGROOM_UPDATE_HEADER";

const TOP: &str = "\
/*
 * strongroom: an embedded secret store. One sealed file, one library, no server.
 *
 * Generated from the sources of the library; do not edit.
 *
 * Results. A function that can fail returns a strongroom_status: STRONGROOM_OK (0) or STRONGROOM_E_... . Its last parameter is
 * where an error object goes, and may be NULL. If it is not, *error is NULL behind a success, and behind a failure an object to be
 * freed with strongroom_error_free, or NULL if there was no room for one; what was there before is not read.
 *
 * Handles. A pointer to strongroom_store, _secret, _page and so on is a number that the library looks up, and never an address.
 * Closed twice, used after it was closed, of the wrong type or made up, it gives STRONGROOM_E_CLOSED or STRONGROOM_E_BAD_HANDLE.
 *
 * Pointers. Everything else that is pointed to must be readable, or writable, for its length, and is used during the call only. A text
 * is UTF-8 with a length, or with STRONGROOM_NUL_TERMINATED as its length. NULL with length 0 is the empty text; where a text may be left
 * out, NULL leaves it out. A struct whose first member is struct_size is written up to the size its reader sets there.
 *
 * Ownership. Every comment says which of these it is:
 *   borrows   used during the call; stays the caller's
 *   copies    as borrows, and the library keeps a copy
 *   writes    memory of the caller's that the library fills
 *   the caller's   an object that the caller frees, with the function that is named, once. Never with free()
 *   borrowed from  memory of an object's, valid until that object is freed
 *   takes     the object is gone behind the call
 *
 * Threads. \"any thread\" means that any number of threads may do this at once, also with the same objects. What is borrowed from an object must
 * not be read while another thread frees the object. No call starts a thread, installs a handler or a hook, or prints; only a panic, which is
 * a bug of ours and ends as STRONGROOM_E_INTERNAL, is told on the standard error by Rust.
 *
 * Writes. What changes a store is durable when it returns STRONGROOM_OK, and with any other status nothing is changed, but for STRONGROOM_E_IO and
 * STRONGROOM_E_INTERNAL: a write or a sync that failed may have reached the file or not. The handle then answers STRONGROOM_E_POISONED,
 * without changing anything, and only opening the store again tells.
 *
 * Fork. In a forked child a store is refused with STRONGROOM_E_FORKED. Open it again there, or call exec. Other objects are copied with the memory of
 * the process: they can be used in the child, and what it frees is wiped there only. If another thread was inside of a call when the process was
 * forked, any function, also one that frees, may give STRONGROOM_E_FORKED instead, or 0 or NULL if it has no status, and what it would have freed
 * is not wiped in the child. None waits for a thread that is not there.
 *
 * Secrets. No message, no status and no JSON ever holds a value, a key or a passphrase.
 */";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// What is made of numbers that the sources do not have as literals.
fn defines() -> String {
    let version = env!("CARGO_PKG_VERSION");
    let parts: Vec<u32> = version.split('.').map(|part| part.parse().unwrap()).collect();
    let [major, minor, patch] = parts[..] else { panic!("{version}") };
    let number = major * 1_000_000 + minor * 1_000 + patch;
    let mut text = format!(
        "
/* The version of the library that this header belongs to. */
#define STRONGROOM_VERSION_MAJOR {major}
#define STRONGROOM_VERSION_MINOR {minor}
#define STRONGROOM_VERSION_PATCH {patch}
#define STRONGROOM_VERSION_NUMBER {number}
#define STRONGROOM_VERSION_STRING \"{version}\"

#if defined(_WIN32) && !defined(STRONGROOM_STATIC)
#define STRONGROOM_API __declspec(dllimport)
#else
#define STRONGROOM_API
#endif

#if defined(__GNUC__)
#define STRONGROOM_WARN_UNUSED __attribute__((warn_unused_result))
#else
#define STRONGROOM_WARN_UNUSED
#endif

/* As the length of a text: the text ends with its first NUL. */
#define STRONGROOM_NUL_TERMINATED SIZE_MAX
/* As a time: there is none. */
#define STRONGROOM_NO_TIME INT64_MIN

/* Done. */
#define STRONGROOM_OK 0
"
    );
    for kind in ErrorKind::ALL {
        let name = kind.name().to_uppercase();
        writeln!(text, "/* {} */\n#define STRONGROOM_E_{name} {}", meaning(*kind), *kind as i32).unwrap();
    }
    text
}

/// What the source says of a kind, without the marks of rustdoc.
fn meaning(kind: ErrorKind) -> String {
    let source = std::fs::read_to_string(root().join("src/error.rs")).unwrap();
    let (before, _) = source.split_once(&format!("    {kind:?} = ")).unwrap();
    let lines: Vec<&str> = before.lines().rev().map_while(|line| line.trim().strip_prefix("///")).collect();
    let text: String = lines.into_iter().rev().map(str::trim).collect::<Vec<_>>().join(" ");
    // [`Name`](path) and [`Name`] are Name.
    let mut plain = String::new();
    let mut rest = text.as_str();
    while let Some((before, behind)) = rest.split_once("[`") {
        let (name, behind) = behind.split_once("`]").unwrap();
        plain += &format!("{before}{name}");
        rest = match behind.strip_prefix('(') {
            Some(behind) => behind.split_once(')').unwrap().1,
            None => behind,
        };
    }
    (plain + rest).replace('`', "")
}

fn generated() -> String {
    let mut config = Config {
        language: Language::C,
        cpp_compat: true,
        include_guard: Some("STRONGROOM_H".to_owned()),
        header: Some(TOP.to_owned()),
        no_includes: true,
        sys_includes: vec!["stddef.h".to_owned(), "stdint.h".to_owned()],
        after_includes: Some(defines()),
        usize_is_size_t: true,
        style: Style::Both,
        documentation_style: DocumentationStyle::Doxy,
        line_length: 110,
        ..Config::default()
    };
    let panics = ("feature = capi-test-panic".to_owned(), "STRONGROOM_TEST_PANIC".to_owned());
    config.defines.extend([panics]);
    config.function.prefix = Some("STRONGROOM_API".to_owned());
    config.function.must_use = Some("STRONGROOM_WARN_UNUSED".to_owned());
    let builder = Builder::new().with_config(config).with_src(root().join("src/ffi/mod.rs"));
    let mut header = Vec::new();
    builder.generate().unwrap().write(&mut header);
    String::from_utf8(header).unwrap()
}

/// The functions that a header declares.
pub(super) fn functions(header: &str) -> Vec<String> {
    let mut names: Vec<String> = header
        .lines()
        .filter(|line| !line.starts_with([' ', '/', '#']) && !line.starts_with("typedef"))
        .filter_map(|line| Some(line.split_once('(')?.0.rsplit([' ', '*']).next()?.to_owned()))
        .filter(|name| name.starts_with(char::is_lowercase))
        .collect();
    names.sort();
    names
}

#[track_caller]
fn check_file(path: &Path, now: &str) {
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(path, now).unwrap();
    }
    let then = std::fs::read_to_string(path).unwrap_or_default();
    assert!(then == now, "{} is not what src/ffi says: run the tests with {UPDATE}=1", path.display());
}

#[test]
fn the_header_is_generated_from_the_sources() {
    check_file(&root().join("include/strongroom.h"), &generated());
}

/// Every language takes its words from the header.
#[test]
fn the_header_names_things_as_c_does() {
    let rust: Vec<String> = generated()
        .lines()
        .filter(|line| line.contains("::") || line.contains("[`"))
        .map(str::to_owned)
        .collect();
    assert_eq!(rust, Vec::<String>::new());
}

#[test]
fn the_list_of_symbols_has_what_the_header_declares() {
    let mut names = functions(&generated());
    names.retain(|name| name != "strongroom_test_panic");
    assert!(names.iter().all(|name| name.starts_with("strongroom_")), "{names:?}");
    check_file(&root().join("include/strongroom.symbols"), &(names.join("\n") + "\n"));
}
