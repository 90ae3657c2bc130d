//! Attacks on a store in the middle of a change of slots, and behind it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::format::layout::{DATA_OFFSET, HEADER_LEN, SUPERBLOCK_LEN};
use crate::sealed::disk::recording::{Asked, RecordingDisk};
use crate::simulator::CrashDisk;
use crate::{ErrorKind, Store, StoreOptions, Unlock};

const OLD: [u8; 32] = [1; 32];
const NEW: [u8; 32] = [2; 32];
const PARTS: [(usize, usize); 4] =
    [(0, HEADER_LEN), (0x4000, HEADER_LEN), (0x8000, SUPERBLOCK_LEN), (0x9000, SUPERBLOCK_LEN)];

/// What stands in the place of a header or superblock: of the file that is attacked, of the file before the change or
/// behind it, torn, of another store with the same key, nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Form {
    AsIs,
    Before,
    Behind,
    Torn,
    Foreign,
    Zero,
}

const FORMS: [Form; 6] = [Form::AsIs, Form::Before, Form::Behind, Form::Torn, Form::Foreign, Form::Zero];

/// The images of one change of slots.
struct Change {
    before: Vec<u8>,
    staged: Vec<u8>,
    committed: Vec<u8>,
    behind: Vec<u8>,
    foreign: Vec<u8>,
}

fn closed_store() -> Vec<u8> {
    let disk = CrashDisk::new();
    let store = StoreOptions::new().create_on(disk.clone(), &Unlock::raw_key(&OLD)).unwrap();
    (0..5).for_each(|number| drop(store.put(&format!("name-{number}"), [7; 400]).unwrap()));
    store.close().unwrap();
    disk.content()
}

fn part(image: &[u8], (at, len): (usize, usize)) -> &[u8] {
    &image[at..at + len]
}

fn open(image: &[u8], key: &[u8; 32]) -> crate::Result<Store> {
    StoreOptions::new().open_on(CrashDisk::holding(image.to_vec()), &Unlock::raw_key(key))
}

/// One change of slots, and the file as it was on the way.
fn change() -> Change {
    let before = closed_store();
    let disk = Arc::new(RecordingDisk::holding(&before));
    let store = StoreOptions::new().open_on(disk.clone(), &Unlock::raw_key(&OLD)).unwrap();
    disk.take();
    store.slots().change_key(store.slots().list().unwrap()[0].id, &Unlock::raw_key(&NEW)).unwrap();
    let behind = disk.image();
    let (mut staged, mut committed) = (Vec::new(), Vec::new());
    let mut image = before.clone();
    for asked in disk.take_changes() {
        match asked {
            Asked::Write { offset, data } => image[offset as usize..][..data.len()].copy_from_slice(&data),
            Asked::SetLen(len) | Asked::Reserve(len) => image.resize(image.len().max(len as usize), 0),
            Asked::Read { .. } | Asked::Sync => {}
        }
        let changed = PARTS.map(|at| part(&image, at) != part(&before, at));
        match changed {
            [a, b, false, false] if a != b => staged = image.clone(),
            [a, b, _, _] if a != b => committed = image.clone(),
            _ => {}
        }
    }
    assert_eq!(image, behind);
    Change { before, staged, committed, behind, foreign: closed_store() }
}

fn bytes(change: &Change, image: &[u8], form: Form, at: (usize, usize)) -> Vec<u8> {
    match form {
        Form::AsIs => part(image, at).to_vec(),
        Form::Before => part(&change.before, at).to_vec(),
        Form::Behind => part(&change.behind, at).to_vec(),
        Form::Torn => [&part(image, at)[..at.1 / 2], &vec![0xa5; at.1 / 2]].concat(),
        Form::Foreign => part(&change.foreign, at).to_vec(),
        Form::Zero => vec![0; at.1],
    }
}

