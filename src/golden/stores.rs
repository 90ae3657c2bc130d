//! Whole stores: made once with the real generator of randomness, read for ever.
//!
//! Beside each `.store` stands a `.txt`: what unlocks it, how it was closed, what a verification counts, and everything
//! in it at a time. The spare room at the end of a store is cut off, which the format allows.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::sync::{Arc, Once};
use std::time::Duration;

use super::contents::{NAMES, contents_of};
use super::text::bytes_of;
use super::unlocking::unlock_of;
use super::{directory, may_write};
use crate::format::layout::{block_offset, file_len};
use crate::sealed::disk::Disk;
use crate::sealed::disk::memory::MemoryDisk;
use crate::sealed::disk::scratch::Scratch;
use crate::{
    Cursor, ErrorKind, KdfCost, ManualClock, OpenedReport, PinCheck, Query, Result, SlotKind, Store,
    StoreOptions, Timestamp, Unlock,
};

const FIELDS: [&str; 12] = [
    "comment",
    "unlock",
    "wrong-key",
    "closed",
    "now",
    "slot",
    "floor",
    "pin",
    "blocks",
    "unreachable",
    "counts",
    "cursor",
];

/// A sidecar: its lines, a name and a text each.
pub(super) struct Sidecar(Vec<(String, String)>);

impl Sidecar {
    pub(super) fn parse(text: &str) -> Self {
        let line = |line: &str| {
            let (name, value) = line.split_once(": ").unwrap_or_else(|| panic!("no field: {line}"));
            assert!(FIELDS.contains(&name) || NAMES.contains(&name), "unknown field {name}");
            (name.to_owned(), value.to_owned())
        };
        Self(text.lines().map(line).collect())
    }

    fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn text(&self, name: &str) -> &str {
        self.all(name).next().unwrap_or_else(|| panic!("no field {name}"))
    }

    fn number(&self, name: &str) -> u64 {
        self.text(name).parse().unwrap()
    }

    fn opened(&self) -> OpenedReport {
        let counts: Vec<u64> = self.text("counts").split(' ').map(|count| count.parse().unwrap()).collect();
        let &[secrets, trashed, versions, events] = counts.as_slice() else { panic!("counts") };
        OpenedReport { secrets, trashed, versions, events }
    }

    pub(super) fn is_closed(&self) -> bool {
        match self.text("closed") {
            "orderly" => true,
            "no" => false,
            other => panic!("closed: {other}"),
        }
    }

    /// Every way to unlock it.
    pub(super) fn unlocks(&self) -> impl Iterator<Item = Unlock> {
        self.all("unlock").map(unlock_of)
    }

    /// Holds slots, floor and pin against an open store, where there are any.
    fn assert_access(&self, store: &Store) {
        let slots: Vec<&str> = self.all("slot").collect();
        if slots.is_empty() {
            return;
        }
        assert_eq!(
            access_of(store).unwrap(),
            (self.lines("slot") + &self.lines("floor") + &self.lines("pin"))
        );
    }

    fn lines(&self, name: &str) -> String {
        self.all(name).map(|value| format!("{name}: {value}\n")).collect()
    }

    /// At the time of which the text speaks.
    fn options(&self) -> StoreOptions {
        let now = self.text("now").parse().unwrap();
        // A program that another test starts holds what is open here until it runs.
        let wait = Duration::from_secs(60);
        StoreOptions::new().clock(&ManualClock::start(Timestamp::from_millis(now))).wait(wait)
    }

    /// Holds everything and the page cursors against an open store that can be written.
    fn assert_contents(&self, store: &Store) {
        let expected: String = (self.0.iter().filter(|(name, _)| NAMES.contains(&name.as_str())))
            .map(|(name, value)| format!("{name}: {value}\n"))
            .collect();
        assert_eq!(contents_of(store).unwrap(), expected);
        self.assert_lists(store);
    }

