//! A process of its own: this test binary once more, driven line by line through pipes.
//!
//! The parent asks (`words` joined by tabs), the child answers one line. Answers start with `@ `, because the test
//! harness of the child prints to the same pipe.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::time::Duration;

use rustix::fs::Mode;
use rustix::process::{Resource, Rlimit, setrlimit};
use strongroom::{Error, KdfCost, Store, StoreOptions, Unlock};

use crate::fixture::{Folder, key, patient};

const PART: &str = "STRONGROOM_CHILD";

/// A running child.
pub(crate) struct Process {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Process {
    pub(crate) fn start() -> Self {
        Self::run(Command::new(program()))
    }

    /// As another user, from a copy of the program in `folder` that everybody may run.
    pub(crate) fn start_as(user: u32, folder: &Folder) -> Self {
        let copy = folder.join("program");
        // Not by this process: a child of another thread would share the file that is written, and a program that
        // somebody may write to cannot be started.
        assert!(Command::new("cp").arg(program()).arg(&copy).status().unwrap().success());
        std::fs::set_permissions(&copy, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let mut command = Command::new(copy);
        command.uid(user).gid(user).current_dir("/");
        Self::run(command)
    }

    /// Under `launcher`, whose last argument becomes the program.
    pub(crate) fn start_under(mut launcher: Command) -> Self {
        launcher.arg(program());
        Self::run(launcher)
    }

    fn run(mut command: Command) -> Self {
        command
            .args(["child::a_process_of_its_own_answers", "--exact", "--nocapture", "--test-threads=1"])
            .env(PART, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (input, output) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, input, output }
    }

    /// Sends a question without waiting for the answer. A child that is gone gives none.
    pub(crate) fn tell<S: AsRef<OsStr>>(&mut self, words: &[S]) {
        let words: Vec<&str> = words.iter().map(|word| word.as_ref().to_str().unwrap()).collect();
        match writeln!(self.input.as_mut().unwrap(), "{}", words.join("\t")) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
            told => told.unwrap(),
        }
    }

    /// The next answer; `None` when the child is gone. A line cut off by a kill is no answer.
    pub(crate) fn next_answer(&mut self) -> Option<String> {
        loop {
            let mut line = String::new();
            self.output.read_line(&mut line).unwrap();
            let whole = line.strip_suffix('\n')?;
            if let Some(answer) = whole.strip_prefix("@ ") {
                return Some(answer.to_owned());
            }
        }
    }

    #[track_caller]
    pub(crate) fn ask<S: AsRef<OsStr>>(&mut self, words: &[S]) -> String {
        self.tell(words);
        self.next_answer().expect("the child is gone")
    }

    /// Asks, and is answered "ok" with whatever follows it.
    #[track_caller]
    pub(crate) fn must<S: AsRef<OsStr>>(&mut self, words: &[S]) -> String {
        let answer = self.ask(words);
        answer.strip_prefix("ok").unwrap_or_else(|| panic!("{answer}")).trim().to_owned()
    }

