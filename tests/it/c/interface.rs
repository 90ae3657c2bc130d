//! What a program was compiled against stays: signatures and layouts of this version of the interface are only ever added to.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;

use super::library::{program, root, run, target};
use super::prototypes;

/// Set to add what is new to the list.
const UPDATE: &str = "STRONGROOM_UPDATE_HEADER";

fn header() -> String {
    std::fs::read_to_string(root().join("include/strongroom.h")).unwrap()
}

fn golden() -> PathBuf {
    root().join("tests/golden/interface-1.txt")
}

/// Without comments.
fn code(header: &str) -> String {
    let mut parts = header.split("/*");
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |code, part| code + part.split_once("*/").unwrap().1)
}

/// The structs of a header, with the names of their members in order.
fn structs(header: &str) -> Vec<(String, Vec<String>)> {
    let code = code(header);
    let declared = code.split("typedef struct ").skip(1).filter_map(|text| {
        let (name, body) = text.split_once('{')?;
        (!name.contains(';')).then_some((name.trim(), body.split_once('}')?.0))
    });
    let member = |line: &str| {
        let name = line.trim().strip_suffix(';')?.rsplit([' ', '*']).next()?;
        Some(name.split('[').next()?.to_owned())
    };
    declared.map(|(name, body)| (name.to_owned(), body.lines().filter_map(member).collect())).collect()
}

/// Where the members of every struct lie, as the compiler says. For machines of 64 bits, which all lay them out alike.
fn layouts(header: &str) -> String {
    let mut text = String::from("#include <stdio.h>\n#include <strongroom.h>\n#define AT(type, member) ");
    text += "printf(\"%s.%s at %u, %u bytes\\n\", #type, #member, (unsigned)offsetof(type, member), (unsigned)sizeof(((type *)0)->member))\n";
    text += "int main(void) {\n";
    for (name, members) in structs(header) {
        for member in members {
            writeln!(text, "    AT({name}, {member});").unwrap();
        }
    }
    text += "    return 0;\n}\n";
    let generated = target().join("generated");
    std::fs::create_dir_all(&generated).unwrap();
    std::fs::write(generated.join("layout.c"), text).unwrap();
    run(&mut Command::new(program("layout", &[], &[generated.join("layout.c")])))
}

/// Names and what they are: functions with their types, numbers with their values.
fn names(header: &str) -> String {
    let mut text = String::new();
    for function in prototypes::functions(header) {
        let kinds: Vec<&str> = function.parameters.iter().map(|parameter| parameter.kind.as_str()).collect();
        writeln!(text, "{} {}({})", function.result, function.name, kinds.join(", ")).unwrap();
    }
    let numbers = header.lines().filter_map(|line| line.strip_prefix("#define "));
    let numbers = numbers.filter_map(|line| line.split_once(' ')).filter(|(name, value)| {
        let is_number = value.starts_with(|c: char| c.is_ascii_digit() || c == '-');
        is_number && !name.starts_with("STRONGROOM_VERSION_")
    });
    for (name, value) in numbers {
        writeln!(text, "{name} = {value}").unwrap();
    }
    text
}

fn changed<'a>(then: &'a str, now: &str) -> Vec<&'a str> {
    let now: BTreeSet<&str> = now.lines().collect();
    then.lines().filter(|line| !now.contains(line)).collect()
}

#[test]
fn the_interface_is_only_ever_added_to() {
    let header = header();
    let now = names(&header) + &layouts(&header);
    let then = std::fs::read_to_string(golden()).unwrap_or_default();
    let gone = changed(&then, &now);
    assert!(
        gone.is_empty(),
        "this breaks programs; raise STRONGROOM_ABI_VERSION for it:\n{}",
        gone.join("\n")
    );
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(golden(), &now).unwrap();
    } else {
        let added = changed(&now, &then);
        assert!(added.is_empty(), "run the tests with {UPDATE}=1; this was added:\n{}", added.join("\n"));
    }
}

#[test]
fn a_change_of_the_interface_is_seen() {
    let then = "int32_t strongroom_f(size_t)\nSTRONGROOM_X = 1\ns.a at 0, 8 bytes\n";
    assert_eq!(changed(then, &format!("{then}s.b at 8, 4 bytes\n")), Vec::<&str>::new());
    for (from, to) in [("size_t", "uint32_t"), ("= 1", "= 2"), ("at 0", "at 8"), ("8 bytes", "4 bytes")] {
        assert_eq!(changed(then, &then.replace(from, to)).len(), 1, "{from}");
    }
    let found = structs(
        "typedef struct a {\n  /**\n   * b;\n   */\n  const char *c;\n  char d[4];\n} a;\ntypedef struct e e;\n",
    );
    assert_eq!(found, [("a".to_owned(), vec!["c".to_owned(), "d".to_owned()])]);
}