    /// Holds the current values, the list and the page cursors against an open store.
    fn assert_lists(&self, store: &Store) {
        let mut live = Vec::new();
        for line in self.all("secret") {
            let words: Vec<&str> = line.splitn(8, ' ').collect();
            let &[id, .., deleted, _, path] = words.as_slice() else { panic!("{line}") };
            if deleted == "-" {
                live.push(path);
                self.assert_current(store, id, path);
            }
        }
        let listed = store.list(Query::all().limit(1000)).unwrap();
        let listed: Vec<_> = listed.into_iter().map(|info| info.path().to_string()).collect();
        assert_eq!(listed, live);
        for line in self.all("cursor") {
            let (next, text) = line.split_once(' ').unwrap();
            let cursor: Cursor = text.parse().unwrap();
            let page = store.list(Query::all().limit(1).after(cursor)).unwrap();
            assert_eq!(page.items()[0].path().as_str(), next);
        }
    }

    /// Holds the last version of a secret against what reading it gives.
    fn assert_current(&self, store: &Store, id: &str, path: &str) {
        let last = self.all("version").filter(|line| line.starts_with(id)).last().unwrap();
        let words: Vec<&str> = last.split(' ').collect();
        match (words[4], store.get(path)) {
            ("current", Err(error)) if error.kind() == ErrorKind::Expired => {
                assert!(self.has_expired(id), "{path}: {error}");
            }
            ("current", found) => {
                assert!(!self.has_expired(id), "{path}");
                let found = found.unwrap();
                assert_eq!(found.value().expose(), bytes_of(words[7]).unwrap(), "{path}");
                assert_eq!(
                    (found.info().id().to_string().as_str(), words[1]),
                    (id, &*found.version().to_string())
                );
            }
            ("deleted", Err(error)) => assert_eq!(error.kind(), ErrorKind::NotFound, "{path}"),
            ("destroyed", Err(error)) => assert_eq!(error.kind(), ErrorKind::Destroyed, "{path}"),
            (state, found) => panic!("{path} is {state} and gives {found:?}"),
        }
    }
}

impl Sidecar {
    /// Whether a secret has expired by the time of which the text speaks.
    fn has_expired(&self, id: &str) -> bool {
        let mut times = self.all("expires").filter_map(|line| line.strip_prefix(id)?.split(' ').nth(1));
        times.any(|time| time.parse::<u64>().unwrap() <= self.number("now"))
    }
}

/// The lines of a sidecar that say who unlocks a store, and which state it is.
pub(super) fn access_of(store: &Store) -> Result<String> {
    let mut text = String::new();
    for slot in store.slots().list()? {
        let kind = match slot.kind {
            SlotKind::Passphrase => "passphrase",
            SlotKind::RawKey => "raw-key",
            SlotKind::KeyFile => "key-file",
            SlotKind::PassphraseAndKeyFile => "passphrase-and-key-file",
            SlotKind::RecoveryCode => "recovery-code",
        };
        let cost = slot.kdf_cost.map_or("-".to_owned(), cost_text);
        let time = |time: Option<Timestamp>| time.map_or("-".to_owned(), |time| time.as_millis().to_string());
        let (created, used) = (time(slot.created_at), time(slot.last_used_at));
        text += format!("slot: {} {kind} {cost} {created} {used} {}", slot.id, slot.label).trim_end();
        text += "\n";
    }
    text += &format!("floor: {}\n", cost_text(store.policy().kdf_floor()?));
    Ok(text + &format!("pin: {}\n", store.pin()?))
}

fn cost_text(cost: KdfCost) -> String {
    format!("{},{},{}", cost.memory_kib(), cost.passes(), cost.lanes())
}

/// Every store with its sidecar, after adding those that are missing if that was asked for.
fn stores() -> Vec<(String, Vec<u8>, Sidecar)> {
    static MISSING: Once = Once::new();
    if may_write() {
        MISSING.call_once(super::missing::write_stores);
    }
    let mut stores = Vec::new();
    for entry in std::fs::read_dir(directory()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "store") {
            let sidecar = Sidecar::parse(&std::fs::read_to_string(path.with_extension("txt")).unwrap());
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            stores.push((name, std::fs::read(&path).unwrap(), sidecar));
        }
    }
    assert!(stores.len() >= 10, "{} golden stores", stores.len());
    stores
}

/// One store, and what unlocks it.
pub(super) fn golden(name: &str) -> (Vec<u8>, String) {
    let (_, bytes, sidecar) = stores().into_iter().find(|(own, ..)| own == name).unwrap();
    (bytes, sidecar.text("unlock").to_owned())
}