    /// SIGKILL, and waits until it is gone.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Lets it end by itself.
    pub(crate) fn finish(mut self) -> ExitStatus {
        self.input = None;
        while self.next_answer().is_some() {}
        self.child.wait().unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn program() -> PathBuf {
    std::env::current_exe().unwrap()
}

pub(crate) fn answer(text: &str) {
    let mut out = std::io::stdout().lock();
    // The harness leaves a line open before the test runs. One write, so that a kill leaves all of it or none.
    out.write_all(format!("\n@ {text}\n").as_bytes()).unwrap();
    out.flush().unwrap();
}

/// What the child answers for an error: kind, holder, sentence.
fn refusal(error: &Error) -> String {
    let holder = error.holder().map_or_else(String::new, |holder| format!(" {holder:?}"));
    format!("{:?}{holder}: {error}", error.kind())
}

struct Actor {
    store: Option<Store>,
}

impl Actor {
    fn act(&mut self, words: &[&str]) -> Result<String, Error> {
        let store = || self.store.as_ref().expect("no store is open");
        Ok(match words {
            [how @ ("open" | "open-remote"), access, wait, path] => {
                let options = StoreOptions::new().read_only(*access == "ro");
                let options = options.allow_network_fs(*how == "open-remote");
                let wait = Duration::from_millis(wait.parse().unwrap());
                self.store = Some(options.wait(wait).open(path, key())?);
                String::new()
            }
            ["unlock", passphrase, path] => {
                self.store = Some(patient().open(path, Unlock::passphrase(passphrase))?);
                String::new()
            }
            ["create", path] => {
                self.store = Some(Store::create(path, key())?);
                String::new()
            }
            ["create-with", passphrase, path] => {
                let options = StoreOptions::new().kdf_cost(KdfCost::EDGE);
                self.store = Some(options.create(path, Unlock::passphrase(passphrase))?);
                String::new()
            }
            ["put", path, value] => store().put(*path, value)?.version().to_string(),
            ["get", path, times] => {
                let times: u32 = times.parse().unwrap();
                let read = (1..times).try_for_each(|_| store().get(*path).map(|_| ()));
                read.and_then(|()| store().get(*path))
                    .map(|secret| String::from_utf8_lossy(secret.value().expose()).into_owned())?
            }
            ["verify"] => format!("{:?}", store().verify()?.opened),
            ["report"] => format!("{:?}", store().open_report()),
            ["close"] => self.store.take().expect("no store is open").close().map(|()| String::new())?,
            ["mount", target, file] => {
                let mounted = crate::files::remote::mount_and_serve(Path::new(target), Path::new(file));
                mounted.map_or_else(|error| format!("without a mount: {error}"), |()| String::new())
            }
            ["copies"] => {
                let copies = store().health()?.copies_beside;
                copies.iter().map(|path| path.to_str().unwrap()).collect::<Vec<_>>().join(" ")
            }
            ["copy", from, to] => {
                // As most programs do, and unlike `fs::copy`: the mode is left to the umask.
                std::fs::write(to, std::fs::read(from).unwrap()).unwrap();
                String::new()
            }
            ["lock-at-most", bytes] => {
                let most = bytes.parse().unwrap();
                setrlimit(Resource::Memlock, Rlimit { current: Some(most), maximum: Some(most) }).unwrap();
                String::new()
            }
            ["open-locked", path] => {
                self.store = Some(StoreOptions::new().require_locked_memory(true).open(path, key())?);
                String::new()
            }
            ["create-locked", path] => {
                self.store = Some(StoreOptions::new().require_locked_memory(true).create(path, key())?);
                String::new()
            }
            ["memory"] => format!("{:?}", store().memory_status()?),
            ["key-file", path] => Unlock::key_file(path).map(|_| String::new())?,
            ["create-key-file", file, path] => {
                self.store = Some(Store::create(path, Unlock::create_key_file(file)?)?);
                String::new()
            }
            ["umask", mask] => {
                rustix::process::umask(Mode::from_raw_mode(u32::from_str_radix(mask, 8).unwrap()));
                String::new()
            }
            ["enter", folder] => {
                std::env::set_current_dir(folder).unwrap();
                String::new()
            }
            ["peak-memory-kib"] => peak_memory_kib().to_string(),
            ["write-until-killed", path, seed] => crate::kill::write_until_killed(Path::new(path), seed),
            ["change-until-killed", path, first] => {
                crate::kill_changes::change_until_killed(Path::new(path), first)
            }
            ["copy-until-killed", path, there, way] => {
                crate::kill_copies::copy_until_killed(Path::new(path), Path::new(there), way)
            }
            ["backup", path] => store().backup(path)?.generation.to_string(),
            ["compact"] => store().compact()?.generation.to_string(),
            ["purge"] => store().purge()?.generation.to_string(),
            ["rekey"] => store().rekey(key())?.generation.to_string(),
            ["add-slot", byte] => {
                store().slots().add(crate::fixture::raw(byte.parse().unwrap()))?.to_string()
            }
            ["lock"] => store().lock().map(|()| String::new())?,
            ["unlock-again"] => store().unlock(key()).map(|()| String::new())?,
            _ => panic!("not a question: {words:?}"),
        })
    }
}

fn peak_memory_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    peak.trim().trim_end_matches("kB").trim().parse().unwrap()
}

#[test]
fn a_process_of_its_own_answers() {
    if std::env::var_os(PART).is_none() {
        let folder = Folder::new();
        let mut process = Process::start();
        process.must(&["create".as_ref(), folder.join("s").as_os_str()]);
        assert_eq!(process.must(&["put", "a", "value"]), "1");
        assert_eq!(process.ask(&["get", "b", "1"]), "NotFound: there is no secret at b");
        assert!(process.finish().success());
        return;
    }
    let mut actor = Actor { store: None };
    for line in std::io::stdin().lines() {
        let line = line.unwrap();
        match actor.act(&line.split('\t').collect::<Vec<_>>()) {
            Ok(told) => answer(format!("ok {told}").trim_end()),
            Err(error) => answer(&refusal(&error)),
        }
    }
}
