//! One failure at a time, at every operation of the workload.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::disk::{FailingDisk, Fault, Lasting, Operation, Struck};
use super::model::{Model, contents};
use super::workload::{ADMINISTRATION, CHANGES, Player, STEPS, Step, numbered, reopen, reopen_with};
use crate::crypto::random;
use crate::sealed::disk::recording::RecordingDisk;
use crate::{Error, ErrorKind};

/// What a sweep came across, so that it cannot pass by doing nothing.
#[derive(Debug, Default)]
struct Tally {
    runs: u64,
    poisoned: u64,
    disk_full_and_working: u64,
    kept: u64,
    in_flight: u64,
    refused: u64,
    copies_failed: u64,
    unlocked_again: u64,
}

#[test]
fn a_read_that_fails_with_eio_loses_nothing() {
    let tally = sweep(Fault::EioReading);
    assert!(tally.poisoned == 0 && tally.kept > 10, "{tally:?}");
}

#[test]
fn an_operation_that_fails_with_eio_loses_nothing() {
    let tally = sweep(Fault::Eio);
    assert!(tally.poisoned > 0 && tally.kept > tally.in_flight && tally.copies_failed > 0, "{tally:?}");
    assert!(tally.refused > 0 && tally.unlocked_again > 0, "{tally:?}");
}

#[test]
fn an_operation_that_finds_the_disk_full_loses_nothing() {
    let tally = sweep(Fault::Enospc);
    assert!(tally.poisoned > 0, "{tally:?}");
}

#[test]
fn a_short_write_loses_nothing() {
    let tally = sweep(Fault::ShortWrite);
    assert!(tally.poisoned > 0 && tally.kept > 0, "{tally:?}");
}

#[test]
fn a_sync_that_loses_what_it_should_have_written_loses_nothing_acknowledged() {
    let tally = sweep(Fault::LostSync);
    assert!(tally.poisoned > 0 && tally.kept > 0, "{tally:?}");
}

#[test]
fn a_full_disk_at_any_reservation_leaves_a_handle_that_works() {
    let tally = sweep(Fault::FullDisk);
    assert!(tally.disk_full_and_working > 3, "{tally:?}");
}

#[test]
fn without_a_fault_every_step_is_acknowledged() {
    for fault in Fault::ALL {
        for steps in [STEPS, ADMINISTRATION, CHANGES] {
            let mut tally = Tally::default();
            assert!(!run(steps, fault, Lasting::Once, u64::MAX, &mut tally), "{fault:?} struck");
        }
    }
}

#[test]
fn a_failed_sync_is_not_retried() {
    let disk = FailingDisk::new(Fault::LostSync, Lasting::Once, u64::MAX);
    let mut player = Player::new(disk.clone());
    for &step in &STEPS[..2] {
        player.play(step).unwrap();
    }
    disk.fail_next(Fault::LostSync);
    let failed = player.play(Step::Put("app/token", 60)).unwrap_err();
    assert_eq!(failed.kind(), ErrorKind::Io);
    let (written, synced) = (disk.written(), disk.synced());
    for _ in 0..3 {
        let refused = player.play(Step::Put("app/token", 60)).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Poisoned);
    }
    player.store.take().unwrap().close().unwrap();
    assert_eq!((disk.written(), disk.synced()), (written, synced), "nothing reaches the disk any more");
    check_medium(&player, &mut Tally::default());
}

/// The control: the judgement of a medium can fail.
#[test]
#[should_panic(expected = "neither the acknowledged state nor the one in flight")]
fn a_medium_that_lost_an_acknowledged_put_is_noticed() {
    let mut player = Player::new(FailingDisk::new(Fault::Eio, Lasting::Once, u64::MAX));
    for &step in &STEPS[..4] {
        player.play(step).unwrap();
    }
    let held = player.acknowledged.live.get_mut("app/token").unwrap();
    held.versions.insert(9, Some(b"acknowledged, but not there".to_vec()));
    player.attempted = player.acknowledged.clone();
    check_medium(&player, &mut Tally::default());
}

fn sweep(fault: Fault) -> Tally {
    let stride = match std::env::var("STRONGROOM_IO_FAULTS") {
        Ok(all) => {
            assert_eq!(all, "all", "STRONGROOM_IO_FAULTS is all, or not set");
            1
        }
        Err(_) => fault.stride(),
    };
    let mut tally = Tally::default();
    for steps in [STEPS, ADMINISTRATION, CHANGES] {
        for lasting in [Lasting::Once, Lasting::Forever] {
            let mut n = 1;
            while run(steps, fault, lasting, n, &mut tally) {
                n += stride;
            }
        }
    }
    println!("{fault:?} in steps of {stride}: {tally:?}");
    tally
}

/// Plays the workload up to the fault and looks at what is left. `false` if the fault was never reached.
fn run(steps: &[Step], fault: Fault, lasting: Lasting, n: u64, tally: &mut Tally) -> bool {
    // A run must take the same operations each time for n to mean something.
    random::seeded::set(Some(7));
    let _label = Label(format!("{fault:?} {lasting:?} at operation {n}"));
    let disk = FailingDisk::new(fault, lasting, n);
    let mut player = Player::new(disk.clone());
    for &step in steps {
        if let Err(error) = player.play(step) {
            let struck = disk.struck().unwrap_or_else(|| panic!("{step:?} failed by itself: {error:?}"));
            check_kind(step, fault, struck, &error);
            check_handle(&mut player, step, fault, struck, tally);
            break;
        }
    }
    drop(player.store.take());
    disk.heal();
    check_medium(&player, tally);
    tally.runs += 1;
    random::seeded::set(None);
    disk.struck().is_some()
}

