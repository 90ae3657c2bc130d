//! What becomes of a changed file: refused, harmless, an older state, or, which must never be, something else.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::patched::Patched;
use super::subject::unlock;
use crate::sealed::disk::Disk;
use crate::sealed::disk::recording::{Asked, RecordingDisk};
use crate::{
    Error, ErrorKind, Listed, OpenReport, OpenedReport, Query, Result, Retention, SecretInfo, SecretPath,
    Store, StoreOptions, TagCount, VersionInfo,
};

type Version = (VersionInfo, Option<Vec<u8>>);

/// Everything a store shows.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Contents {
    /// Live or in the trash; of the live ones every version, and the value of each that can be read.
    secrets: Vec<(SecretInfo, Vec<Version>)>,
    tags: Vec<TagCount>,
    retention: Vec<(Option<SecretPath>, Retention)>,
    opened: Option<OpenedReport>,
    pub(super) reachable_blocks: u64,
    pub(super) report: OpenReport,
}

impl Contents {
    fn same_data(&self, other: &Self) -> bool {
        (&self.secrets, &self.tags, &self.retention, &self.opened)
            == (&other.secrets, &other.tags, &other.retention, &other.opened)
    }
}

/// The outcome of one attack.
#[derive(Clone, Debug)]
pub(super) enum Judged {
    /// Refused while opening.
    Refused(ErrorKind),
    /// Opened, and refused while reading or verifying.
    Found(ErrorKind),
    /// Holds the state with this index.
    State(usize, OpenReport),
    /// Holds none of the states.
    Other(Box<Contents>),
    Panicked,
}

/// Opens a file, reads everything, verifies, closes, and compares with the states it may hold.
pub(super) fn judge(file: Patched, states: &[&Contents]) -> Judged {
    let file = Arc::new(file);
    let looked = catch_unwind(AssertUnwindSafe(|| look(file.clone())));
    assert_eq!(file.changes(), 0, "a changed file was written to");
    match looked {
        Err(_) => Judged::Panicked,
        Ok(Err(refused)) => *refused,
        Ok(Ok(contents)) => match states.iter().position(|state| contents.same_data(state)) {
            Some(index) => Judged::State(index, contents.report),
            None => Judged::Other(Box::new(contents)),
        },
    }
}

/// Opens, reads everything, verifies and closes.
fn look(file: Arc<dyn Disk>) -> std::result::Result<Contents, Box<Judged>> {
    let refused = |error: Error| Box::new(Judged::Refused(error.kind()));
    let found = |error: Error| Box::new(Judged::Found(error.kind()));
    let store = StoreOptions::new().open_on(file, &unlock()).map_err(refused)?;
    let contents = read(&store);
    // What it read is not to be written down, or every file would be.
    store.forget_reads();
    let contents = contents.map_err(found)?;
    store.close().map_err(found)?;
    Ok(contents)
}

fn read(store: &Store) -> Result<Contents> {
    let mut secrets = Vec::new();
    for info in store.list(Query::all().state(Listed::All).limit(1_000))? {
        let live = info.trashed().is_none();
        let versions = if live { read_versions(store, info.path())? } else { Vec::new() };
        secrets.push((info, versions));
    }
    let mut tags = store.tag_keys()?;
    for key in tags.clone() {
        tags.extend(store.tag_values(&key.name)?);
    }
    let retention = store.policy().retentions()?;
    let verified = store.verify()?;
    Ok(Contents {
        secrets,
        tags,
        retention,
        opened: verified.opened,
        reachable_blocks: verified.blocks,
        report: store.open_report(),
    })
}

fn read_versions(store: &Store, path: &SecretPath) -> Result<Vec<Version>> {
    let read = |version: VersionInfo| match store.get_version(path, version.number) {
        Ok(secret) => Ok((version, Some(secret.value().expose().to_vec()))),
        Err(_) if !version.state.is_readable() => Ok((version, None)),
        Err(error) => Err(error),
    };
    store.versions(path)?.into_iter().map(read).collect()
}

/// Which bytes of an untouched file are looked at when it is judged. Another byte cannot make a difference: what
/// happens depends on the bytes that were read and on nothing else in the file.
pub(super) fn bytes_looked_at(image: &[u8]) -> Vec<bool> {
    let disk = Arc::new(RecordingDisk::holding(image));
    look(disk.clone()).expect("the untouched store is sound");
    let mut looked_at = vec![false; image.len()];
    for asked in disk.take() {
        if let Asked::Read { offset, len } = asked {
            looked_at[usize::try_from(offset).unwrap()..][..len].fill(true);
        }
    }
    looked_at
}

/// Outcomes counted.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Tally {
    pub(super) refused: BTreeMap<String, u64>,
    pub(super) unchanged: u64,
    /// Rolled back to an older state that was allowed.
    pub(super) older: u64,
    /// Not tried, because nothing looks there.
    pub(super) never_read: u64,
}

impl Tally {
    /// Counts an outcome. `states[0]` is the present, the others are older states that may show.
    pub(super) fn attack(
        &mut self,
        what: impl std::fmt::Debug,
        file: Patched,
        states: &[&Contents],
    ) -> Judged {
        let judged = judge(file, states);
        match &judged {
            Judged::Refused(kind) => *self.refused.entry(format!("{kind:?}")).or_default() += 1,
            Judged::Found(kind) => *self.refused.entry(format!("{kind:?} after opening")).or_default() += 1,
            Judged::State(0, _) => self.unchanged += 1,
            Judged::State(..) => self.older += 1,
            Judged::Other(_) => panic!("{what:?}: the store opens with other data"),
            Judged::Panicked => panic!("{what:?}: a panic"),
        }
        judged
    }

    pub(super) fn add(&mut self, other: Self) {
        for (kind, count) in other.refused {
            *self.refused.entry(kind).or_default() += count;
        }
        self.unchanged += other.unchanged;
        self.older += other.older;
        self.never_read += other.never_read;
    }

    pub(super) fn refused(&self, kind: ErrorKind) -> u64 {
        self.refused.get(&format!("{kind:?}")).copied().unwrap_or(0)
    }

    pub(super) fn all_refused(&self) -> u64 {
        self.refused.values().sum()
    }
}

pub(super) fn everything() -> bool {
    std::env::var("STRONGROOM_TAMPER").is_ok_and(|all| all == "all")
}
