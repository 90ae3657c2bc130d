//! Pins: what an older, a foreign or a parallel file is told by.

use std::fs;
use std::path::Path;

use strongroom::{ErrorKind, Pin, PinCheck, Store};

use crate::fixture::{Folder, check_refused, create, cut_short, key, open, patient, raw, write_private};

fn open_with(path: &Path, pin: Pin) -> Result<Store, strongroom::Error> {
    patient().pin(pin).open(path, key())
}

#[track_caller]
fn check_in_history(path: &Path, pin: Pin) -> Store {
    let store = open_with(path, pin).unwrap();
    assert_eq!(store.open_report().pin, Some(PinCheck::InHistory));
    store
}

#[test]
fn an_older_copy_that_was_put_back_is_found() {
    let folder = Folder::new();
    let path = folder.join("store");
    let store = create(&path);
    store.put("name", "old").unwrap();
    store.close().unwrap();
    let older = fs::read(&path).unwrap();
    let store = open(&path);
    assert_eq!(store.open_report().pin, None);
    let before = store.pin().unwrap();
    store.put("name", "new").unwrap();
    let pin = store.pin().unwrap();
    assert_eq!(pin.generation(), before.generation() + 1);
    store.close().unwrap();
    let newer = fs::read(&path).unwrap();
    drop(check_in_history(&path, pin));
    drop(check_in_history(&path, before));
    write_private(&path, &older);
    for read_only in [true, false] {
        let error = patient().read_only(read_only).pin(pin).open(&path, key());
        let error = check_refused(error, ErrorKind::RolledBack);
        assert!(error.to_string().contains(&pin.generation().to_string()), "{error}");
    }
    assert!(fs::read(&path).unwrap() == older, "a refused file was written to");
    drop(check_in_history(&path, before));
    // The control: without a pin it is the store it was.
    assert_eq!(open(&path).get("name").unwrap().value().expose(), b"old");
    write_private(&path, &newer);
    drop(check_in_history(&path, pin));
}

#[test]
fn another_store_is_found() {
    let folder = Folder::new();
    let (one, two) = (create(&folder.join("one")), create(&folder.join("two")));
    one.put("name", "value").unwrap();
    two.put("name", "value").unwrap();
    let pin = one.pin().unwrap();
    assert_ne!(pin, two.pin().unwrap());
    drop((one, two));
    check_refused(open_with(&folder.join("two"), pin), ErrorKind::WrongStore);
    check_refused(patient().pin(pin).open(folder.join("one"), raw(1)), ErrorKind::WrongKey);
    drop(check_in_history(&folder.join("one"), pin));
}

#[test]
fn two_copies_that_went_separate_ways_are_told_apart() {
    let folder = Folder::new();
    let (left, right) = (folder.join("left"), folder.join("right"));
    let store = create(&left);
    store.put("name", "common").unwrap();
    let common = store.pin().unwrap();
    store.close().unwrap();
    write_private(&right, fs::read(&left).unwrap());
    let write = |path: &Path, times: usize| {
        let store = open(path);
        (0..times).for_each(|_| drop(store.put("name", "apart").unwrap()));
        store.pin().unwrap()
    };
    let (one, other) = (write(&left, 1), write(&right, 1));
    assert_eq!(one.generation(), other.generation());
    check_refused(open_with(&right, one), ErrorKind::ForkedHistory);
    check_refused(open_with(&left, other), ErrorKind::ForkedHistory);
    let further = write(&right, 3);
    check_refused(open_with(&right, one), ErrorKind::ForkedHistory);
    check_refused(open_with(&left, further), ErrorKind::RolledBack);
    for path in [&left, &right] {
        drop(check_in_history(path, common));
    }
    drop(check_in_history(&right, other));
}

