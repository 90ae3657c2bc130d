//! Changes of slots, and locking, on a disk that fails: a key opens as acknowledged, and a poisoned handle is healed by
//! unlocking it anew.

use std::sync::{Arc, mpsc};

use super::disk::{FailingDisk, Fault, Lasting};
use super::workload::{key, options, reopen};
use crate::{AuditEvent, AuditQuery, ErrorKind, EventFilter, Result, SlotId, Store, Unlock};

fn second() -> Unlock {
    Unlock::raw_key(&[0x66; 32])
}

/// What was acknowledged, and what is known of the second key: `None` while it may or may not open.
#[derive(Debug, Default)]
struct Known {
    second: Option<bool>,
    last_put: u64,
}

/// Adds the second key, writes, removes it, locks, unlocks and writes.
fn play(store: &Store, known: &mut Known) -> Result<()> {
    let mut slot = None;
    change(known, true, || store.slots().add(second()).map(|id| slot = Some(id)))?;
    put(store, known)?;
    let id: SlotId = slot.expect("it was added");
    change(known, false, || store.slots().remove(id))?;
    store.lock()?;
    store.unlock(key())?;
    put(store, known)
}

fn put(store: &Store, known: &mut Known) -> Result<()> {
    store.put("name", "value").map(|written| known.last_put = written.version())
}

fn change(known: &mut Known, opens: bool, change: impl FnOnce() -> Result<()>) -> Result<()> {
    match change() {
        Ok(()) => {
            known.second = Some(opens);
            Ok(())
        }
        // Refused, and as before.
        Err(error) if error.kind() == ErrorKind::DiskFull => Err(error),
        Err(error) => {
            known.second = None;
            Err(error)
        }
    }
}

/// Whether the n-th operation was reached at all.
fn check(fault: Fault, lasting: Lasting, n: u64) -> bool {
    let seen = format!("{fault:?} {lasting:?} at {n}");
    let disk = FailingDisk::new(fault, lasting, u64::MAX);
    let store = options().create_on(disk.clone(), &key()).unwrap();
    let mut known = Known { second: Some(false), last_put: store.put("name", "value").unwrap().version() };
    disk.fail_at(fault, lasting, n);
    let played = play(&store, &mut known);
    let struck = disk.struck().is_some();
    assert!(played.is_ok() || struck, "{seen}: {played:?}");
    disk.heal();
    if store.pin().is_err_and(|error| error.kind() == ErrorKind::Poisoned) {
        let _ = store.lock();
    }
    if store.is_locked() {
        store.unlock(key()).unwrap_or_else(|error| panic!("{seen}: {error}"));
    }
    for store in [store, reopen(Arc::clone(&disk) as Arc<dyn crate::sealed::disk::Disk>).unwrap()] {
        let found = store.get("name").unwrap().version();
        assert!(found == known.last_put || found == known.last_put + 1, "{seen}: {known:?}, found {found}");
        store.verify().unwrap_or_else(|error| panic!("{seen}: {error}"));
        let opens = options().open_on(disk.clone(), &second()).is_ok();
        assert!(known.second.is_none_or(|known| known == opens), "{seen}: {known:?}, opens {opens}");
        let listed = store.slots().list().unwrap().len();
        assert_eq!(listed, 1 + usize::from(opens), "{seen}");
    }
    struck
}

#[test]
fn a_change_of_slots_is_as_acknowledged_whatever_operation_fails() {
    let mut struck = 0;
    for fault in Fault::ALL.into_iter().filter(|fault| *fault != Fault::EioReading) {
        for lasting in [Lasting::Once, Lasting::Forever] {
            struck += (1..).take_while(|&n| check(fault, lasting, n)).count();
        }
    }
    println!("{struck} operations failed");
    assert!(struck > 100, "only {struck} operations failed");
}

