//! One failure at a time, at every operation of the workload.

use std::sync::Arc;

use super::disk::{FailingDisk, Fault, Lasting, Operation};
use super::workload::{Model, Player, STEPS, Step, contents, reopen};
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
}

#[test]
fn a_read_that_fails_with_eio_loses_nothing() {
    let tally = sweep(Fault::EioReading);
    assert!(tally.poisoned == 0 && tally.kept > 10, "{tally:?}");
}

#[test]
fn an_operation_that_fails_with_eio_loses_nothing() {
    let tally = sweep(Fault::Eio);
    assert!(tally.poisoned > 0 && tally.kept > tally.in_flight, "{tally:?}");
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
        let mut tally = Tally::default();
        assert!(!run(fault, Lasting::Once, u64::MAX, &mut tally), "{fault:?} struck");
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
    player.acknowledged.get_mut("app/token").unwrap().push(b"acknowledged, but not there".to_vec());
    player.attempted = player.acknowledged.clone();
    check_medium(&player, &mut Tally::default());
}

fn sweep(fault: Fault) -> Tally {
    let stride = fault.stride();
    let (start, stride) = match std::env::var("STRONGROOM_IO_FAULTS") {
        Ok(all) if all == "all" => (1, 1),
        Ok(start) => (start.parse().expect("a start"), stride),
        Err(_) => (1 + u64::from(random::bytes::<1>().unwrap()[0]) % stride, stride),
    };
    let mut tally = Tally::default();
    for lasting in [Lasting::Once, Lasting::Forever] {
        let mut n = start;
        while run(fault, lasting, n, &mut tally) {
            n += stride;
        }
    }
    println!("{fault:?} from {start} in steps of {stride}: {tally:?}");
    tally
}

/// Plays the workload up to the fault and looks at what is left. `false` if the fault was never reached.
fn run(fault: Fault, lasting: Lasting, n: u64, tally: &mut Tally) -> bool {
    // A run must take the same operations each time for n to mean something.
    random::seeded::set(Some(7));
    let _label = Label(format!("{fault:?} {lasting:?} at operation {n}"));
    let disk = FailingDisk::new(fault, lasting, n);
    let mut player = Player::new(disk.clone());
    for &step in STEPS {
        if let Err(error) = player.play(step) {
            let struck = disk.struck().unwrap_or_else(|| panic!("{step:?} failed by itself: {error:?}"));
            check_kind(step, fault, struck, &error);
            check_handle(&mut player, fault, struck, tally);
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

fn check_kind(step: Step, fault: Fault, struck: Operation, error: &Error) {
    let kind = error.kind();
    let lifecycle = matches!(step, Step::Create | Step::Open | Step::Close);
    let expected = match (fault, struck) {
        (Fault::Enospc | Fault::FullDisk, Operation::Reserve) => kind == ErrorKind::DiskFull,
        (Fault::Enospc, _) if lifecycle => matches!(kind, ErrorKind::DiskFull | ErrorKind::Io),
        // A full disk where room was promised is a broken disk: the handle does not survive it.
        _ => kind == ErrorKind::Io,
    };
    assert!(expected, "{step:?} with {struck:?} failing says {error:?}");
}

/// The handle after the failure: refused, or working as if nothing had happened.
fn check_handle(player: &mut Player, fault: Fault, struck: Operation, tally: &mut Tally) {
    if player.store.is_none() {
        return;
    }
    let in_flight = player.attempted.clone();
    let full = matches!(fault, Fault::Enospc | Fault::FullDisk) && struck == Operation::Reserve;
    if full {
        // Room is back.
        player.disk.heal();
    }
    let read = player.store.as_ref().map(|store| contents(store).map_err(|error| error.kind())).unwrap();
    let written = player.play(Step::Put("app/token", 33)).map_err(|error| error.kind());
    match struck {
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
        player.attempted = in_flight;
    }
}

/// The medium, opened without faults, holds the last acknowledged state or the one in flight.
fn check_medium(player: &Player, tally: &mut Tally) {
    let medium = Arc::new(RecordingDisk::holding(&player.disk.image()));
    let opened = reopen(medium);
    if !player.created {
        // It has no name yet and nobody will open it; whatever it is, looking at it does not panic.
        drop(opened.and_then(|store| contents(&store)));
        return;
    }
    let store = opened.expect("the store opens again");
    let found: Model = contents(&store).expect("everything reads");
    store.verify().expect("the store verifies");
    if found == player.acknowledged {
        tally.kept += 1;
    } else if found == player.attempted {
        tally.in_flight += 1;
    } else {
        panic!("the store holds neither the acknowledged state nor the one in flight");
    }
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