#[test]
fn a_pin_holds_from_the_creation_on_whatever_becomes_of_the_store() {
    let folder = Folder::new();
    let path = folder.join("store");
    let store = create(&path);
    let mut pins = vec![store.pin().unwrap()];
    drop(store);
    drop(check_in_history(&path, pins[0]));
    let steps: [&dyn Fn(&Store); 7] = [
        &|store| drop(store.put("name", "value").unwrap()),
        &|store| store.slots().add(raw(1)).map(drop).unwrap(),
        &|store| store.compact().map(drop).unwrap(),
        &|store| store.policy().set_kdf_floor(strongroom::KdfCost::DEFAULT).unwrap(),
        &|store| store.purge_with(strongroom::CopyOptions::new().drop_other_slots(true)).map(drop).unwrap(),
        &|store| store.rekey(key()).map(drop).unwrap(),
        &|store| store.backup(folder.join("backup")).map(drop).unwrap(),
    ];
    for step in steps {
        let store = open(&path);
        step(&store);
        pins.push(store.pin().unwrap());
        drop(store);
        pins.iter().for_each(|pin| drop(check_in_history(&path, *pin)));
    }
    let generations: Vec<u64> = pins.iter().map(Pin::generation).collect();
    assert!(generations.is_sorted_by(|a, b| a + 1 == *b), "{generations:?}");
    check_refused(open_with(&folder.join("backup"), pins[7]), ErrorKind::RolledBack);
    drop(check_in_history(&folder.join("backup"), pins[6]));
}

#[test]
fn a_commit_that_was_discarded_is_not_in_the_history() {
    let folder = Folder::new();
    let (path, image) = (folder.join("store"), folder.join("image"));
    drop(create(&path));
    let mut pins = Vec::new();
    let bytes = cut_short(&path, |store| {
        pins.push(store.pin().unwrap());
        store.put("name", "lost").unwrap();
        pins.push(store.pin().unwrap());
    });
    let [kept, lost] = pins[..] else { panic!("two pins were taken") };
    write_private(&image, bytes);
    check_refused(open_with(&image, lost), ErrorKind::RolledBack);
    let store = check_in_history(&image, kept);
    assert_eq!(store.open_report().discarded_generation, Some(lost.generation()));
    store.put("name", "instead").unwrap();
    let instead = store.pin().unwrap();
    assert_eq!(instead.generation(), lost.generation());
    drop(store);
    check_refused(open_with(&image, lost), ErrorKind::ForkedHistory);
    drop(check_in_history(&image, instead));
    drop(check_in_history(&image, kept));
}

#[test]
fn a_pin_is_kept_as_text() {
    let store = Store::in_memory().unwrap();
    store.put("name", "value").unwrap();
    let pin = store.pin().unwrap();
    let text = pin.to_string();
    assert!(text.len() == 103 && text.starts_with("sr_pin_") && text == text.to_lowercase(), "{text}");
    assert_eq!(text.parse::<Pin>().unwrap(), pin);
    assert_eq!(format!("{text}\n").parse::<Pin>().unwrap(), pin, "as a file has it");
}

#[test]
fn no_damaged_text_is_taken_for_a_pin() {
    // Always the same pin: the check of another one could let one of its damaged texts pass.
    let text = "sr_pin_55muowsfuka7pbzsnisoqibepu3qaaaaaaaaaab4yk7saans6e2itfk5lfx277t6ss5hl2y2pue3pkane23zhf754v7p57xv";
    text.parse::<Pin>().unwrap();
    let letters: Vec<char> = text.chars().collect();
    let mut damaged: Vec<String> = vec![String::new(), "sr_pin_".into(), format!("{text}a"), text.repeat(2)];
    for at in 0..letters.len() {
        let before = letters[..at].iter().collect::<String>();
        let after = letters[at + 1..].iter().collect::<String>();
        damaged.push(format!("{before}{after}"));
        damaged.push(before.clone());
        damaged.push(format!("{before}{0}{0}{after}", letters[at]));
        damaged.extend("abz27_-=0\u{e9} ".chars().map(|other| format!("{before}{other}{after}")));
        if at > 0 && letters[at] != letters[at - 1] {
            let mut swapped = letters.clone();
            swapped.swap(at, at - 1);
            damaged.push(swapped.into_iter().collect());
        }
    }
    let damaged = damaged.into_iter().filter(|other| *other != text);
    for other in damaged {
        check_refused(other.parse::<Pin>(), ErrorKind::InvalidArgument);
    }
}
