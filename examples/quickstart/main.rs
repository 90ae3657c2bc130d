//! Seals a dotenv file into a store, and shows what a store does with it.
//!
//! ```text
//! cargo run --release --example quickstart [-- [FILE] [--store PATH]]
//! ```
//!
//! FILE is a dotenv file; without one, the file beside this program. The store goes to PATH; without one, to FILE's
//! name with `.strongroom` behind it in the current directory. A store that is there already is opened and written
//! on: every secret then gets a further version. The backup goes beside it, to PATH with `.backup-` and the number of
//! the commit behind it. No other file is touched.
//!
//! The passphrase comes from a hidden prompt, or from `STRONGROOM_PASSPHRASE`. Exit: 0 done, 1 failed, 2 usage.

mod dotenv;

use std::env;
use std::error::Error as _;
use std::ffi::OsString;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use dotenv::Entry;
use strongroom::{ErrorKind, Put, Query, SecretInfo, Store, Tier, Unlock, VerifyReport};
use zeroize::Zeroizing;

const USAGE: &str = "usage: quickstart [FILE] [--store PATH]";
const PASSPHRASE_VARIABLE: &str = "STRONGROOM_PASSPHRASE";
const SHIPPED_FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/quickstart/quickstart.env");
const NAMESPACE: &str = "quickstart";
const FILE_LEN_MAX: u64 = 1 << 20;
const MASK: &str = "********";
const STAND_IN: &str = "a stand-in written by the quickstart";
/// The key of the tag that says which file a secret came from.
const SOURCE: &str = "source";

fn main() -> ExitCode {
    match Arguments::parse(env::args_os().skip(1)).and_then(|arguments| run(&arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            // With standard error gone there is nobody left to tell; the exit code remains.
            let _ = writeln!(io::stderr(), "quickstart: {fault}");
            fault.exit()
        }
    }
}

type Outcome<T> = Result<T, Fault>;

/// Why the program ends early. No value of the file and no passphrase is ever part of it.
enum Fault {
    Usage(&'static str),
    Failed(String),
    Store(strongroom::Error),
}

impl Fault {
    fn exit(&self) -> ExitCode {
        match self {
            Self::Usage(_) => ExitCode::from(2),
            Self::Failed(_) | Self::Store(_) => ExitCode::FAILURE,
        }
    }

    /// Of what the fault is, if that is known only further out.
    fn of(self, path: &Path) -> Self {
        match self {
            Self::Store(error) => Self::Failed(format!("{}: {}", path.display(), Self::Store(error))),
            fault => fault,
        }
    }
}

impl From<strongroom::Error> for Fault {
    fn from(error: strongroom::Error) -> Self {
        Self::Store(error)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(problem) => write!(f, "{problem}\n{USAGE}"),
            Self::Failed(message) => f.write_str(message),
            Self::Store(error) => {
                let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
                let advice = match error.kind() {
                    ErrorKind::WrongKey => "; give the passphrase it was created with, or another --store",
                    ErrorKind::NotAStore => "; give another --store",
                    _ => "",
                };
                write!(f, "{error}{cause}{advice}")
            }
        }
    }
}

fn failed(message: impl Into<String>) -> Fault {
    Fault::Failed(message.into())
}

struct Arguments {
    file: PathBuf,
    store: PathBuf,
}

impl Arguments {
    fn parse(mut words: impl Iterator<Item = OsString>) -> Outcome<Self> {
        let (mut file, mut store) = (None, None);
        while let Some(word) = words.next() {
            match word.to_str() {
                Some("-h" | "--help") => return Err(Fault::Usage("seals a dotenv file into a store")),
                Some("--store") if store.is_none() => {
                    let path = words.next().ok_or(Fault::Usage("--store needs a path"))?;
                    store = Some(PathBuf::from(path));
                }
                Some(option) if option.starts_with("--") => {
                    return Err(Fault::Usage("unknown or repeated option"));
                }
                _ if file.is_none() => file = Some(PathBuf::from(word)),
                _ => return Err(Fault::Usage("one file at a time")),
            }
        }
        let file = file.unwrap_or_else(|| SHIPPED_FILE.into());
        let mut name = file.file_name().ok_or(Fault::Usage("FILE must end in a file name"))?.to_owned();
        name.push(".strongroom");
        Ok(Self { store: store.unwrap_or_else(|| name.into()), file })
    }
}

