//! Values of every length that takes another way through the file.

use strongroom::limits::VALUE_LEN_MAX;
use strongroom::{ErrorKind, Store};

use crate::fixture::{Folder, check_refused, create, open};

/// Bytes that differ from place to place, so that a piece at a wrong one shows.
fn value_of(len: usize) -> Vec<u8> {
    (0..len).map(|at| (at % 251) as u8 ^ (at / 65_280) as u8).collect()
}

/// What was written is read back: by this handle, as an older version, and by the next handle.
#[track_caller]
fn check(lens: impl IntoIterator<Item = usize>) {
    let folder = Folder::new();
    let path = folder.join("s");
    let store = create(&path);
    let lens: Vec<usize> = lens.into_iter().collect();
    for len in &lens {
        let value = value_of(*len);
        let name = len.to_string();
        store.put(&name, &value).unwrap();
        assert!(store.get(&name).unwrap().value().expose() == value, "{len} bytes");
        store.put(&name, "newer").unwrap();
    }
    store.close().unwrap();
    let store = open(&path);
    for len in &lens {
        let read = store.get_version(&len.to_string(), 1).unwrap();
        assert_eq!(read.value().len(), *len);
        assert!(read.value().expose() == value_of(*len), "{len} bytes after opening again");
    }
    let opened = store.verify().unwrap().opened.unwrap();
    assert_eq!((opened.secrets, opened.versions), (lens.len() as u64, 2 * lens.len() as u64));
}

#[test]
fn values_of_a_few_bytes_are_read_back() {
    check([0, 1, 63, 64, 65, 127, 128, 129, 2_047, 2_048, 2_049, 4_095, 4_096, 4_097]);
}

#[test]
fn values_around_the_length_that_leaves_its_row_are_read_back() {
    // A framed value of 1,024 is sealed into a row of its record, one of 2,048 no longer.
    check((1_000..=1_048).step_by(8).chain(1_230..=1_330).step_by(3));
}

#[test]
fn values_around_the_length_of_a_chunk_are_read_back() {
    check((65_275..=65_290).chain([64_508, 64_512, 64_513, 65_536, 130_555, 130_556, 130_560, 130_561]));
}

#[test]
fn values_around_full_leaves_are_read_back() {
    check([5_120, 8_000, 8_110, 8_192, 9_216, 12_165, 12_288, 16_384, 20_480]);
}

#[test]
fn values_of_a_mebibyte_and_of_the_limit_are_read_back() {
    check([1 << 20, (1 << 20) + 1, VALUE_LEN_MAX]);
}

#[test]
fn a_value_above_the_limit_is_refused_and_changes_nothing() {
    assert_eq!(VALUE_LEN_MAX, 16 << 20);
    let store = Store::in_memory().unwrap();
    store.put("a", "kept").unwrap();
    check_refused(store.put("a", vec![0; VALUE_LEN_MAX + 1]), ErrorKind::LimitExceeded);
    let kept = store.get("a").unwrap();
    assert_eq!((kept.version(), kept.value().expose()), (1, b"kept".as_slice()));
    store.put("a", "next").unwrap();
}

#[test]
fn an_empty_value_is_a_value() {
    let store = Store::in_memory().unwrap();
    store.put("a", "").unwrap();
    assert!(store.get("a").unwrap().value().is_empty());
    assert_eq!(store.get("a").unwrap().into_value().len(), 0);
}