/// Every combination of forms for both headers and both superblocks of one image. Returns what was seen, counted.
fn walk(change: &Change, image: &[u8]) -> BTreeMap<&'static str, u64> {
    let mut seen = BTreeMap::new();
    let all = FORMS.len().pow(4);
    for number in 0..all {
        let forms: [Form; 4] = [0, 1, 2, 3].map(|place| FORMS[number / FORMS.len().pow(place) % FORMS.len()]);
        let parts: Vec<Vec<u8>> =
            PARTS.iter().zip(forms).map(|(&at, form)| bytes(change, image, form, at)).collect();
        let mut attacked = image.to_vec();
        for (&(at, len), bytes) in PARTS.iter().zip(&parts) {
            attacked[at..at + len].copy_from_slice(bytes);
        }
        let is = |places: [usize; 2], whose: &[u8]| {
            places.into_iter().any(|place| parts[place] == part(whose, PARTS[place]))
        };
        // Of the change there are two superblocks: the one of the commit, and the repeat that the end puts behind it.
        let new_superblock = is([2, 3], &change.behind);
        let opened = [OLD, NEW].map(|key| open(&attacked, &key));
        let outcome = match &opened {
            [Ok(store), Err(_)] => {
                assert!(is([0, 1], &change.before) && is([2, 3], &change.before), "{forms:?}: the old key");
                assert!(
                    !new_superblock || image == change.staged,
                    "{forms:?}: the old key behind the change"
                );
                check(store);
                "old key"
            }
            [Err(_), Ok(store)] => {
                assert!(is([0, 1], &change.behind) && new_superblock, "{forms:?}: the new key");
                check(store);
                "new key"
            }
            [Ok(_), Ok(_)] => panic!("{forms:?}: both keys"),
            [Err(old), Err(new)] => {
                for error in [old, new] {
                    assert!(REFUSALS.contains(&error.kind()), "{forms:?}: {error}");
                }
                let whole = is([0, 1], &change.behind) && new_superblock && image != change.staged;
                assert!(!whole, "{forms:?}: refused, though the newest superblock and its header are there");
                "refused"
            }
        };
        *seen.entry(outcome).or_default() += 1;
    }
    seen
}

const REFUSALS: [ErrorKind; 4] =
    [ErrorKind::WrongKey, ErrorKind::Tampered, ErrorKind::Damaged, ErrorKind::NotAStore];

fn check(store: &Store) {
    for number in 0..5 {
        assert_eq!(store.get(&format!("name-{number}")).unwrap().value().expose(), [7; 400]);
    }
    store.verify().unwrap();
}

#[test]
fn whatever_is_put_together_around_a_change_opens_with_the_old_key_or_the_new_one_or_not_at_all() {
    let change = change();
    assert!(open(&change.staged, &OLD).is_ok() && open(&change.committed, &NEW).is_ok());
    for (name, image) in
        [("staged", &change.staged), ("committed", &change.committed), ("behind", &change.behind)]
    {
        let seen = walk(&change, image);
        println!("{name}: {seen:?}");
        assert!(seen["refused"] > 300);
        // Before the commit only the old key opens; from then on the old one needs both superblocks put back.
        let opened = if name == "staged" { "old key" } else { "new key" };
        assert!(seen[opened] > 100, "{name}: {seen:?}");
    }
}

#[test]
fn the_old_header_over_either_copy_or_both_lets_no_old_key_in() {
    let change = change();
    for copies in [&PARTS[..1], &PARTS[1..2], &PARTS[..2]] {
        let mut image = change.behind.clone();
        for &(at, len) in copies {
            image[at..at + len].copy_from_slice(part(&change.before, (at, len)));
        }
        assert!(open(&image, &OLD).is_err());
        assert_eq!(open(&image, &NEW).is_ok(), copies.len() == 1);
    }
    // The control: with both superblocks of that time the old header is the store of that time.
    let mut image = change.before.clone();
    image[DATA_OFFSET as usize..].copy_from_slice(&change.behind[DATA_OFFSET as usize..change.before.len()]);
    assert!(open(&image, &OLD).is_ok());
}
