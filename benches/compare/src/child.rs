//! What is measured in a process of its own: cold starts, memory, syncs.

use std::path::Path;
use std::process::Command;
use std::time::Duration;
use std::{env, fs, process};

use strongroom_benches::job::{Random, path, value};

use crate::candidates::Kind;
use crate::job::item;
use crate::meter::{cpu_time, peak_memory};

const SYNCS: [&str; 6] = ["fsync", "fdatasync", "sync_file_range", "syncfs", "sync", "msync"];

/// Runs this program as a child that does `work`, and returns the number it answers.
pub(crate) fn ask(work: &[&str]) -> u64 {
    let output = command(None).args(work).output().expect("a child");
    answer(&output)
}

/// As [`ask`], and returns how often the child synced. `None` without strace.
pub(crate) fn syncs(folder: &Path, work: &[&str]) -> Option<u64> {
    let trace = folder.join("trace");
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-e", &format!("trace={}", SYNCS.join(",")), "-o"]).arg(&trace);
    let output = command(Some(strace)).args(work).output().ok()?;
    answer(&output);
    let text = fs::read_to_string(&trace).expect("a trace");
    fs::remove_file(trace).expect("a trace");
    // A call that another thread interrupts is shown twice, and its arguments once.
    let is_call = |line: &&str| SYNCS.iter().any(|name| line.contains(&format!(" {name}(")));
    Some(text.lines().filter(is_call).count() as u64)
}

fn command(through: Option<Command>) -> Command {
    let program = env::current_exe().expect("a program");
    let mut command = match through {
        Some(mut tool) => {
            tool.arg(program);
            tool
        }
        None => Command::new(program),
    };
    command.arg("child");
    command
}

fn answer(output: &process::Output) -> u64 {
    let said = String::from_utf8_lossy(&output.stdout);
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "a child failed: {complaint}");
    said.trim().parse().unwrap_or_else(|_| panic!("a child answered {said:?}: {complaint}"))
}

/// The child's side. `None` if that is no work.
pub(crate) fn run(work: &[String]) -> Option<u64> {
    let work: Vec<&str> = work.iter().map(String::as_str).collect();
    match work[..] {
        ["nothing"] => Some(peak_memory()),
        ["sync", file] => Some(sync_three_times(Path::new(file))),
        ["cold", kind, file, number] => {
            let time = cold(Kind::of(kind)?, Path::new(file), number.parse().ok()?);
            u64::try_from(time.as_nanos()).ok()
        }
        ["memory", kind, file, size, gets] => {
            Some(memory(Kind::of(kind)?, Path::new(file), size.parse().ok()?, gets.parse().ok()?))
        }
        ["change", kind, file, change, first, count] => {
            let (first, count): (u64, u64) = (first.parse().ok()?, count.parse().ok()?);
            apply(Kind::of(kind)?, Path::new(file), change, first..first + count);
            Some(0)
        }
        _ => None,
    }
}

/// What the counter of syncs must count.
fn sync_three_times(file: &Path) -> u64 {
    let file = fs::File::open(file).expect("a file");
    file.sync_all().expect("a sync");
    file.sync_data().expect("a sync");
    file.sync_all().expect("a sync");
    3
}

/// Processor time to open and to get one secret.
fn cold(kind: Kind, file: &Path, number: u64) -> Duration {
    let before = cpu_time();
    let mut reader = kind.open_read_only(file);
    reader.get(&path(number));
    cpu_time() - before
}

fn memory(kind: Kind, file: &Path, size: u64, gets: u64) -> u64 {
    let candidate = kind.open(file);
    let mut reader = candidate.reader();
    let mut random = Random::new(size);
    for _ in 0..gets {
        reader.get(&path(random.below(size)));
    }
    peak_memory()
}

/// Opens for writing unless it only looks, makes one kind of change to each of some secrets, and closes.
fn apply(kind: Kind, file: &Path, change: &str, numbers: std::ops::Range<u64>) {
    if change == "look" {
        let mut reader = kind.open_read_only(file);
        numbers.for_each(|number| _ = reader.get(&path(number)));
        return;
    }
    let mut candidate = kind.open(file);
    for number in numbers {
        match change {
            "get" => _ = candidate.reader().get(&path(number)),
            "put" => candidate.put(&item(number, 64)),
            "update" => candidate.update(&path(number), &value(!number, 64)),
            "delete" => candidate.delete(&path(number)),
            other => panic!("{other} is no change"),
        }
    }
    candidate.close();
}
