//! A copy that is cancelled while a read beside it fails.

use std::cell::Cell;
use std::ops::ControlFlow;

use super::disk::{FailingDisk, Fault, Lasting};
use super::workload::{key, numbered, options};
use crate::{Copied, CopyOptions, ErrorKind, Result, Store, limits};

/// The failure of a read makes a copy begin again, but not one that the caller has ended.
#[test]
fn a_copy_that_was_cancelled_stays_so_whatever_another_read_meets() {
    type Copy = fn(&Store, CopyOptions<'_>) -> Result<Copied>;
    let copies: [Copy; 3] =
        [Store::compact_with, Store::purge_with, |store, options| store.rekey_with(numbered(1), options)];
    for copy in copies {
        let disk = FailingDisk::new(Fault::EioReading, Lasting::Once, u64::MAX);
        let store = options().cache_bytes(limits::CACHE_BYTES_MIN).create_on(disk.clone(), &key()).unwrap();
        let path = |number: usize| format!("app/{number}");
        for number in 0..20 {
            store.put(&path(number), [1; 40_000]).unwrap();
        }
        let (before, pin) = (disk.image(), store.pin().unwrap());
        let asked = Cell::new(0);
        let cancelled = copy(
            &store,
            CopyOptions::new().progress(|_| {
                asked.set(asked.get() + 1);
                if asked.get() > 1 {
                    return ControlFlow::Continue(());
                }
                disk.fail_next(Fault::EioReading);
                std::thread::scope(|scope| {
                    scope.spawn(|| (0..20).for_each(|number| drop(store.get(&path(number)).unwrap())));
                });
                assert!(disk.struck().is_some(), "a read met the failure");
                ControlFlow::Break(())
            }),
        );
        assert_eq!((cancelled.unwrap_err().kind(), asked.get()), (ErrorKind::Cancelled, 1));
        assert_eq!(store.pin().unwrap(), pin);
        assert!(disk.image() == before);
        store.put("still", "usable").unwrap();
        store.verify().unwrap();
    }
}
