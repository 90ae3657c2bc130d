//! What redb does with its storage. The commit scheme rests on it: a version of redb that does otherwise fails here.

use std::collections::BTreeSet;
use std::io;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard};

use redb::{BackendError, Builder, Database, ReadableDatabase, StorageBackend, TableDefinition};

const TABLE: TableDefinition<'static, u64, &[u8]> = TableDefinition::new("pattern");
const PAGE: usize = 4096;
const GOD_BYTE: usize = 9;

#[derive(Clone, Debug, Eq, PartialEq)]
enum Asked {
    Read(usize, usize),
    /// Offset, length, and the god byte if it is the header.
    Write(usize, usize, Option<u8>),
    SetLen(usize),
    Sync,
}

#[derive(Default)]
struct Medium {
    bytes: Vec<u8>,
    /// Pages that were ever written.
    written: BTreeSet<usize>,
    asked: Vec<Asked>,
}

/// A medium in memory that checks every access and remembers it.
#[derive(Clone, Default)]
struct Traced(Arc<Mutex<Medium>>);

impl Traced {
    fn medium(&self) -> MutexGuard<'_, Medium> {
        self.0.lock().unwrap()
    }

    fn take(&self) -> Vec<Asked> {
        std::mem::take(&mut self.medium().asked)
    }

    /// The pages that a second handle reads when it checks everything the last commit reaches.
    fn reachable(&self) -> BTreeSet<usize> {
        let copy = {
            let medium = self.medium();
            Medium { bytes: medium.bytes.clone(), written: medium.written.clone(), asked: Vec::new() }
        };
        let copy = Self(Arc::new(Mutex::new(copy)));
        assert!(open(&copy, 1 << 20).check_integrity().unwrap(), "redb finds its own commit unsound");
        let reads = copy.take().into_iter().filter_map(|asked| match asked {
            Asked::Read(offset, len) if offset > 0 => Some(pages(offset, len)),
            _ => None,
        });
        reads.flatten().collect()
    }
}

impl std::fmt::Debug for Traced {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Traced")
    }
}

fn pages(offset: usize, len: usize) -> std::ops::Range<usize> {
    offset / PAGE..(offset + len) / PAGE
}

/// The header whole, or its magic number, or whole pages, a power of two of them.
fn check_access(offset: usize, len: usize, reads: bool) {
    if offset == 0 {
        assert!(len == 320 || (reads && len == GOD_BYTE), "an access of {len} bytes to the header");
        return;
    }
    assert!(offset.is_multiple_of(PAGE) && len.is_multiple_of(PAGE), "{len} bytes at {offset}");
    assert!((len / PAGE).is_power_of_two(), "{} pages at {offset}", len / PAGE);
}

impl StorageBackend for Traced {
    fn len(&self) -> io::Result<u64> {
        Ok(u64::try_from(self.medium().bytes.len()).unwrap())
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let offset = usize::try_from(offset).unwrap();
        check_access(offset, out.len(), true);
        let mut medium = self.medium();
        if offset > 0 {
            assert!(
                pages(offset, out.len()).all(|page| medium.written.contains(&page)),
                "a page that was never written is read at {offset}"
            );
        }
        out.copy_from_slice(&medium.bytes[offset..][..out.len()]);
        medium.asked.push(Asked::Read(offset, out.len()));
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let len = usize::try_from(len).unwrap();
        assert!(len.is_multiple_of(PAGE), "a length of {len}");
        let mut medium = self.medium();
        medium.bytes.resize(len, 0);
        medium.written.retain(|page| page * PAGE < len);
        medium.asked.push(Asked::SetLen(len));
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        self.medium().asked.push(Asked::Sync);
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let offset = usize::try_from(offset).unwrap();
        check_access(offset, data.len(), false);
        let god_byte = (offset == 0).then(|| data[GOD_BYTE]);
        assert!(god_byte.is_none_or(|byte| byte & !0b111 == 0), "an unknown bit in {god_byte:?}");
        let mut medium = self.medium();
        medium.bytes[offset..][..data.len()].copy_from_slice(data);
        medium.written.extend(pages(offset, data.len()));
        medium.asked.push(Asked::Write(offset, data.len(), god_byte));
        Ok(())
    }

    fn try_lock_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<bool, BackendError> {
        Ok(true)
    }

    fn unlock_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<(), BackendError> {
        Ok(())
    }
}

fn open(medium: &Traced, cache: usize) -> Database {
    Builder::new().set_cache_size(cache).create_with_backend(medium.clone()).unwrap()
}

/// One commit as the store makes it: keys put with values of `len`, or removed.
fn commit(database: &Database, puts: std::ops::Range<u64>, len: usize, removed: std::ops::Range<u64>) {
    let mut transaction = database.begin_write().unwrap();
    transaction.set_quick_repair(true);
    {
        let mut table = transaction.open_table(TABLE).unwrap();
        let value: Vec<u8> = (0..len).map(|at| (at % 251) as u8).collect();
        puts.for_each(|key| drop(table.insert(key, value.as_slice()).unwrap()));
        removed.for_each(|key| drop(table.remove(key).unwrap()));
    }
    transaction.commit().unwrap();
}

