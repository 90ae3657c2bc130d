//! The child that is looked into: its pipes, its memory, its core.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::needles::{Found, Needles};

/// What the child says when it has reached its state. The harness prints to the same pipe.
pub(super) const REACHED: &str = "@ reached";

pub(super) struct Process {
    child: Child,
    /// Kept open, or the child ends.
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

/// What was found in the pages for keys, and anywhere else.
#[derive(Default)]
pub(super) struct Looked {
    pub(super) in_arena: Found,
    pub(super) elsewhere: Found,
    /// Bytes that were read.
    pub(super) bytes: usize,
}

/// A readable part of a process's memory.
struct Region {
    start: u64,
    end: u64,
    is_arena: bool,
}

impl Process {
    pub(super) fn start(mut command: Command) -> Self {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (input, output) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, input, output }
    }

    pub(super) fn give(&mut self, bytes: &[u8]) {
        self.input.write_all(bytes).unwrap();
    }

    /// Waits until the child has reached its state, in which it stays.
    #[track_caller]
    pub(super) fn wait(&mut self) {
        let mut line = String::new();
        while !line.contains(REACHED) {
            line.clear();
            assert_ne!(self.output.read_line(&mut line).unwrap(), 0, "the child is gone");
        }
    }

    pub(super) fn look(&self, needles: &Needles) -> Looked {
        let memory = File::open(format!("/proc/{}/mem", self.child.id())).unwrap();
        let mut looked = Looked::default();
        for region in regions(self.child.id()) {
            let mut bytes = vec![0; usize::try_from(region.end - region.start).unwrap()];
            // The system keeps a few pages of its own to itself.
            if memory.read_exact_at(&mut bytes, region.start).is_err() {
                continue;
            }
            looked.bytes += bytes.len();
            let found = if region.is_arena { &mut looked.in_arena } else { &mut looked.elsewhere };
            needles.look(&bytes, region.start, found);
        }
        looked
    }

    /// The core that a debugger makes of the child.
    pub(super) fn core(&self, folder: &Path) -> Vec<u8> {
        let prefix = folder.join("core");
        let made = Command::new("gcore").arg("-o").arg(&prefix).arg(self.child.id().to_string()).output();
        let made = made.expect("gcore, of the package gdb, makes the cores that are looked into");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let path = prefix.with_extension(self.child.id().to_string());
        let core = std::fs::read(&path).unwrap();
        std::fs::remove_file(path).unwrap();
        core
    }

    /// Which mapping an address lies in.
    pub(super) fn mapping_of(&self, address: u64) -> String {
        let maps = std::fs::read_to_string(format!("/proc/{}/maps", self.child.id())).unwrap();
        let line =
            maps.lines().find(|line| range(line).is_some_and(|(start, end)| (start..end).contains(&address)));
        line.unwrap_or("no mapping").to_owned()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn range(line: &str) -> Option<(u64, u64)> {
    let (start, end) = line.split(' ').next()?.split_once('-')?;
    Some((u64::from_str_radix(start, 16).ok()?, u64::from_str_radix(end, 16).ok()?))
}

/// The readable mappings. Those that are wiped on fork, locked, and as long as a chunk, are the arena's.
fn regions(process: u32) -> Vec<Region> {
    let maps = std::fs::read_to_string(format!("/proc/{process}/smaps")).unwrap();
    let mut regions: Vec<Region> = Vec::new();
    let mut readable = false;
    for line in maps.lines() {
        if let Some((start, end)) = range(line) {
            readable = line.split(' ').nth(1).is_some_and(|rights| rights.starts_with('r'));
            if readable {
                regions.push(Region { start, end, is_arena: false });
            }
        } else if let Some(flags) = line.strip_prefix("VmFlags:").filter(|_| readable) {
            let has = |flag| flags.split_whitespace().any(|found| found == flag);
            let last = regions.last_mut().unwrap();
            last.is_arena = has("wf") && has("dd") && has("lo");
        }
    }
    regions
}
