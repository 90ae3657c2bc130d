//! Nothing in clear ever reaches a disk.

use std::sync::Arc;

use crate::sealed::disk::recording::{Asked, RecordingDisk};
use crate::sealed::forge::opened_pages;
use crate::{KdfCost, StoreOptions, Unlock};

const PASSPHRASE: &str = "marker-passphrase-4d1f0c55";
const NAME: &str = "marker-name-a8e2";
const OTHER_NAME: &str = "marker-namespace-77b0";
const VALUE: &str = "marker-value-93cf5e10";

/// Whether any eight bytes in a row of `marker` stand in `bytes`: a marker cut by a block's end is found too.
fn shows(bytes: &[u8], marker: &str) -> bool {
    let part_of_marker = |window: &[u8]| marker.as_bytes().windows(8).any(|part| part == window);
    let first_bytes: [bool; 256] =
        std::array::from_fn(|byte| marker.bytes().any(|known| usize::from(known) == byte));
    bytes.windows(8).any(|window| first_bytes[usize::from(window[0])] && part_of_marker(window))
}

#[test]
fn no_write_to_a_disk_holds_a_name_a_value_or_the_passphrase() {
    let disk = Arc::new(RecordingDisk::default());
    let unlock = Unlock::passphrase(PASSPHRASE);
    let options =
        StoreOptions::new().kdf_cost(KdfCost::new(19 * 1024, 2, 1).unwrap()).cache_bytes(256 * 1024);
    let store = options.create_on(disk.clone(), &unlock).unwrap();
    let path = format!("{OTHER_NAME}/{NAME}");
    store.put(path.as_str(), VALUE).unwrap();
    store.put(path.as_str(), VALUE.repeat(40_000)).unwrap();
    store.put(path.as_str(), VALUE).unwrap();
    drop(store);
    let store = options.open_on(disk.clone(), &unlock).unwrap();
    store.put(NAME, VALUE.repeat(100)).unwrap();
    let read = store.get(path.as_str()).unwrap();
    store.close().unwrap();

    let mut written = 0;
    for asked in disk.take() {
        if let Asked::Write { offset, data } = asked {
            written += data.len();
            for marker in [PASSPHRASE, NAME, OTHER_NAME, VALUE] {
                assert!(!shows(&data, marker), "{marker} is in a write of {} bytes at {offset}", data.len());
            }
        }
    }
    assert!(written > 1_000_000, "only {written} bytes were looked at");

    // The control: the same search finds the names in the pages inside the blocks, and the value in what is read.
    let pages = opened_pages(&disk.image(), &unlock);
    for name in [NAME, OTHER_NAME] {
        assert!(pages.iter().any(|page| shows(page, name)), "{name} is not even in the pages");
    }
    assert!(shows(read.value().expose(), VALUE));
    // Values are sealed before redb sees them.
    assert!(!pages.iter().any(|page| shows(page, VALUE) || shows(page, PASSPHRASE)));
}
