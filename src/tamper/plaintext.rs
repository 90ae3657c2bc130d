//! Nothing in clear ever reaches a disk.

use std::sync::Arc;

use crate::sealed::disk::recording::{Asked, RecordingDisk};
use crate::sealed::forge::opened_pages;
use crate::{KdfCost, Listed, Put, Query, Retention, SecretRef, Store, StoreOptions, Sweep, Unlock, Update};

const PASSPHRASE: &str = "marker-passphrase-4d1f0c55";
const NAME: &str = "marker-name-a8e2";
const OTHER_NAME: &str = "marker-namespace-77b0";
const VALUE: &str = "marker-value-93cf5e10";
const DESCRIPTION: &str = "marker-description-5ab1";
const TAG_KEY: &str = "marker-tag-key-0d72";
const TAG_VALUE: &str = "marker-tag-value-61fe";
const CONTENT_TYPE: &str = "application/x-marker-content-c9";
const NOTE: &str = "marker-note-8841bd";
const RENAMED: &str = "marker-renamed-2c6f";
/// What stands in pages and nowhere else.
const IN_PAGES: [&str; 8] = [NAME, OTHER_NAME, DESCRIPTION, TAG_KEY, TAG_VALUE, CONTENT_TYPE, NOTE, RENAMED];

/// Whether any eight bytes in a row of `marker` stand in `bytes`: a marker cut by a block's end is found too.
fn shows(bytes: &[u8], marker: &str) -> bool {
    let part_of_marker = |window: &[u8]| marker.as_bytes().windows(8).any(|part| part == window);
    let first_bytes: [bool; 256] =
        std::array::from_fn(|byte| marker.bytes().any(|known| usize::from(known) == byte));
    bytes.windows(8).any(|window| first_bytes[usize::from(window[0])] && part_of_marker(window))
}

#[test]
fn no_write_to_a_disk_holds_a_name_metadata_a_value_or_the_passphrase() {
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
    change_everything(&store);
    let read = store.get(path.as_str()).unwrap();
    store.close().unwrap();

    let mut written = 0;
    for asked in disk.take() {
        if let Asked::Write { offset, data } = asked {
            written += data.len();
            for marker in IN_PAGES.into_iter().chain([PASSPHRASE, VALUE]) {
                assert!(!shows(&data, marker), "{marker} is in a write of {} bytes at {offset}", data.len());
            }
        }
    }
    assert!(written > 1_000_000, "only {written} bytes were looked at");

    // The control: the same search finds names and metadata in the pages inside the blocks, and the value in what is read.
    let pages = opened_pages(&disk.image(), &unlock);
    for name in IN_PAGES {
        assert!(pages.iter().any(|page| shows(page, name)), "{name} is not even in the pages");
    }
    assert!(shows(read.value().expose(), VALUE));
    // Values are sealed before redb sees them.
    assert!(!pages.iter().any(|page| shows(page, VALUE) || shows(page, PASSPHRASE)));
}

/// Every way for a name, metadata or a value to get to the disk.
fn change_everything(store: &Store) {
    let put =
        Put::new().description(DESCRIPTION).tag(TAG_KEY, TAG_VALUE).content_type(CONTENT_TYPE).note(NOTE);
    store.put_with("a/b", VALUE, put).unwrap();
    store.put("a/b", VALUE.repeat(2_000)).unwrap();
    store.update("a/b", Update::new().description(format!("{DESCRIPTION} and more"))).unwrap();
    store.rename("a/b", RENAMED).unwrap();
    store.rollback(RENAMED, 1).unwrap();
    store.delete_version(RENAMED, 2).unwrap();
    store.restore_version(RENAMED, 2).unwrap();
    store.destroy_version(RENAMED, 2).unwrap();
    let namespace = format!("{OTHER_NAME}/inner");
    store
        .policy()
        .set_retention_under(namespace.as_str(), Retention::inherited().keep_trash_days(0))
        .unwrap();
    store.delete(RENAMED).unwrap();
    store.restore_to(SecretRef::try_from(RENAMED).unwrap(), format!("{namespace}/x").as_str()).unwrap();
    assert!(store.matches(format!("{namespace}/x").as_str(), VALUE).unwrap());
    store.delete(format!("{namespace}/x").as_str()).unwrap();
    store.list(Query::all().tag(TAG_KEY, TAG_VALUE).state(Listed::All)).unwrap();
    store.put_with(RENAMED, VALUE, Put::new().description(DESCRIPTION).tag(TAG_KEY, TAG_VALUE)).unwrap();
    store.put_with(RENAMED, VALUE, Put::new().content_type(CONTENT_TYPE).note(NOTE)).unwrap();
    assert_eq!(store.sweep(Sweep::new()).unwrap().secrets, 1);
}
