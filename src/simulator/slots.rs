//! A change of slots, cut off at every operation of it.

use std::sync::Arc;

use super::disk::{CrashDisk, Keep};
use super::judge::{Contents, Key, Keys, Side};
use super::rng::Rng;
use crate::crypto::random;
use crate::error::Result;
use crate::format::layout::{HEADER_LEN, SUPERBLOCK_LEN};
use crate::sealed::disk::Disk;
use crate::sealed::disk::memory::MemoryDisk;
use crate::sealed::faults::{self, Fault};
use crate::seeds::setting;
use crate::{KdfCost, Store, StoreOptions, Unlock};

const FIRST: [u8; 32] = [0x42; 32];
const SECOND: [u8; 32] = [0x43; 32];
/// Headers and superblocks: the parts of a file of which one may be damaged.
const PARTS: [(usize, usize); 4] =
    [(0, HEADER_LEN), (0x4000, HEADER_LEN), (0x8000, SUPERBLOCK_LEN), (0x9000, SUPERBLOCK_LEN)];

/// A change of slots of a closed store.
pub(super) struct Case {
    pub(super) name: &'static str,
    base: Vec<u8>,
    unlock: fn() -> Unlock,
    change: fn(&Store) -> Result<()>,
    keys: Keys,
    /// What the store holds before; and after, where the change comes with a put.
    contents: Contents,
    puts: bool,
}

/// What was tried.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    cuts: u64,
    kills: u64,
    images: u64,
    before: u64,
    after: u64,
    damaged: u64,
}

fn store_with(unlock: &Unlock, prepare: impl FnOnce(&Store)) -> Vec<u8> {
    random::seeded::set(Some(3));
    let disk = CrashDisk::new();
    let store =
        StoreOptions::with_still_clock().kdf_cost(KdfCost::EDGE).create_on(disk.clone(), unlock).unwrap();
    for number in 0..6 {
        store.put(&format!("app/name-{}", number % 4), vec![number; 40 + 900 * usize::from(number)]).unwrap();
    }
    prepare(&store);
    store.close().unwrap();
    random::seeded::set(None);
    disk.content()
}

fn raw() -> Unlock {
    Unlock::raw_key(&FIRST)
}

fn old_passphrase() -> Unlock {
    Unlock::passphrase("old")
}

impl Case {
    /// Every kind of change.
    pub(super) fn all() -> Vec<Self> {
        vec![Self::adding(), Self::removing(), Self::replacing(), Self::passphrase(), Self::rewrapping()]
    }

    pub(super) fn adding() -> Self {
        let change = |store: &Store| store.slots().add(Unlock::raw_key(&SECOND)).map(drop);
        Self::new("add", store_with(&raw(), |_| ()), raw, change, |_, _| Keys {
            always: vec![Key::Raw(FIRST)],
            after: vec![Key::Raw(SECOND)],
            ..Keys::default()
        })
    }

    fn removing() -> Self {
        let base = store_with(&raw(), |store| _ = store.slots().add(Unlock::raw_key(&SECOND)).unwrap());
        let change = |store: &Store| store.slots().remove_last_for_people(store.slots().list()?[1].id);
        Self::new("remove", base, raw, change, |_, _| Keys {
            always: vec![Key::Raw(FIRST)],
            before: vec![Key::Raw(SECOND)],
            ..Keys::default()
        })
    }

    pub(super) fn replacing() -> Self {
        let change =
            |store: &Store| store.slots().change_key(store.slots().list()?[0].id, &Unlock::raw_key(&SECOND));
        Self::new("replace", store_with(&raw(), |_| ()), raw, change, |_, _| Keys {
            before: vec![Key::Raw(FIRST)],
            after: vec![Key::Raw(SECOND)],
            ..Keys::default()
        })
    }

    fn passphrase() -> Self {
        let change =
            |store: &Store| store.slots().change_passphrase(old_passphrase(), Unlock::passphrase("new"));
        let base = store_with(&old_passphrase(), |_| ());
        Self::new("change passphrase", base, old_passphrase, change, Self::openers)
    }

    fn rewrapping() -> Self {
        let base = store_with(&old_passphrase(), |store| {
            store.policy().set_kdf_floor(KdfCost::new(20 * 1024, 2, 1).unwrap()).unwrap();
        });
        let change = |store: &Store| store.put("first/write", "value").map(drop);
        let case = Self::new("rewrap", base, old_passphrase, change, Self::openers);
        Self { puts: true, ..case }
    }

    fn openers(before: &Key, after: &Key) -> Keys {
        Keys { always: Vec::new(), before: vec![before.clone()], after: vec![after.clone()] }
    }

