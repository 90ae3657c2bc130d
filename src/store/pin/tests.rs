//! Pins against logs that no interface leaves behind: cut at the beginning, or altered.

use std::sync::Arc;

use super::PinCheck;
use crate::sealed::disk::memory::MemoryDisk;
use crate::tables::Tables;
use crate::tables::forged::{alter_event, forget_event, prune_before};
use crate::{ErrorKind, Pin, Result, Store, StoreOptions, Unlock};

fn key() -> Unlock {
    Unlock::raw_key(&[0x5a; 32])
}

fn open(disk: &Arc<MemoryDisk>, pin: Option<Pin>) -> Result<Store> {
    let options = StoreOptions::with_still_clock();
    pin.map_or(options.clone(), |pin| options.pin(pin)).open_on(disk.clone(), &key())
}

/// A store of five events with a pin before and after each, and `edit` done to its log.
fn edited(edit: impl FnOnce(&Tables) -> Result<()>) -> (Arc<MemoryDisk>, Vec<Pin>) {
    let disk = Arc::new(MemoryDisk::default());
    let store = StoreOptions::with_still_clock().create_on(disk.clone(), &key()).unwrap();
    let mut pins = vec![store.pin().unwrap()];
    for _ in 0..5 {
        store.put("name", "value").unwrap();
        pins.push(store.pin().unwrap());
    }
    edit(&store.shared.root.tables().unwrap()).unwrap();
    (disk, pins)
}

fn found(disk: &Arc<MemoryDisk>, pin: Pin) -> std::result::Result<PinCheck, ErrorKind> {
    open(disk, Some(pin)).map(|store| store.open_report().pin.unwrap()).map_err(|error| error.kind())
}

#[test]
fn a_pin_older_than_the_log_opens_and_says_so() {
    let (disk, pins) = edited(|tables| prune_before(tables, 4));
    for (at, pin) in pins.iter().enumerate() {
        let expected = if at < 3 { PinCheck::OlderThanLog } else { PinCheck::InHistory };
        assert_eq!(found(&disk, *pin), Ok(expected), "pin {at}");
    }
    let wrong = Pin { head: [1; 32], ..pins[4] };
    assert_eq!(found(&disk, wrong), Err(ErrorKind::ForkedHistory));
    // The checkpoint has the head of the third commit.
    let other = Pin { head: [1; 32], ..pins[3] };
    assert_eq!(found(&disk, other), Ok(PinCheck::OlderThanLog));
    open(&disk, None).unwrap().verify().unwrap();
    let (beheaded, pins) = edited(|tables| forget_event(tables, 1));
    assert_eq!(found(&beheaded, pins[4]), Err(ErrorKind::Tampered), "without a checkpoint");
    let foreign = Pin { store_id: [1; 16], ..pins[0] };
    assert_eq!(found(&disk, foreign), Err(ErrorKind::WrongStore));
    // The control: the whole log leads back to the first pin.
    let (whole, pins) = edited(|_| Ok(()));
    pins.iter().for_each(|pin| assert_eq!(found(&whole, *pin), Ok(PinCheck::InHistory)));
}

#[test]
fn a_log_that_was_altered_behind_the_pin_is_found() {
    let (disk, pins) = edited(|tables| alter_event(tables, 4));
    for pin in &pins[..4] {
        assert_eq!(found(&disk, *pin), Err(ErrorKind::Tampered));
    }
    for pin in &pins[4..] {
        assert_eq!(found(&disk, *pin), Ok(PinCheck::InHistory), "what lies before a pin is not looked at");
    }
    let unpinned = open(&disk, None).unwrap();
    assert_eq!(unpinned.verify().unwrap_err().kind(), ErrorKind::Tampered);
}

#[test]
fn an_event_missing_in_the_middle_is_found() {
    let (disk, pins) = edited(|tables| forget_event(tables, 3));
    assert_eq!(found(&disk, pins[3]), Err(ErrorKind::ForkedHistory));
    assert_eq!(found(&disk, pins[2]), Err(ErrorKind::Tampered));
    assert_eq!(found(&disk, pins[4]), Ok(PinCheck::InHistory));
}