/// Puts and removals, small and large, by cache size; the last ones evict and shrink.
const COMMITS: &[(std::ops::Range<u64>, usize, std::ops::Range<u64>)] = &[
    (0..1, 100, 0..0),
    (1..60, 300, 0..1),
    (10..20, 9_000, 0..0),
    (100..101, 700_000, 0..0),
    (200..600, 1_000, 0..0),
    (0..5, 5, 100..101),
    (0..0, 0, 200..600),
    (700..900, 4_000, 0..0),
    (0..3, 40, 700..900),
];

const CACHES: [usize; 2] = [40 * 1024, 4 << 20];

/// The god byte's primary bit flips behind the first of two syncs and before the second, and at no other time.
fn check_commit(asked: &[Asked], before: u8) {
    let syncs = asked.iter().filter(|asked| **asked == Asked::Sync).count();
    let growths = asked.windows(2).filter(|pair| matches!(pair, [Asked::SetLen(_), Asked::Sync])).count();
    assert_eq!(syncs - growths, 2, "{syncs} syncs, {growths} of them for growth");
    let mut left = syncs;
    let mut flipped = before;
    for asked in asked {
        match asked {
            Asked::Sync => left -= 1,
            Asked::Write(_, _, Some(god_byte)) => {
                assert!(
                    left == 1 || god_byte & 1 == before & 1,
                    "the primary bit flips {left} syncs too early"
                );
                if left > 0 {
                    flipped = *god_byte;
                }
            }
            _ => {}
        }
    }
    assert_ne!(flipped & 1, before & 1, "the last sync of a commit does not flip the primary bit");
}

#[test]
fn a_commit_takes_two_syncs_and_flips_the_primary_bit_before_the_last() {
    for cache in CACHES {
        let medium = Traced::default();
        let database = open(&medium, cache);
        for (puts, len, removed) in COMMITS {
            let before = medium.medium().bytes[GOD_BYTE];
            medium.take();
            commit(&database, puts.clone(), *len, removed.clone());
            check_commit(&medium.take(), before);
        }
    }
}

#[test]
fn no_page_of_the_last_commit_is_written_before_the_next_is_durable() {
    let mut rewritten_later = 0;
    for cache in CACHES {
        let medium = Traced::default();
        let database = open(&medium, cache);
        let mut former = BTreeSet::new();
        for (puts, len, removed) in COMMITS.iter().cycle().take(4 * COMMITS.len()) {
            let reachable = medium.reachable();
            medium.take();
            commit(&database, puts.clone(), *len, removed.clone());
            let asked = medium.take();
            let last = asked.iter().rposition(|asked| *asked == Asked::Sync).unwrap();
            let written: BTreeSet<usize> = asked[..last]
                .iter()
                .filter_map(|asked| match asked {
                    Asked::Write(offset, len, None) => Some(pages(*offset, *len)),
                    _ => None,
                })
                .flatten()
                .collect();
            let live: Vec<_> = written.intersection(&reachable).collect();
            assert!(live.is_empty(), "pages {live:?} of the last commit are overwritten");
            rewritten_later += written.intersection(&former).count();
            former = reachable;
        }
    }
    // The control: pages are used again, one commit later.
    assert!(rewritten_later > 10, "{rewritten_later}");
}

#[test]
fn every_access_is_to_the_header_or_to_whole_pages_that_were_written() {
    for cache in CACHES {
        let medium = Traced::default();
        for _ in 0..3 {
            let mut database = open(&medium, cache);
            for (puts, len, removed) in COMMITS {
                commit(&database, puts.clone(), *len, removed.clone());
            }
            let mut aborted = database.begin_write().unwrap();
            aborted.set_quick_repair(true);
            {
                let mut table = aborted.open_table(TABLE).unwrap();
                (0..100).for_each(|key| drop(table.insert(key, [7; 9_000].as_slice()).unwrap()));
            }
            aborted.abort().unwrap();
            let read = database.begin_read().unwrap().open_table(TABLE).unwrap();
            assert_eq!(read.get(15).unwrap().unwrap().value().len(), 9_000);
            drop(read);
            assert!(database.check_integrity().unwrap());
        }
        let asked = medium.take();
        let count = |wanted: fn(&Asked) -> bool| asked.iter().filter(|asked| wanted(asked)).count();
        assert!(count(|asked| matches!(asked, Asked::Read(0, GOD_BYTE))) >= 2, "open reads the magic number");
        assert!(count(|asked| matches!(asked, Asked::Write(0, 320, _))) > 20);
        assert!(count(|asked| matches!(asked, Asked::Write(1.., 4097.., _))) > 3, "pages of several blocks");
        assert!(count(|asked| matches!(asked, Asked::SetLen(_))) > 3);
    }
}

/// The control: the checks can fail.
#[test]
fn an_access_that_is_not_whole_pages_is_noticed() {
    for (offset, len) in [(0, 512), (0, 9), (4096, 100), (100, 4096), (4096, 3 * 4096)] {
        let noticed = std::panic::catch_unwind(|| check_access(offset, len, false));
        assert!(noticed.is_err(), "{len} bytes at {offset}");
    }
    let early = [Asked::Write(0, 320, Some(1)), Asked::Sync, Asked::Write(0, 320, Some(1)), Asked::Sync];
    let missing = [Asked::Write(0, 320, Some(0)), Asked::Sync, Asked::Sync];
    for asked in [early.as_slice(), missing.as_slice(), &missing[..2]] {
        assert!(std::panic::catch_unwind(|| check_commit(asked, 0)).is_err(), "{asked:?}");
    }
}
