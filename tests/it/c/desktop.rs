//! The program in `examples/cpp`, built as its README says and talked to as a person talks to it.

use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, channel};

use strongroom::Store;

use super::library::{prefix, root, run, target, tool};
use crate::child::Process;
use crate::fixture::{Folder, PATIENCE, passphrase, patient};

const PASSPHRASE: &str = "correct horse battery staple";

/// Builds it with the commands of its README, in a home where the library is installed.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let home = target().join("desktop");
        if !home.join("strongroom").exists() {
            std::fs::create_dir_all(&home).unwrap();
            std::os::unix::fs::symlink(prefix(), home.join("strongroom")).unwrap();
        }
        tool("cmake", "cmake");
        let readme = std::fs::read_to_string(root().join("examples/cpp/README.md")).unwrap();
        let commands: Vec<&str> = readme.lines().filter(|line| line.starts_with("cmake ")).collect();
        let mut shell = Command::new("sh");
        shell.args(["-c", &commands.join(" && ")]).current_dir(root());
        run(shell.env("HOME", &home).env("CXXFLAGS", "-Werror"));
        home.join("passwords/passwords")
    })
}

/// A program under way, and what it has said so far.
struct Talk {
    child: Child,
    input: Option<ChildStdin>,
    output: Receiver<u8>,
    said: String,
}

impl Talk {
    fn begin(command: &mut Command) -> Self {
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (sender, output) = channel();
        let streams: [Box<dyn Read + Send>; 2] =
            [Box::new(child.stdout.take().unwrap()), Box::new(child.stderr.take().unwrap())];
        for stream in streams {
            let sender = sender.clone();
            std::thread::spawn(move || {
                BufReader::new(stream).bytes().try_for_each(|byte| sender.send(byte.unwrap()))
            });
        }
        Self { input: child.stdin.take(), child, output, said: String::new() }
    }

    fn with(file: &Path) -> Self {
        Self::begin(Command::new(program()).arg(file))
    }

    /// Waits until it asks this, and gives what it said before.
    #[track_caller]
    fn asks(&mut self, question: &str) -> String {
        let mut heard = String::new();
        while !heard.ends_with(question) {
            let Ok(byte) = self.output.recv_timeout(PATIENCE) else {
                panic!("it does not ask {question:?}, and said {heard:?}");
            };
            heard.push(char::from(byte));
        }
        self.said += &heard;
        heard
    }

    /// In one write, so that of several lines none is there without the others.
    fn type_in(&mut self, lines: &str) {
        self.input.as_mut().unwrap().write_all(format!("{lines}\n").as_bytes()).unwrap();
    }

    /// Answers a question.
    #[track_caller]
    fn answer(&mut self, question: &str, line: &str) {
        self.asks(question);
        self.type_in(line);
    }

    /// Gives a command when it is asked for, and what it leads to.
    #[track_caller]
    fn command(&mut self, line: &str) -> String {
        self.type_in(line);
        self.asks("> ")
    }

    /// The end: its status, and all it said.
    fn end(mut self) -> (Option<i32>, String) {
        drop(self.input.take());
        while let Ok(byte) = self.output.recv_timeout(PATIENCE) {
            self.said.push(char::from(byte));
        }
        (self.child.wait().unwrap().code(), self.said)
    }
}

/// A new file with one password in it.
fn made(folder: &Folder) -> PathBuf {
    let file = folder.join("my.strongroom");
    let mut talk = Talk::with(&file);
    talk.answer("A new passphrase: ", PASSPHRASE);
    talk.answer("Once more: ", PASSPHRASE);
    talk.asks("> ");
    talk.type_in("add mail/ann");
    talk.answer("Value: ", "p4ssword");
    assert!(talk.asks("> ").contains("Saved."));
    talk.type_in("quit");
    let (status, said) = talk.end();
    assert_eq!(status, Some(0), "{said}");
    file
}

fn opened_here(file: &Path) -> Store {
    patient().open(file, passphrase(PASSPHRASE)).unwrap()
}

/// Another process that has opened the file. If this one had, it could stay locked behind the close for as long as a child that another
/// thread starts has its files, and the program does not wait for that.
fn holder(file: &Path) -> Process {
    let mut holder = Process::start();
    holder.must(&["unlock", PASSPHRASE, file.to_str().unwrap()]);
    holder
}

/// A program that has opened the file.
#[track_caller]
fn opened(file: &Path) -> Talk {
    let mut talk = Talk::with(file);
    talk.answer("Passphrase: ", PASSPHRASE);
    talk.asks("> ");
    talk
}

#[test]
fn a_person_keeps_passwords() {
    let folder = Folder::new();
    let mut talk = opened(&made(&folder));
    assert_eq!(talk.command("list"), "mail/ann\n> ");
    assert_eq!(talk.command("list none"), "> ");
    assert_eq!(talk.command("show mail/ann"), "p4ssword\n> ");
    assert!(talk.command("show mail/bob").contains("There is nothing of that name."));
    assert!(talk.command("show").contains("Of what?") && talk.command("dance").contains("no such command"));
    talk.type_in("add mail/ann");
    talk.type_in("another");
    assert!(talk.asks("> ").contains("something of that name already"));
    talk.type_in("change mail/ann");
    talk.type_in("s3cret");
    talk.asks("> ");
    assert_eq!(talk.command("show mail/ann"), "s3cret\n> ");
    talk.command("remove mail/ann");
    assert_eq!(talk.command("list"), "> ");
    talk.command("restore mail/ann");
    let copy = folder.join("copy");
    assert!(talk.command(&format!("backup {}", copy.display())).contains("A copy of 1 secrets."));
    assert!(talk.command("help").lines().count() >= 10);
    assert!(talk.command("lock").contains("Locked."));
    talk.type_in("show mail/ann");
    talk.answer("Passphrase: ", PASSPHRASE);
    assert_eq!(talk.asks("> "), "s3cret\n> ");
    let (status, said) = talk.end();
    assert_eq!(status, Some(0), "{said}");
    let copy = opened_here(&copy);
    assert_eq!(copy.get("mail/ann").unwrap().value().expose(), b"s3cret");
}