fn check_kind(step: Step, fault: Fault, Struck { operation, on_new }: Struck, error: &Error) {
    let kind = error.kind();
    let lifecycle = on_new || matches!(step, Step::Create | Step::Open | Step::Close | Step::Lock);
    let expected = match (fault, operation) {
        (Fault::Enospc | Fault::FullDisk, Operation::Reserve) => kind == ErrorKind::DiskFull,
        (Fault::Enospc, _) if lifecycle => matches!(kind, ErrorKind::DiskFull | ErrorKind::Io),
        // A full disk where room was promised is a broken disk: the handle does not survive it.
        _ => kind == ErrorKind::Io,
    };
    assert!(expected, "{step:?} with {operation:?} failing says {error:?}");
}

/// The handle after the failure: refused, or working as if nothing had happened.
fn check_handle(player: &mut Player, step: Step, fault: Fault, struck: Struck, tally: &mut Tally) {
    if player.store.is_none() {
        return;
    }
    if matches!(step, Step::Lock | Step::Unlock(_)) {
        return check_locked(player, tally);
    }
    let in_flight = (player.attempted.clone(), player.attempted_keys.clone());
    let full = matches!(fault, Fault::Enospc | Fault::FullDisk) && struck.operation == Operation::Reserve;
    // Whatever happens to a new file, the store it was to replace is untouched.
    let named = struck.operation == Operation::SyncDirectory;
    let copying = named || (struck.on_new && !matches!(step, Step::Create));
    if full || copying {
        // Room is back.
        player.disk.heal();
    }
    let read = player.store.as_ref().map(|store| contents(store).map_err(|error| error.kind())).unwrap();
    let written = player.play(Step::Put("app/token", 33)).map_err(|error| error.kind());
    match struck.operation {
        Operation::SyncDirectory if !matches!(step, Step::Backup) => {
            assert!(read.as_ref() == Ok(&player.acknowledged), "the replaced store is not read on");
            assert_eq!(written, Err(ErrorKind::FileRefused));
            tally.refused += 1;
        }
        _ if copying => {
            assert_eq!((read.err(), written), (None, Ok(())), "after a copy that failed");
            tally.copies_failed += 1;
        }
        Operation::Reserve if full => {
            assert!(written.is_ok(), "the handle does not work after a full disk: {written:?}");
            assert!(read.is_ok(), "{read:?}");
            tally.disk_full_and_working += 1;
        }
        Operation::Read | Operation::Len => {
            let tolerated = [Ok(()), Err(ErrorKind::Io), Err(ErrorKind::Poisoned)];
            assert!(tolerated.contains(&written), "after {struck:?}: {written:?}");
        }
        _ => {
            assert_eq!((read.err(), written), (Some(ErrorKind::Poisoned), Err(ErrorKind::Poisoned)));
            tally.poisoned += 1;
        }
    }
    if written.is_err() {
        (player.attempted, player.attempted_keys) = in_flight;
    }
}

/// A lock that could not leave its mark has locked all the same, and an unlock that failed can be tried again.
fn check_locked(player: &mut Player, tally: &mut Tally) {
    let store = player.store.as_ref().unwrap();
    assert!(store.is_locked());
    assert_eq!(contents(store).unwrap_err().kind(), ErrorKind::Locked);
    player.disk.heal();
    let key = *player.keys.first().unwrap();
    store.unlock(numbered(key)).expect("it unlocks once the disk works");
    player.play(Step::Put("app/token", 33)).expect("it works as before");
    tally.unlocked_again += 1;
}

/// The medium, opened without faults, holds the last acknowledged state or the one in flight.
fn check_medium(player: &Player, tally: &mut Tally) {
    let image = player.disk.image();
    if !player.created {
        // It has no name yet and nobody will open it; whatever it is, looking at it does not panic.
        drop(reopen(Arc::new(RecordingDisk::holding(&image))).and_then(|store| contents(&store)));
        return;
    }
    let (found, keys) = look(&image);
    if let Some(backup) = player.vacancy.image() {
        assert_eq!(Some(look(&backup)), player.backed_up, "a backup is complete or not there");
    }
    if (&found, &keys) == (&player.acknowledged, &player.keys) {
        tally.kept += 1;
    } else if (&found, &keys) == (&player.attempted, &player.attempted_keys) {
        tally.in_flight += 1;
    } else {
        panic!("the store holds neither the acknowledged state nor the one in flight");
    }
}

/// What a file holds, and the keys that open it. Everything is read and verified.
fn look(image: &[u8]) -> (Model, BTreeSet<u8>) {
    let mut found = None;
    let mut keys = BTreeSet::new();
    for key in 0..6 {
        match reopen_with(Arc::new(RecordingDisk::holding(image)), key) {
            Ok(store) => {
                keys.insert(key);
                found.get_or_insert_with(|| {
                    store.verify().expect("the store verifies");
                    contents(&store).expect("everything reads")
                });
            }
            Err(error) => assert_eq!(error.kind(), ErrorKind::WrongKey, "{error}"),
        }
    }
    (found.expect("the store opens again"), keys)
}

/// Says which run failed.
struct Label(String);

impl Drop for Label {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("in the run: {}", self.0);
        }
    }
}