    /// Makes the change once, to learn the keys that passphrases come to.
    fn new(
        name: &'static str,
        base: Vec<u8>,
        unlock: fn() -> Unlock,
        change: fn(&Store) -> Result<()>,
        keys: impl FnOnce(&Key, &Key) -> Keys,
    ) -> Self {
        random::seeded::set(Some(4));
        let store =
            StoreOptions::with_still_clock().open_on(CrashDisk::holding(base.clone()), &unlock()).unwrap();
        let before = Key::Slot(store.file().opener());
        change(&store).unwrap();
        let after = Key::Slot(store.file().opener());
        random::seeded::set(None);
        let keys = keys(&before, &after);
        let (side, contents) = keys.judge(&CrashDisk::holding(base.clone())).unwrap();
        assert_eq!(side, Side::Before);
        Self { name, base, unlock, change, keys, contents, puts: false }
    }

    /// How many operations the change has.
    pub(super) fn operations(&self) -> u64 {
        let (disk, changed) = self.cut_at(u64::MAX);
        changed.unwrap();
        disk.ticks()
    }

    /// Makes the change until the power fails.
    fn cut_at(&self, operation: u64) -> (Arc<CrashDisk>, Result<()>) {
        random::seeded::set(Some(4));
        let disk = CrashDisk::holding(self.base.clone());
        let store = StoreOptions::with_still_clock().open_on(disk.clone(), &(self.unlock)()).unwrap();
        assert_eq!(disk.ticks(), 0, "opening a closed store changes nothing");
        disk.fail_after(operation);
        let changed = (self.change)(&store);
        // A process that loses its power closes nothing.
        std::mem::forget(store);
        random::seeded::set(None);
        (disk, changed)
    }

    /// Whether the change works if nothing happens.
    pub(super) fn is_made_while_the_power_holds(&self) -> bool {
        let (disk, changed) = self.cut_at(u64::MAX);
        changed.is_ok() && self.keys.judge(&disk).is_ok_and(|(side, _)| side == Side::After)
    }

    /// Cuts the change off at an operation, and judges everything that may be left of it.
    pub(super) fn examine(&self, operation: u64, images: u64) -> std::result::Result<Tally, String> {
        let (disk, changed) = self.cut_at(operation);
        let mut tally = Tally { cuts: 1, kills: 1, ..Tally::default() };
        // A slot that is raised behind a put is no part of what the put acknowledges.
        let is_acknowledged = changed.is_ok() && !(self.puts && disk.is_off());
        let mut rng = Rng::new(operation);
        let mut left = disk.every_cut(images, &mut rng);
        left.push(disk.killed());
        for image in left {
            let (side, found) = self.keys.judge(&image)?;
            self.check_contents(side, &found, changed.is_ok())?;
            match side {
                Side::Before if is_acknowledged => {
                    return Err("the store opens as before the change that was acknowledged".into());
                }
                Side::Before => tally.before += 1,
                Side::After => tally.after += 1,
            }
            tally.images += 1;
            if is_acknowledged {
                tally.damaged += self.check_damaged(&image.content())?;
            }
        }
        Ok(tally)
    }

    fn check_contents(&self, side: Side, found: &Contents, is_ok: bool) -> std::result::Result<(), String> {
        let mut secrets = found.secrets.clone();
        let put = secrets.iter().position(|held| held.path == "first/write");
        if let Some(put) = put.filter(|_| self.puts) {
            secrets.remove(put);
        }
        let events = u64::from(side == Side::After) + u64::from(put.is_some());
        if secrets != self.contents.secrets {
            return Err("the store holds other secrets".into());
        }
        if self.puts && put.is_none() && (is_ok || side == Side::After) {
            return Err(
                "the put is gone that was acknowledged, or that the change of the slot came behind".into()
            );
        }
        match found.events == self.contents.events + events {
            true => Ok(()),
            false => Err(format!(
                "{} events, {} before and {events} of the change",
                found.events, self.contents.events
            )),
        }
    }

    /// Once the change is acknowledged no single copy of a header or superblock brings the old slots back.
    fn check_damaged(&self, image: &[u8]) -> std::result::Result<u64, String> {
        let mut tried = 0;
        for (at, len) in PARTS {
            for bytes in [vec![0; len], vec![0xa5; len], self.base[at..at + len].to_vec()] {
                let mut damaged = image.to_vec();
                damaged[at..at + len].copy_from_slice(&bytes);
                let (side, _) = self.keys.judge(&CrashDisk::holding(damaged))?;
                if side == Side::Before {
                    return Err(format!("with {len} bytes at {at} damaged the old slots are back"));
                }
                tried += 1;
            }
        }
        Ok(tried)
    }
}

