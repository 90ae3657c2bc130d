//! The quickstart as a user meets it: a program with a page, an exit code, and one sentence when something is wrong.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests say what they mean")]

#[path = "../../examples/quickstart/dotenv.rs"]
mod dotenv;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use dotenv::LineError;
use strongroom::{ErrorKind, Listed, Query, Store, StoreOptions, Unlock};

use crate::examples::program;

const PASSPHRASE: &str = "correct horse battery staple";
/// Stands in every value of the test's files, and must never be seen outside a store.
const VALUE: &str = "hunter2";

/// A directory of its own for each test, removed at the end.
struct Desk(PathBuf);

impl Desk {
    fn new(test: &str) -> Self {
        let path =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("quickstart-{test}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.path(name), text).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program("quickstart"));
        command
            .args(arguments)
            .current_dir(&self.0)
            .stdin(Stdio::null())
            .env("STRONGROOM_PASSPHRASE", PASSPHRASE);
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs, and expects a failure that says `said` in one line and shows no value.
    #[track_caller]
    fn check_fails(&self, arguments: &[&str], exit: i32, said: &str) {
        check_failed(&self.run(arguments), exit, said);
    }

    fn open(&self, name: &str) -> Store {
        StoreOptions::new().read_only(true).open(self.path(name), Unlock::passphrase(PASSPHRASE)).unwrap()
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[track_caller]
fn check_failed(output: &Output, exit: i32, said: &str) {
    let (page, problem) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(exit), "{problem}");
    assert!(problem.contains(said), "{problem}");
    for shown in [&page, &problem] {
        assert!(!shown.contains(VALUE) && !shown.contains(PASSPHRASE), "{shown}");
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn value(store: &Store, path: &str, version: u64) -> String {
    text(store.get_version(path, version).unwrap().value().expose())
}

#[test]
fn the_shipped_file_is_sealed_read_back_updated_listed_and_verified() {
    let desk = Desk::new("shipped");
    let output = desk.run(&[]);
    let (page, warning) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{warning}");
    assert!(warning.contains("warning: the passphrase comes from STRONGROOM_PASSPHRASE"), "{warning}");
    for line in [
        "seal 6 secrets in one commit, tagged source=quickstart.env",
        "read 6 secrets back",
        "update one: version 2",
        "roll it back: version 3",
        "30 days to restore it",
        "list by tag, source=quickstart.env: 6 secrets",
        "verify: ",
        "back up commit ",
        "quickstart/SIGNING_KEY",
    ] {
        assert!(page.contains(line), "{line}: {page}");
    }
    for secret in ["tiger-lily-41", "5c1f0a7e93d2", "live-key", "quoted", "EXAMPLE KEY", PASSPHRASE] {
        assert!(!page.contains(secret) && !warning.contains(secret), "{secret}: {page}");
    }
    let store = desk.open("quickstart.env.strongroom");
    assert_eq!(
        value(&store, "quickstart/DATABASE_URL", 1),
        "postgres://app:tiger-lily-41@db.internal:5432/orders"
    );
    assert_eq!(value(&store, "quickstart/SMTP_PASSWORD", 1), "a \"quoted\" pass phrase with spaces");
    let first = store.get("quickstart/DATABASE_URL").unwrap();
    assert_eq!((first.version(), first.info().tags().get("source")), (3, Some("quickstart.env")));
    assert_eq!(value(&store, "quickstart/DATABASE_URL", 3), value(&store, "quickstart/DATABASE_URL", 1));
    assert_ne!(value(&store, "quickstart/DATABASE_URL", 2), value(&store, "quickstart/DATABASE_URL", 1));
    assert_eq!(store.verify().unwrap().opened.unwrap().secrets, 6);
}

#[test]
fn a_second_run_adds_versions_and_loses_none() {
    let desk = Desk::new("again");
    desk.write("app.env", format!("A={VALUE}-1\nB=b\n"));
    let first = desk.run(&["app.env", "--store", "s"]);
    assert!(first.status.success(), "{}", text(&first.stderr));
    desk.write("app.env", format!("A={VALUE}-2\nC=c\n"));
    let second = desk.run(&["--store", "s", "app.env"]);
    assert!(second.status.success(), "{}", text(&second.stderr));
    let store = desk.open("s");
    assert_eq!(value(&store, "quickstart/A", 1), format!("{VALUE}-1"));
    assert_eq!(value(&store, "quickstart/A", 4), format!("{VALUE}-2"));
    assert_eq!(store.list(Query::under("quickstart")).unwrap().items().len(), 3);
}

#[test]
fn what_is_wrong_with_the_file_is_said_before_there_is_a_store() {
    let desk = Desk::new("file");
    desk.check_fails(&["missing.env"], 1, "missing.env: No such file");
    desk.check_fails(&["."], 2, "usage: quickstart");
    for (content, said) in [
        (format!("A=1\n# fine\n{VALUE}\n"), "app.env: line 3: expected KEY=value"),
        (format!("A='{VALUE}\nB=2\n"), "app.env: line 1: the quote that opens on this line is never closed"),
        ("# nothing\n".to_owned(), "app.env: no KEY=value"),
    ] {
        desk.write("app.env", content);
        desk.check_fails(&["app.env"], 1, said);
    }
    desk.write("app.env", [b"A=1\nB=".as_slice(), VALUE.as_bytes(), b"\xff\n"].concat());
    desk.check_fails(&["app.env"], 1, "app.env: line 2: not UTF-8 text");
    desk.write("app.env", vec![b'#'; (1 << 20) + 1]);
    desk.check_fails(&["app.env"], 1, "longer than 1 MiB");
    assert_eq!(fs::read_dir(&desk.0).unwrap().count(), 1, "a store was left behind");
}

#[test]
fn arguments_that_are_not_understood_are_a_usage_error() {
    let desk = Desk::new("usage");
    for arguments in [&["--store"][..], &["--force"], &["a", "b"], &["--store", "a", "--store", "b"]] {
        desk.check_fails(arguments, 2, "usage: quickstart [FILE] [--store PATH]");
    }
}

#[test]
fn no_terminal_and_no_variable_names_the_variable() {
    let desk = Desk::new("prompt");
    let output = desk.command(&[]).env_remove("STRONGROOM_PASSPHRASE").output().unwrap();
    check_failed(&output, 1, "set STRONGROOM_PASSPHRASE");
    let output = desk.command(&[]).env("STRONGROOM_PASSPHRASE", "").output().unwrap();
    check_failed(&output, 1, "the passphrase is empty");
}

#[test]
fn a_store_that_does_not_open_is_left_as_it_was() {
    let desk = Desk::new("refused");
    desk.write("app.env", format!("A={VALUE}\n"));
    let first = desk.run(&["app.env", "--store", "s"]);
    assert!(first.status.success(), "{}", text(&first.stderr));
    let good = fs::read(desk.path("s")).unwrap();

    let output =
        desk.command(&["app.env", "--store", "s"]).env("STRONGROOM_PASSPHRASE", "wrong").output().unwrap();
    check_failed(&output, 1, "s: no key slot of this store opens with this key");
    assert_eq!(fs::read(desk.path("s")).unwrap(), good);

    let cut = good.get(..50_000).unwrap();
    desk.write("s", cut);
    desk.check_fails(&["app.env", "--store", "s"], 1, "s: ");
    assert_eq!(fs::read(desk.path("s")).unwrap(), cut);

    let mut altered = good;
    for block in altered.get_mut(0xA000..).unwrap().chunks_mut(4136) {
        *block.last_mut().unwrap() ^= 1;
    }
    desk.write("s", &altered);
    desk.check_fails(&["app.env", "--store", "s"], 1, "was altered or");
    assert_eq!(fs::read(desk.path("s")).unwrap(), altered);

    desk.write("s", "a file of somebody else");
    desk.check_fails(
        &["app.env", "--store", "s"],
        1,
        "s: the file is not a strongroom store; give another --store",
    );
    assert_eq!(fs::read(desk.path("s")).unwrap(), b"a file of somebody else");
}

#[test]
fn a_store_in_use_is_said_to_be_in_use() {
    let desk = Desk::new("in-use");
    let holder = Store::create(desk.path("s"), Unlock::passphrase(PASSPHRASE)).unwrap();
    desk.check_fails(&["--store", "s"], 1, "the store is open in a handle that may write");
    holder.close().unwrap();
}

/// SIGKILL at instants spread over a first run: afterwards there is no store, or one that opens, verifies, and
/// holds either none of the file's secrets or all of them.
#[test]
fn a_killed_first_run_leaves_no_store_or_a_good_one() {
    const RUNS: u32 = 25;
    const SECRETS: usize = 40;
    let desk = Desk::new("killed");
    desk.write("app.env", (0..SECRETS).map(|n| format!("KEY_{n}={VALUE}-{n}\n")).collect::<String>());
    let start = Instant::now();
    let whole = desk.run(&["app.env", "--store", "whole"]);
    let whole_run = start.elapsed();
    assert!(whole.status.success(), "{}", text(&whole.stderr));

    let (mut absent, mut empty, mut full) = (0, 0, 0);
    for run in 0..RUNS {
        let name = format!("store-{run}");
        let mut child = desk
            .command(&["app.env", "--store", &name])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        if run % 2 == 0 {
            wait_for(whole_run * (run + 1) / RUNS);
        } else {
            // Most of a run stretches the passphrase; every other kill falls where the writing is.
            let appeared = || desk.path(&name).exists();
            while !appeared() && child.try_wait().unwrap().is_none() {
                wait_for(Duration::from_micros(50));
            }
            wait_for(Duration::from_micros(100) * run);
        }
        child.kill().unwrap();
        child.wait().unwrap();
        match StoreOptions::new().open(desk.path(&name), Unlock::passphrase(PASSPHRASE)) {
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::NotFound, "run {run}: {error}");
                absent += 1;
            }
            Ok(store) => {
                store.verify().unwrap();
                // One of them may be in the trash for a moment.
                match store.list(Query::all().state(Listed::All)).unwrap().items().len() {
                    0 => empty += 1,
                    SECRETS => full += 1,
                    some => panic!("run {run}: {some} of {SECRETS} secrets"),
                }
            }
        }
    }
    println!("{RUNS} kills over {whole_run:?}: {absent} without a store, {empty} empty, {full} full");
}

/// An instant of a running program, on the monotonic clock: the point of the test is that it does not matter which.
fn wait_for(time: Duration) {
    let (lock, condition) = (std::sync::Mutex::new(()), std::sync::Condvar::new());
    let start = Instant::now();
    let mut guard = lock.lock().unwrap();
    while let Some(left) = time.checked_sub(start.elapsed()).filter(|left| !left.is_zero()) {
        guard = condition.wait_timeout(guard, left).unwrap().0;
    }
}

#[track_caller]
fn check_values(text: &str, expected: &[(&str, &str)]) {
    let entries = dotenv::parse(text).unwrap();
    let found: Vec<_> = entries.iter().map(|entry| (entry.key, entry.value.as_str())).collect();
    assert_eq!(found, expected, "{text}");
}

#[track_caller]
fn check_refused(text: &str, line: usize, what: &str) {
    let error: LineError = dotenv::parse(text).err().unwrap();
    assert_eq!(error.line, line, "{text}");
    assert!(error.what.contains(what), "{}", error.what);
}

#[test]
fn dotenv_values_are_read_as_they_stand() {
    check_values("", &[]);
    check_values("\u{feff}A=1", &[("A", "1")]);
    check_values("\n  # c\r\n\t\nA=1\r\nB=2\r\n", &[("A", "1"), ("B", "2")]);
    check_values("A=\nB=  \nC= # c\n", &[("A", ""), ("B", ""), ("C", "")]);
    check_values("export A=1\nexport\tB=2\nexported=3", &[("A", "1"), ("B", "2"), ("exported", "3")]);
    check_values(" A = x y \nA=2", &[("A", "x y"), ("A", "2")]);
    check_values("A=x#y # c\nB=x\t# c", &[("A", "x#y"), ("B", "x")]);
    check_values("A=$HOME ${B} `id` it's \\n", &[("A", "$HOME ${B} `id` it's \\n")]);
    check_values("A='x # \\n \" $y' # c", &[("A", "x # \\n \" $y")]);
    check_values(r#"A="\"a\" \\ \$ \n\t\r é""#, &[("A", "\"a\" \\ $ \n\t\r é")]);
    check_values("A=\"1\n2\"\nB='3\n\n4'\nC=5", &[("A", "1\n2"), ("B", "3\n\n4"), ("C", "5")]);
    check_values("A=''\nB=\"\"\nC=a=b=c", &[("A", ""), ("B", ""), ("C", "a=b=c")]);
}

#[test]
fn lines_that_are_no_dotenv_are_refused_by_number() {
    check_refused("A", 1, "expected KEY=value");
    check_refused("A=1\nB\nC=3", 2, "expected KEY=value");
    check_refused("A='1\n2\n'\n=4", 4, "expected KEY=value");
    check_refused("1A=1", 1, "no digit first");
    check_refused("A B=1", 1, "expected KEY=value");
    check_refused("A/B=1", 1, "expected KEY=value");
    check_refused("É=1", 1, "expected KEY=value");
    check_refused(".=1", 1, "a name in a path");
    check_refused(&format!("{}=1", "K".repeat(129)), 1, "longer than 128 bytes");
    check_refused("A=1\nB='x\n\n", 2, "never closed");
    check_refused("A=\"x\\\"", 1, "never closed");
    check_refused("A='x'y", 1, "follows the closing quote");
    check_refused(r#"A="C:\dir""#, 1, "unknown escape");
}