fn run(Arguments { file, store }: &Arguments) -> Outcome<()> {
    // Everything that can be wrong with the file is found before a store exists.
    let text = read_file(file)?;
    let entries = dotenv::parse(&text).map_err(|error| failed(format!("{}: {error}", file.display())))?;
    if entries.is_empty() {
        return Err(failed(format!("{}: no KEY=value in this file", file.display())));
    }
    let is_new = fs::symlink_metadata(store).is_err();
    let unlock = Unlock::passphrase(&passphrase(store, is_new)?);
    let mut page = Page { out: io::stdout().lock(), steps: 0 };
    page.text(&format!("\n  file   {} ({})", file.display(), count(entries.len(), "secret")))?;
    let state = if is_new { "new" } else { "there already, continued" };
    page.text(&format!("  store  {} ({state})\n", store.display()))?;

    let open = || if is_new { Store::create(store, &unlock) } else { Store::open(store, &unlock) };
    let source = source_tag(file);
    let kept = seal(&mut page, open, &entries, &source)
        .and_then(|()| show(&mut page, || Store::open(store, &unlock), &entries, &source, store))
        .map_err(|fault| fault.of(store))?;

    let len = fs::metadata(store).map_err(|error| failed(format!("{}: {error}", store.display())))?.len();
    page.text(&format!(
        "\n  {} is one file of {} KiB, readable by you alone, and {} a copy of it.\n  \
         Without the passphrase nothing that was put in can be read: no value, no name, no tag.\n  \
         Run this again and the versions rise.\n",
        store.display(),
        len / 1024,
        kept.display()
    ))
}

/// Writes every secret in one transaction: an interrupted run leaves all of them or none.
fn seal(
    page: &mut Page<'_>,
    open: impl FnOnce() -> strongroom::Result<Store>,
    entries: &[Entry<'_>],
    source: &str,
) -> Outcome<()> {
    let (store, time) = timed(open)?;
    page.step("open the store: stretch the passphrase with Argon2id", time)?;
    let tagged = Put::new().tag(SOURCE, source).tier(Tier::Sensitive);
    let ((), time) = timed(|| {
        store.transaction(|tx| {
            let mut put =
                |entry: &Entry<'_>| tx.put_with(&secret_path(entry), &*entry.value, &tagged).map(drop);
            entries.iter().try_for_each(&mut put)
        })
    })?;
    let sealed = count(entries.len(), "secret");
    page.step(&format!("seal {sealed} in one commit, tagged {SOURCE}={source}"), time)?;
    Ok(store.close()?)
}

/// Opens the store again, reads back, changes, lists, verifies and backs up, and says where to.
fn show(
    page: &mut Page<'_>,
    open: impl FnOnce() -> strongroom::Result<Store>,
    entries: &[Entry<'_>],
    source: &str,
    path: &Path,
) -> Outcome<PathBuf> {
    let (store, time) = timed(open)?;
    page.step("open it again, cold: stretch the passphrase, verify every block", time)?;

    let ((), time) = timed(|| read_back(&store, entries))?;
    page.step(&format!("read {} back: as in the file", count(entries.len(), "secret")), time)?;

    change(page, &store, entries)?;
    let (secrets, time) = timed(|| list(&store, source))?;
    let listed = count(secrets.len(), "secret");
    page.step(&format!("list by tag, {SOURCE}={source}: {listed}, never their values"), time)?;

    let (report, time) = timed(|| store.verify())?;
    page.step(&verified(&report), time)?;
    let backup = backup_path(&store, path)?;
    let (copied, time) = timed(|| store.backup(&backup))?;
    page.step(&format!("back up commit {}, verified before it gets its name", copied.generation), time)?;

    page.text("")?;
    let width = secrets.iter().map(|secret| secret.path().as_str().len()).max().unwrap_or(0);
    for secret in &secrets {
        let (path, version) = (secret.path().as_str(), secret.version());
        page.text(&format!("  {path:width$}  version {version:<4} {MASK}"))?;
    }
    store.close()?;
    Ok(backup)
}

/// Updates and rolls back the first secret, deletes and restores the last; then all are as in the file again.
fn change(page: &mut Page<'_>, store: &Store, entries: &[Entry<'_>]) -> Outcome<()> {
    if let Some(path) = entries.first().map(secret_path) {
        let (version, time) = timed(|| update(store, &path))?;
        let line =
            format!("update one: version {version} is a stand-in, version {} still reads", version - 1);
        page.step(&line, time)?;
        let (written, time) = timed(|| store.rollback(&path, version - 1))?;
        page.step(&format!("roll it back: version {} is as in the file again", written.version()), time)?;
    }
    if let Some(path) = entries.last().map(secret_path) {
        let (days, time) = timed(|| delete_and_restore(store, &path))?;
        page.step(&format!("delete one, which leaves {days} days to restore it, and restore it"), time)?;
    }
    read_back(store, entries)
}

/// Reads every secret of the file. A key that stands there twice keeps its last value.
fn read_back(store: &Store, entries: &[Entry<'_>]) -> Outcome<()> {
    for (index, entry) in entries.iter().enumerate() {
        let path = secret_path(entry);
        let is_last = entries.iter().skip(index + 1).all(|later| later.key != entry.key);
        if is_last && store.get(&path)?.value().expose() != entry.value.as_bytes() {
            return Err(failed(format!("{path} reads back with another value than was sealed")));
        }
    }
    Ok(())
}

fn update(store: &Store, path: &String) -> strongroom::Result<u64> {
    let version = store.put(path, STAND_IN)?.version();
    store.get_version(path, version - 1)?;
    Ok(version)
}

/// Says for how many days it could have been restored.
fn delete_and_restore(store: &Store, path: &String) -> Outcome<i64> {
    let deleted = store.delete(path)?;
    match store.get(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error.into()),
        Ok(_) => return Err(failed(format!("{path} is still there after it was deleted"))),
    }
    store.restore(path)?;
    Ok((deleted.purge_at.as_millis() - deleted.deleted_at.as_millis()) / 86_400_000)
}

fn list(store: &Store, source: &str) -> strongroom::Result<Vec<SecretInfo>> {
    store.scan(Query::under(NAMESPACE).tag(SOURCE, source)).collect()
}

/// A name of its own for each state.
fn backup_path(store: &Store, path: &Path) -> strongroom::Result<PathBuf> {
    let mut backup = path.as_os_str().to_owned();
    backup.push(format!(".backup-{}", store.pin()?.generation()));
    Ok(backup.into())
}

/// The name of the file, as far as a tag holds it.
fn source_tag(file: &Path) -> String {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    name.chars().filter(|letter| !letter.is_control()).take(60).collect()
}

fn verified(report: &VerifyReport) -> String {
    let opened = report.opened.unwrap_or_default();
    format!(
        "verify: {} blocks authentic, {} versions open, {} audit events chain",
        report.blocks, opened.versions, opened.events
    )
}

fn secret_path(entry: &Entry<'_>) -> String {
    format!("{NAMESPACE}/{}", entry.key)
}

fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

fn timed<T, E>(work: impl FnOnce() -> Result<T, E>) -> Result<(T, Duration), E> {
    let start = Instant::now();
    let value = work()?;
    Ok((value, start.elapsed()))
}

/// The page on standard output.
struct Page<'a> {
    out: io::StdoutLock<'a>,
    steps: usize,
}

