//! What is left of secrets in the memory of a process, and in its core.
//!
//! A child process does what a program does, and stops. Its parent reads all of its memory and looks for every window
//! of eight bytes of every secret and key, in every spelling. Once with the ordinary allocator, where only what is wiped
//! on purpose is gone, and once with the one that wipes.

mod needles;
mod process;
mod scene;
mod secrets;
mod stack;

use needles::Found;
use process::{Looked, Process};
use scene::Scene;
use secrets::{Folder, Given, HELD, STORES};

use crate::{allocator, own_process};

/// A state of a program, and what may be found in it.
struct State {
    name: &'static str,
    reach: fn(&mut Scene),
    /// Whether keys may lie in the arena, and do.
    is_open: bool,
    /// Whether one value is held, and so found.
    holds_a_value: bool,
    /// The control: whether the program freed a copy of that value without wiping it.
    leaks: bool,
}

const STATES: &[State] = &[
    State::closed("after a wrong passphrase", scene::wrong_passphrase),
    State { holds_a_value: true, ..State::open("open", scene::open_with_a_value) },
    State::open("open without a value", scene::open),
    State::closed("closed", scene::closed),
    State::closed("dropped", scene::dropped),
    State::closed("locked", scene::locked),
    State::closed("locked, after a wrong passphrase", scene::locked_and_tried),
    State::open("unlocked again", scene::unlocked_again),
    State::closed("closed after changes of slots and copies", scene::changed_and_copied),
    State::closed("after blocks that were altered", scene::tampered),
    State::open("after a full disk", scene::full_disk),
    State::open("after a panic inside a transaction", scene::panicked),
    State { leaks: true, ..State::closed("a copy was freed", scene::leaky) },
];

impl State {
    const fn closed(name: &'static str, reach: fn(&mut Scene)) -> Self {
        Self { name, reach, is_open: false, holds_a_value: false, leaks: false }
    }

    const fn open(name: &'static str, reach: fn(&mut Scene)) -> Self {
        Self { is_open: true, ..Self::closed(name, reach) }
    }

    /// What was found and must not be there, and what was not found that must.
    fn faults(&self, looked: &Looked, process: &Process, wipes: bool) -> Vec<String> {
        let shows_a_value = self.holds_a_value || self.leaks && !wipes;
        let mut faults = Vec::new();
        for ((secret, spelling), (count, first)) in &looked.elsewhere {
            if !(shows_a_value && secret == HELD && *spelling == "raw") {
                let place = process.mapping_of(*first);
                faults.push(format!(
                    "{}: {secret} as {spelling}, {count} windows, from {first:#x} in {place}",
                    self.name
                ));
            }
        }
        let mut expect = |is_there: bool, what: &str| {
            if !is_there {
                faults.push(format!("{}: {what}", self.name));
            }
        };
        for store in STORES {
            let key = (format!("{store}: block key"), "raw");
            expect(
                looked.in_arena.contains_key(&key) == self.is_open,
                "the block keys are in the arena, or not",
            );
        }
        let held = looked.elsewhere.contains_key(&(HELD.to_owned(), "raw"));
        expect(held == shows_a_value, "the value that is held, or was leaked, is found, or not");
        expect(looked.bytes > 1 << 20, "hardly any memory was read");
        faults
    }
}

const PLAYS: &str = "nothing_is_left_of_secrets_in_memory";

/// A child on its way to a state, which it has reached.
fn child(state: &State, given: &Given, folder: &Folder, wipes: bool) -> Process {
    let mut command = own_process::command(module_path!(), PLAYS, state.name);
    command.env(scene::FOLDER, folder.path());
    if wipes {
        command.env(allocator::switched::SWITCH, "1");
    }
    let mut process = Process::start(command);
    process.give(&given.to_bytes());
    process.wait();
    process
}

#[test]
fn nothing_is_left_of_secrets_in_memory() {
    if let Some(part) = own_process::part() {
        let state = STATES.iter().find(|state| state.name == part).unwrap();
        return scene::play(state.reach);
    }
    let folder = Folder::new("memory");
    let given = Given::invent(folder.path());
    given.fill(folder.path());
    let needles = given.needles(folder.path());
    let mut faults = Vec::new();
    for (number, state) in STATES.iter().enumerate() {
        for wipes in [false, true] {
            let copy = folder.copy(&format!("memory-{number}-{wipes}"));
            let process = child(state, &given, &copy, wipes);
            let looked = process.look(&needles);
            let allocator = if wipes { "wiping" } else { "ordinary" };
            faults.extend(
                state
                    .faults(&looked, &process, wipes)
                    .into_iter()
                    .map(|fault| format!("{allocator}: {fault}")),
            );
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn no_key_is_in_a_core() {
    let folder = Folder::new("core");
    let given = Given::invent(folder.path());
    given.fill(folder.path());
    let needles = given.needles(folder.path());
    for state in STATES.iter().filter(|state| ["open", "closed"].contains(&state.name)) {
        let copy = folder.copy(&format!("core-{}", state.name));
        let process = child(state, &given, &copy, false);
        let core = process.core(copy.path());
        let marker: Vec<u8> = scene::MARKER.iter().map(|byte| byte ^ 0x20).collect();
        assert!(
            core.windows(marker.len()).any(|window| window == marker),
            "ordinary memory is not in the core"
        );
        let mut found = Found::new();
        needles.look(&core, 0, &mut found);
        let held = found.remove(&(HELD.to_owned(), "raw"));
        assert_eq!(held.is_some(), state.holds_a_value, "{}: the value that is held", state.name);
        assert!(found.is_empty(), "{}: {found:?}", state.name);
    }
}