#[test]
fn what_is_no_text_does_not_reach_the_terminal() {
    let folder = Folder::new();
    let file = made(&folder);
    let mut holder = holder(&file);
    holder.must(&["put", "bell", "\u{1b}]0;title\u{7}"]);
    holder.must(&["close"]);
    assert!(holder.finish().success());
    let mut talk = opened(&file);
    assert_eq!(talk.command("show bell"), "It is no text, and is not shown.\n> ");
}

#[test]
fn it_locks_when_nobody_types() {
    let folder = Folder::new();
    let file = made(&folder);
    let mut talk = Talk::begin(Command::new(program()).args(["--lock-after", "3"]).arg(&file));
    talk.answer("Passphrase: ", PASSPHRASE);
    talk.asks("> ");
    talk.asks("Locked, because nothing was typed for 3 s.\n");
    talk.type_in("list");
    talk.answer("Passphrase: ", "wrong");
    assert!(talk.asks("Passphrase: ").contains("That passphrase does not open this file."));
    // With the next command, as it would lock before that if this test were kept waiting.
    talk.type_in(&format!("{PASSPHRASE}\nadd mail/bob"));
    assert_eq!(talk.asks("> "), "mail/ann\n> ");
    // It locks while it waits for a value as well, and that value is not written.
    talk.asks("Locked, because");
    talk.type_in("late");
    assert!(talk.asks("> ").contains("It was locked meanwhile"));
    talk.type_in("quit");
    assert_eq!(talk.end().0, Some(0));
}

#[test]
fn what_goes_wrong_is_said_in_words() {
    let folder = Folder::new();
    let file = made(&folder);
    let mut talk = Talk::with(&file);
    for _ in 0..3 {
        talk.answer("Passphrase: ", "wrong");
    }
    let (status, said) = talk.end();
    assert_eq!((status, said.matches("does not open this file").count()), (Some(1), 3), "{said}");

    let mut holder = holder(&file);
    check_refused(&file, "Another program has this file open.");
    holder.must(&["close"]);
    assert!(holder.finish().success());

    let good = std::fs::read(&file).unwrap();
    let mut altered = good.clone();
    // Behind the key slots, which would no longer know the passphrase.
    altered[good.len() / 8..].iter_mut().for_each(|byte| *byte ^= 1);
    std::fs::write(&file, &altered).unwrap();
    check_refused(&file, "Do not trust it");
    std::fs::write(&file, &good[..good.len() / 8]).unwrap();
    check_refused(&file, "This file is broken");
    std::fs::write(&file, [b'x'; 9000]).unwrap();
    check_refused(&file, "This file is none of this program's.");
}

#[track_caller]
fn check_refused(file: &Path, words: &str) {
    let mut talk = Talk::with(file);
    talk.answer("Passphrase: ", PASSPHRASE);
    let (status, said) = talk.end();
    assert!(status == Some(1) && said.contains(words) && !said.contains(PASSPHRASE), "{status:?} {said}");
}

#[test]
fn two_passphrases_that_differ_make_nothing() {
    let folder = Folder::new();
    let mut talk = Talk::with(&folder.join("my.strongroom"));
    talk.answer("A new passphrase: ", PASSPHRASE);
    talk.answer("Once more: ", "correct horse battery stable");
    let (status, said) = talk.end();
    assert!(status == Some(1) && said.contains("The two differ."), "{said}");
    assert!(folder.names().is_empty());
}

/// On a terminal, which shows what is typed unless it is told not to.
#[test]
fn a_terminal_shows_commands_and_no_secrets() {
    let folder = Folder::new();
    let file = made(&folder);
    let mut script = tool("script", "bsdutils");
    // It lets the shell of whoever runs the tests take the line apart, which may be any.
    script.env("SHELL", "/bin/sh").env("PROGRAM", program()).env("FILE", &file);
    let mut talk = Talk::begin(script.args(["-qefc", r#""$PROGRAM" "$FILE""#, "/dev/null"]));
    talk.answer("Passphrase: ", PASSPHRASE);
    talk.asks("> ");
    talk.type_in("change mail/ann");
    talk.answer("Value: ", "s3cret");
    talk.asks("> ");
    // Ctrl-C where nothing is shown: the person gives up, and nothing is written.
    talk.type_in("change mail/ann");
    talk.answer("Value: ", "other\u{3}");
    assert!(!talk.asks("> ").contains("Saved."));
    talk.type_in("quit");
    let (status, said) = talk.end();
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains("change mail/ann") && said.contains("quit"), "{said}");
    assert!(!said.contains(PASSPHRASE) && !said.contains("s3cret") && !said.contains("other"), "{said}");
    let store = opened_here(&file);
    assert_eq!(store.get("mail/ann").unwrap().value().expose(), b"s3cret");
}
