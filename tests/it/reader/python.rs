//! The interpreter that runs the second reader, and asking it.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{LazyLock, Mutex, PoisonError};

use serde_json::Value;

use super::key::Key;
use super::{hex, root};
use crate::fixture::Folder;

/// The interpreter that `scripts/test` sets up, or why there is none.
static PYTHON: LazyLock<Result<PathBuf, String>> = LazyLock::new(|| {
    let own = || root().join("target/python/bin/python3");
    let python = std::env::var_os("STRONGROOM_PYTHON").map_or_else(own, PathBuf::from);
    let found = Command::new(&python).args(["-c", "import argon2, nacl"]).output();
    if found.is_ok_and(|output| output.status.success()) {
        return Ok(python);
    }
    Err(format!(
        "{} is no Python with PyNaCl and argon2-cffi, which the second reader needs. Run scripts/test, which sets \
         one up, or python3 -m venv target/python && target/python/bin/pip install -r tests/reader/requirements.txt",
        python.display(),
    ))
});

/// A run of a script beside the reader.
pub(super) fn script(name: &str) -> Command {
    let python = PYTHON.as_ref().unwrap_or_else(|missing| panic!("{missing}"));
    let mut command = Command::new(python);
    // Without compiled files beside the scripts, which are not part of the repository.
    command.arg("-B").arg(root().join("tests/reader").join(name)).env("PYTHONUTF8", "1");
    command
}

/// One process that reads many stores, and ends with this one.
static SERVER: LazyLock<Mutex<(Child, BufReader<ChildStdout>)>> = LazyLock::new(|| {
    let mut command = script("read_store.py");
    let mut server = command.arg("--serve").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let output = BufReader::new(server.stdout.take().unwrap());
    Mutex::new((server, output))
});

/// What the Python reader prints of a store as of `now`, or the line it refuses the file with.
pub(super) fn read_in_python(path: &Path, key: &Key, now: i64) -> Result<Value, String> {
    let now = now.to_string();
    match key {
        Key::Raw(key) => ask(&[path.to_str().unwrap(), "--raw-key-hex", &hex(key), "--now", &now]),
        _ => read_with_options(path, key, &["--now", &now]),
    }
}

fn ask(arguments: &[&str]) -> Result<Value, String> {
    let mut server = SERVER.lock().unwrap_or_else(PoisonError::into_inner);
    let (server, output) = &mut *server;
    writeln!(server.stdin.as_mut().unwrap(), "{}", arguments.join("\t")).unwrap();
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    assert!(line.ends_with('\n'), "the second reader ended, {:?}: {line}", server.wait());
    if line.starts_with('{') {
        Ok(serde_json::from_str(&line).unwrap())
    } else {
        Err(line.trim_end().to_owned())
    }
}

/// The same in a process of its own, with more options.
pub(super) fn read_with_options(path: &Path, key: &Key, options: &[&str]) -> Result<Value, String> {
    let folder = Folder::new();
    let mut command = script("read_store.py");
    command.arg(path).args(options);
    key.hand_to(&mut command, &folder);
    let output = command.output().unwrap();
    if output.status.success() {
        return Ok(serde_json::from_slice(&output.stdout).unwrap());
    }
    let line = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), line.lines().count()), (Some(1), 1), "{line}");
    Err(line.trim_end().to_owned())
}

/// How many lines of a script are code: not empty, no comment and no part of the text that describes what follows.
fn code_lines(script: &str) -> usize {
    let mut in_text = false;
    let is_code = |line: &&str| {
        let line = line.trim();
        let begins = !in_text && line.starts_with("\"\"\"");
        let ends = line.len() > 3 && line.ends_with("\"\"\"") || in_text && line == "\"\"\"";
        let counts = !in_text && !begins && !line.is_empty() && !line.starts_with('#');
        in_text = (in_text || begins) && !ends;
        counts
    };
    script.lines().filter(is_code).count()
}

/// It was 300 before secrets rotated and expired, and events said who did what.
#[test]
fn the_second_reader_has_at_most_400_lines_of_code() {
    let script = std::fs::read_to_string(root().join("tests/reader/strongroom_reader.py")).unwrap();
    let lines = code_lines(&script);
    assert!((200..=400).contains(&lines), "{lines} lines");
    let control = "\"\"\"What\nit is.\n\"\"\"\n\n# why\na = 1\ndef f():\n    \"\"\"One line.\"\"\"\n    \"\"\"Two\n    lines.\"\"\"\n    return a  # because\n";
    assert_eq!(code_lines(control), 3);
    assert_eq!(code_lines(&(script + "a = 1\n")), lines + 1);
}