#[test]
fn a_poisoned_store_is_healed_by_locking_and_unlocking_it() {
    let disk = FailingDisk::new(Fault::Eio, Lasting::Once, u64::MAX);
    let store = options().create_on(disk.clone(), &key()).unwrap();
    store.put("name", "value").unwrap();
    disk.fail_next(Fault::LostSync);
    assert_eq!(store.put("name", "lost").unwrap_err().kind(), ErrorKind::Io);
    assert_eq!(store.get("name").unwrap_err().kind(), ErrorKind::Poisoned);
    assert_eq!(store.slots().list().unwrap_err().kind(), ErrorKind::Poisoned);
    store.lock().unwrap();
    assert_eq!(store.get("name").unwrap_err().kind(), ErrorKind::Locked);
    store.unlock(key()).unwrap();
    assert_eq!(store.get("name").unwrap().value().expose(), b"value");
    store.put("name", "next").unwrap();
    store.verify().unwrap();
}

/// A put that fails at its n-th operation, and whether it is there when the store was locked and unlocked; `None` if it has not so
/// many. What was read and said before it is logged and told once.
fn landed(n: u64) -> Option<bool> {
    let disk = FailingDisk::new(Fault::Eio, Lasting::Once, u64::MAX);
    let store = options().create_on(disk.clone(), &key()).unwrap();
    store.put("name", "value").unwrap();
    store.lock().unwrap();
    assert_eq!(store.unlock(second()).unwrap_err().kind(), ErrorKind::WrongKey);
    store.unlock(key()).unwrap();
    let (tell, told) = mpsc::channel();
    let filter = EventFilter::all();
    let _subscription = store.subscribe(&filter, move |event| tell.send(event.sequence()).unwrap()).unwrap();
    let before = store.latest_change().unwrap();
    (0..2).for_each(|_| drop(store.get("name").unwrap()));
    disk.fail_at(Fault::Eio, Lasting::Once, n);
    let put = store.put("name", "next");
    disk.struck()?;
    disk.heal();
    if put.is_err() {
        store.lock().unwrap();
        store.unlock(key()).unwrap();
    }
    let is_there = store.info("name").unwrap().version() == 2;
    store.put("after", "x").unwrap();
    let count = |kind: &str| -> u32 {
        let events = store.audit().query(AuditQuery::all().kind(kind)).unwrap();
        assert!(events.events().iter().all(AuditEvent::is_durable));
        events.events().iter().map(AuditEvent::count).sum()
    };
    assert_eq!((count("secret.accessed"), count("store.unlock_failed")), (2, 1), "operation {n}");
    assert_eq!(count("secret.updated"), u32::from(is_there), "operation {n}");
    let changes: Vec<u64> = store.changes(before, 100).unwrap().iter().map(AuditEvent::sequence).collect();
    assert_eq!(told.try_iter().collect::<Vec<_>>(), changes, "operation {n}");
    store.verify().unwrap();
    Some(put.is_err() && is_there)
}

#[test]
fn what_is_there_although_its_sync_failed_is_logged_and_told_once() {
    let landed: Vec<bool> = (1..).map_while(landed).collect();
    assert!(landed.contains(&true) && landed.contains(&false), "{landed:?}");
}

/// A slot below the floor stays as it is on a full disk, and the write that came before it counts.
#[test]
fn a_slot_is_not_raised_where_there_is_no_room() {
    let disk = FailingDisk::new(Fault::FullDisk, Lasting::Forever, u64::MAX);
    let passphrase = || Unlock::passphrase("one");
    let cheap = options().kdf_cost(crate::KdfCost::EDGE);
    let floor = crate::KdfCost::new(20 << 10, 2, 1).unwrap();
    let store = cheap.create_on(disk.clone(), &passphrase()).unwrap();
    store.policy().set_kdf_floor(floor).unwrap();
    drop(store);
    let store = cheap.open_on(disk.clone(), &passphrase()).unwrap();
    assert!(store.open_report().kdf_upgrade.is_some());
    // The first request for room is that of the write itself.
    disk.fail_at(Fault::FullDisk, Lasting::Forever, 2);
    store.put("name", vec![1; 200]).unwrap();
    disk.heal();
    drop(store);
    let store = cheap.open_on(disk, &passphrase()).unwrap();
    assert_eq!(store.get("name").unwrap().version(), 1);
    store.put("name", "next").unwrap();
    store.verify().unwrap();
    assert_eq!(store.slots().list().unwrap()[0].kdf_cost, Some(floor));
}