impl Page<'_> {
    fn step(&mut self, what: &str, time: Duration) -> Outcome<()> {
        self.steps += 1;
        let millis = time.as_secs_f64() * 1e3;
        self.text(&format!("  {:>2}  {what:<66} {millis:>8.1} ms", self.steps))
    }

    fn text(&mut self, line: &str) -> Outcome<()> {
        writeln!(self.out, "{line}").map_err(|error| failed(format!("standard output: {error}")))
    }
}

fn read_file(path: &Path) -> Outcome<Zeroizing<String>> {
    let problem = |error: io::Error| failed(format!("{}: {error}", path.display()));
    let file = File::open(path).map_err(problem)?;
    // At its final size from the start: a buffer that grows leaves copies behind.
    let expected = usize::try_from(file.metadata().map_err(problem)?.len().min(FILE_LEN_MAX)).unwrap_or(0);
    let mut bytes = Zeroizing::new(Vec::with_capacity(expected + 1));
    file.take(FILE_LEN_MAX + 1).read_to_end(&mut bytes).map_err(problem)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > FILE_LEN_MAX {
        return Err(failed(format!("{}: longer than 1 MiB, so hardly a dotenv file", path.display())));
    }
    match String::from_utf8(std::mem::take(&mut *bytes)) {
        Ok(text) => Ok(Zeroizing::new(text)),
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let bytes = Zeroizing::new(error.into_bytes());
            let line = 1 + bytes.iter().take(valid).filter(|&&byte| byte == b'\n').count();
            Err(failed(format!("{}: line {line}: not UTF-8 text", path.display())))
        }
    }
}

/// From the environment with a warning, else from a hidden prompt; typed twice for a new store.
fn passphrase(store: &Path, is_new: bool) -> Outcome<Zeroizing<String>> {
    match env::var(PASSPHRASE_VARIABLE) {
        Ok(passphrase) => {
            let _ = writeln!(
                io::stderr(),
                "warning: the passphrase comes from {PASSPHRASE_VARIABLE}, where other programs of this user \
                 can read it; leave it unset to be asked"
            );
            return Ok(Zeroizing::new(passphrase));
        }
        Err(env::VarError::NotUnicode(_)) => {
            return Err(failed(format!("the passphrase in {PASSPHRASE_VARIABLE} is not UTF-8 text")));
        }
        Err(env::VarError::NotPresent) => {}
    }
    if !io::stdin().is_terminal() {
        return Err(failed(format!(
            "no passphrase: standard input is not a terminal to ask on; set {PASSPHRASE_VARIABLE}"
        )));
    }
    let ask = |prompt: String| {
        rpassword::prompt_password(prompt)
            .map(Zeroizing::new)
            .map_err(|error| failed(format!("could not ask for the passphrase: {error}")))
    };
    if !is_new {
        return ask(format!("Passphrase of {}: ", store.display()));
    }
    let passphrase = ask(format!("New passphrase for {}: ", store.display()))?;
    if *ask("Once more: ".to_owned())? == *passphrase {
        Ok(passphrase)
    } else {
        Err(failed("the two passphrases differ"))
    }
}