/// Random images for each operation that is cut off.
pub(super) fn images() -> u64 {
    setting("STRONGROOM_CRASH_IMAGES", 64)
}

#[test]
fn a_change_of_slots_cut_off_anywhere_leaves_the_old_slots_or_the_new_ones() {
    for case in Case::all() {
        let operations = case.operations();
        let mut total = Tally::default();
        for operation in 1..=operations + 1 {
            let tally = case
                .examine(operation, images())
                .unwrap_or_else(|death| panic!("{} cut at {operation} of {operations}: {death}", case.name));
            total.cuts += tally.cuts;
            total.kills += tally.kills;
            total.images += tally.images;
            total.before += tally.before;
            total.after += tally.after;
            total.damaged += tally.damaged;
        }
        println!("{}, {operations} operations: {total:?}", case.name);
        assert!(total.before > 100 && total.after > 100 && total.damaged > 100, "{total:?}");
    }
}

/// A change behind one that left a copy of the header damaged, whichever copy it is.
#[test]
fn a_change_of_a_store_with_one_damaged_header_survives_every_cut() {
    for (at, len) in &PARTS[..2] {
        let mut case = Case::replacing();
        case.base[*at..at + len].fill(0xa5);
        for operation in 1..=case.operations() {
            case.examine(operation, 8)
                .unwrap_or_else(|death| panic!("damaged at {at}, cut at {operation}: {death}"));
        }
    }
}

/// A header that was on its way when the power failed and never reached the disk, put over the one of a later change.
fn opens_with_an_abandoned_header(copies: &[usize]) -> bool {
    let case = Case::replacing();
    // Behind the sync that comes first.
    let (disk, changed) = case.cut_at(2);
    assert!(changed.is_err());
    let abandoned = disk.headers().pop().expect("the header was on its way");
    let disk = disk.cuts(Keep::Nothing).pop().unwrap();
    let store = StoreOptions::with_still_clock().open_on(disk.clone(), &raw()).unwrap();
    store.slots().change_key(store.slots().list().unwrap()[0].id, &Unlock::raw_key(&[0x44; 32])).unwrap();
    store.close().unwrap();
    let mut image = disk.content();
    copies.iter().for_each(|&at| image[at..at + HEADER_LEN].copy_from_slice(&abandoned));
    let opens = |key: [u8; 32]| {
        StoreOptions::with_still_clock()
            .open_on(CrashDisk::holding(image.clone()), &Unlock::raw_key(&key))
            .is_ok()
    };
    assert!(!opens(FIRST), "the replaced key");
    assert_eq!(opens([0x44; 32]), copies.len() < 2, "one copy replaces the other");
    opens(SECOND)
}

#[test]
fn an_abandoned_header_cannot_be_put_in_the_place_of_a_later_one() {
    for copies in [&[0][..], &[0x4000], &[0, 0x4000]] {
        assert!(!opens_with_an_abandoned_header(copies), "over the copies at {copies:?}");
    }
    // The control: if sequences are counted, the abandoned one has the number of the later one.
    faults::set(Some(Fault::CountedHeaders));
    let opens = opens_with_an_abandoned_header(&[0, 0x4000]);
    faults::set(None);
    assert!(opens, "the attack does not work at all");
}

/// The control of the judgement: it tells a store apart that opens with both keys, and one that opens with none.
#[test]
fn a_store_on_neither_side_is_noticed() {
    let disk = |image: &[u8]| {
        let disk = Arc::new(MemoryDisk::default());
        disk.reserve(image.len() as u64).unwrap();
        disk.write_at(0, image).unwrap();
        disk
    };
    let case = Case::adding();
    let both = Keys { before: vec![Key::Raw(FIRST)], after: vec![Key::Raw(SECOND)], always: Vec::new() };
    assert!(both.judge(&disk(&case.base)).is_ok());
    let (changed, _) = case.cut_at(u64::MAX);
    assert!(both.judge(&changed).unwrap_err().contains("or with both"));
    let none = Keys { before: vec![Key::Raw([1; 32])], after: vec![Key::Raw([2; 32])], always: Vec::new() };
    assert!(none.judge(&disk(&case.base)).unwrap_err().contains("neither"));
    let always = Keys { always: vec![Key::Raw([1; 32])], ..case.keys };
    assert!(always.judge(&disk(&case.base)).unwrap_err().contains("never changed"));
}