pub(super) fn open(bytes: &[u8], sidecar: &Sidecar) -> Result<Store> {
    open_with(bytes, &unlock_of(sidecar.text("unlock")), sidecar.options())
}

fn open_with(bytes: &[u8], unlock: &Unlock, options: StoreOptions) -> Result<Store> {
    let disk = MemoryDisk::default();
    disk.reserve(bytes.len() as u64).unwrap();
    disk.write_at(0, bytes).unwrap();
    options.open_on(Arc::new(disk), unlock)
}

#[test]
fn every_store_opens_with_all_that_was_in_it() {
    let scratch = Scratch::new();
    for (name, bytes, sidecar) in stores() {
        let path = scratch.join(&name);
        std::fs::write(&path, &bytes).unwrap();
        std::fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        for (unlock, read_only) in sidecar.unlocks().flat_map(|unlock| {
            let unlock = Arc::new(unlock);
            [(unlock.clone(), true), (unlock, false)]
        }) {
            let store = sidecar.options().read_only(read_only).open(&path, &*unlock).unwrap();
            assert_eq!(store.open_report().discarded_generation, None, "{name}");
            assert!(!store.open_report().unreadable_superblock, "{name}");
            sidecar.assert_lists(&store);
            sidecar.assert_access(&store);
            let report = store.verify().unwrap();
            assert_eq!(report.opened, Some(sidecar.opened()), "{name}");
            assert_eq!(report.blocks, sidecar.number("blocks"), "{name}");
            assert_eq!(report.unreachable_blocks, sidecar.number("unreachable"), "{name}");
            store.forget_reads();
            store.close().unwrap();
            assert!(std::fs::read(&path).unwrap() == bytes, "{name}: reading wrote to it");
        }
        sidecar.assert_contents(&open(&bytes, &sidecar).unwrap());
        let unlock = unlock_of(sidecar.text("unlock"));
        let store = sidecar.options().open(&path, &unlock).unwrap();
        store.put("golden/added", "later").unwrap();
        store.close().unwrap();
        let store = sidecar.options().open(&path, &unlock).unwrap();
        assert_eq!(store.get("golden/added").unwrap().value().expose(), b"later");
        let counts = sidecar.opened();
        let expected = OpenedReport {
            secrets: counts.secrets + 1,
            trashed: counts.trashed,
            versions: counts.versions + 1,
            // That it was opened, and what was written.
            events: counts.events + 2,
        };
        assert_eq!(store.verify().unwrap().opened, Some(expected), "{name}");
    }
}

#[test]
fn what_was_removed_or_never_finished_opens_no_store() {
    let mut refused = 0;
    for (name, bytes, sidecar) in stores() {
        for wrong in sidecar.all("wrong-key") {
            let error = open_with(&bytes, &unlock_of(wrong), sidecar.options()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::WrongKey, "{name}, {wrong}: {error}");
            refused += 1;
        }
    }
    assert!(refused >= 8, "{refused} refused");
}

#[test]
fn a_store_fits_the_pin_beside_it_and_no_other() {
    let pins: Vec<_> =
        stores().into_iter().filter(|(_, _, sidecar)| sidecar.all("pin").count() == 1).collect();
    assert!(pins.len() >= 5, "{} pins", pins.len());
    for (name, bytes, sidecar) in &pins {
        let unlock = unlock_of(sidecar.text("unlock"));
        for (other, _, beside) in &pins {
            let options = sidecar.options().pin(beside.text("pin").parse().unwrap());
            match open_with(bytes, &unlock, options) {
                Ok(store) => {
                    assert_eq!((name, store.open_report().pin), (other, Some(PinCheck::InHistory)));
                }
                Err(error) => {
                    assert!(name != other && error.kind() == ErrorKind::WrongStore, "{name}: {error}")
                }
            }
        }
    }
}

/// The superblock before the last names the other header copy, which lies there until the last step of a change.
#[test]
fn a_change_of_slots_that_was_cut_off_is_undone_with_its_commit() {
    let (name, bytes, sidecar) = stores().into_iter().find(|(name, ..)| name == "mid-change.store").unwrap();
    let sequence = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap());
    assert!(sequence(0x4020) > sequence(0x20) + 1, "{name}: copy B is the newer one");
    let newest = if sequence(0x8000) > sequence(0x9000) { 0x8000 } else { 0x9000 };
    let mut without = bytes.clone();
    without[newest + 100] ^= 1;
    let opens = |bytes: &[u8], text: &str| open_with(bytes, &unlock_of(text), sidecar.options()).is_ok();
    let (new, old) = (sidecar.all("unlock").nth(1).unwrap(), sidecar.text("wrong-key"));
    assert!(opens(&bytes, new) && !opens(&bytes, old), "{name}");
    assert!(opens(&without, old) && !opens(&without, new), "{name}, without its last commit");
}

#[test]
fn a_flipped_byte_in_any_block_that_is_reached_is_found() {
    for (name, bytes, sidecar) in stores() {
        let count = sidecar.number("blocks") + sidecar.number("unreachable");
        assert_eq!(bytes.len() as u64, file_len(count), "{name}");
        let mut found = 0;
        for block in 1..=count {
            let mut bytes = bytes.clone();
            let at = block_offset(u32::try_from(block).unwrap()) + block * 97 % 4136;
            bytes[usize::try_from(at).unwrap()] ^= 1;
            match open(&bytes, &sidecar) {
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::Tampered, "{name}, block {block}: {error}");
                    found += 1;
                }
                // The last commit of a store that was not closed is given up if a block of it is not whole.
                Ok(store) if store.open_report().discarded_generation.is_some() => {
                    assert!(!sidecar.is_closed(), "{name}, block {block}");
                    found += 1;
                }
                Ok(store) => sidecar.assert_contents(&store),
            }
        }
        if sidecar.is_closed() {
            assert_eq!(found, sidecar.number("blocks"), "{name}: of {count} blocks");
        }
        assert!(found > 0, "{name}");
    }
}

#[test]
fn a_flipped_byte_in_both_copies_is_found() {
    for (name, bytes, sidecar) in stores() {
        for (places, kind) in [
            ([0, 0x4000], ErrorKind::NotAStore),
            ([0x420, 0x4420], ErrorKind::Damaged),
            ([0x3fff, 0x7fff], ErrorKind::Damaged),
            ([0x8000, 0x9000], ErrorKind::Damaged),
            ([0x8fff, 0x9fff], ErrorKind::Damaged),
        ] {
            let mut both = bytes.clone();
            for (place, other) in [(places[0], places[1]), (places[1], places[0])] {
                both[place] ^= 1;
                let mut one = both.clone();
                one[other] = bytes[other];
                if sidecar.is_closed() {
                    sidecar.assert_contents(
                        &open(&one, &sidecar).unwrap_or_else(|error| panic!("{name}: {error}")),
                    );
                }
            }
            let error = open(&both, &sidecar).unwrap_err();
            assert_eq!(error.kind(), kind, "{name}, byte {:#x}: {error}", places[0]);
        }
        match open(&bytes[..bytes.len() - 1], &sidecar) {
            Err(cut) => assert_eq!(cut.kind(), ErrorKind::Damaged, "{name}, cut"),
            // The commit before the last one needed fewer blocks.
            Ok(store) => {
                assert!(
                    !sidecar.is_closed() && store.open_report().discarded_generation.is_some(),
                    "{name}, cut"
                );
            }
        }
    }
}

#[test]
fn only_stores_that_were_not_closed_lack_the_proof_of_their_last_commit() {
    for (name, bytes, sidecar) in stores() {
        // Without the newest superblock a closed store is the same, and another one a commit older.
        let sequence = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap());
        let newest = if sequence(0x8000) > sequence(0x9000) { 0x8000 } else { 0x9000 };
        let mut without = bytes.clone();
        without[newest + 100] ^= 1;
        let same = match open(&without, &sidecar) {
            Ok(store) => store.verify().unwrap().opened == Some(sidecar.opened()),
            Err(error) => panic!("{name}: {error}"),
        };
        assert_eq!(same, sidecar.is_closed(), "{name}");
    }
}
