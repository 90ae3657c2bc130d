//! Verification: everything the last commit reaches, on a second redb handle whose writes are held back.

use std::collections::HashSet;
use std::sync::Arc;

use redb::ReadableDatabase;

use super::secrets::Home;
use super::snapshot::{Rows, Snapshot};
use super::{
    Engine, Keyring, Sealer, TABLE, audit, engine_error, guarded, history, idempotency, retention, rows,
    schedule, secrets, slots, state, tags, trash,
};
use crate::error::{Error, ErrorKind, Result};
use crate::limits::{CACHE_BYTES_DEFAULT, CACHE_BYTES_MIN};
use crate::record::audit::genesis;
use crate::record::codec::{Authenticated, decode};
use crate::record::expiry::OnExpiry;
use crate::record::path::SecretPath;
use crate::record::secret::{SecretRecord, StoreRecord, VersionRecord};
use crate::record::tag::Tags;
use crate::record::tier::Tier;
use crate::sealed::backend::Backend;
use crate::sealed::file::SealedFile;

/// How much a verification looks at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Depth {
    /// Every reachable block authenticates, and redb's checksums hold from the root down: an older block put back
    /// is found here.
    Blocks,
    /// Beyond that, every record decodes, every value opens and the audit chain holds.
    Values,
}

/// What a verification counted.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Counts {
    pub(crate) blocks: u64,
    pub(crate) unreachable_blocks: u64,
    pub(crate) secrets: u64,
    pub(crate) trashed: u64,
    pub(crate) versions: u64,
    pub(crate) events: u64,
}

/// Verifies the last durable state. The caller keeps writers out; readers go on.
pub(crate) fn verify(file: &Arc<SealedFile>, depth: Depth) -> Result<Counts> {
    file.check_usable()?;
    let cache_bytes = match depth {
        Depth::Blocks => CACHE_BYTES_MIN,
        Depth::Values => CACHE_BYTES_DEFAULT,
    };
    let backend = Backend::for_verification(file.clone())?;
    let mut engine = Engine::over(backend, cache_bytes)?;
    let checked = guarded(|| check(&mut engine, file, depth));
    engine.abandon()?;
    checked
}

fn check(engine: &mut Engine, file: &Arc<SealedFile>, depth: Depth) -> Result<Counts> {
    let sound = engine.database.check_integrity();
    if !sound.map_err(|error| engine_error(&engine.backend, error))? {
        return Err(Error::new(
            ErrorKind::Tampered,
            "the store's pages do not fit together: a block was altered or put back; restore a backup",
        ));
    }
    let blocks = engine.backend.reached();
    let unreachable_blocks = file.physical_blocks()?.saturating_sub(blocks);
    let counts = Counts { blocks, unreachable_blocks, ..Counts::default() };
    match depth {
        Depth::Blocks => Ok(counts),
        Depth::Values => {
            let transaction = engine.database.begin_read().map_err(|error| engine.error(error))?;
            let table = transaction.open_table(TABLE).map_err(|error| engine.error(error))?;
            open_everything(&Snapshot::new(Arc::new(table), &engine.backend), file, counts)
        }
    }
}

fn open_everything(rows: &Snapshot<'_>, file: &Arc<SealedFile>, mut counts: Counts) -> Result<Counts> {
    let keyring = Keyring::default();
    let sealer = Sealer { file, keyring: &keyring };
    let store = rows.get(&rows::STORE)?.ok_or_else(inconsistent)?;
    decode::<StoreRecord>(&Authenticated::from_page(&store))?;
    let slots = file.slots()?;
    if slots::known(rows)?.iter().any(|known| slots.iter().all(|slot| slot.id != *known)) {
        return Err(inconsistent());
    }
    slots::kdf_floor(rows)?;
    retention::all(rows)?;
    state::before_jump(rows)?;
    state::last_backup(rows)?;
    state::environment(rows)?;
    idempotency::check(rows)?;
    state::audit_policy(rows)?;
    let (ids, beside) = (HashSet::new(), Beside::default());
    let mut secrets = Secrets { rows, sealer, counts: &mut counts, ids, beside };
    secrets.open_all()?;
    check_beside(rows, &secrets.beside)?;
    let chain = audit::follow_log(rows, genesis(&file.place().store_id))?;
    if chain.head != file.stamp()?.audit_head {
        return Err(Error::new(
            ErrorKind::Tampered,
            "the audit log does not end where the last commit says; restore a backup of the file",
        ));
    }
    counts.events = chain.events;
    Ok(counts)
}

/// How many rows there must be beside those of the secrets.
#[derive(Default)]
struct Beside {
    history: u64,
    pieces: u64,
    /// Of live secrets, and those that the trash left.
    deleted_versions: u64,
    /// As those.
    scheduled: u64,
    /// What the trash may have left in the tag index.
    trashed_tags: HashSet<Vec<u8>>,
}

/// Opens every secret, live or in the trash.
struct Secrets<'a> {
    rows: &'a Snapshot<'a>,
    sealer: Sealer<'a>,
    counts: &'a mut Counts,
    /// No two secrets have one id.
    ids: HashSet<[u8; 16]>,
    beside: Beside,
}

impl Secrets<'_> {
    fn open_all(&mut self) -> Result<()> {
        let rows = self.rows;
        let (from, to) = rows::paths_under(None);
        rows.scan(&from, &to, &mut |key, row| {
            let path = rows::path_of(key).ok_or_else(inconsistent)?;
            let secret: SecretRecord = decode(&Authenticated::from_page(row))?;
            self.counts.secrets += 1;
            self.open(&path, &secret)?;
            self.check_live(&path, &secret)?;
            Ok(true)
        })?;
        trash::scan(rows, &mut |trashed| {
            let (path, secret) = (trashed.path, trashed.secret);
            self.counts.trashed += 1;
            self.open(&path, &secret)?;
            // What a delete left of them need not be there.
            self.deleted_versions(&path, &secret)?;
            self.scheduled(&path, &secret)?;
            let path = rows::path_bytes(&path);
            self.beside.trashed_tags.extend(secret.tags.lines().map(|tag| rows::tag(tag, &path)));
            Ok(true)
        })
    }

    /// Opens every version of a secret.
    fn open(&mut self, path: &SecretPath, secret: &SecretRecord) -> Result<()> {
        if OnExpiry::of(secret.schedule.unwrap_or_default().on_expiry).is_none() {
            return Err(inconsistent());
        }
        if Tier::of(secret.tier).is_none() || Tags::from_text(secret.tags.clone()).is_none() {
            return Err(inconsistent());
        }
        if secret.current.number == 0 || !self.ids.insert(secret.id) {
            return Err(inconsistent());
        }
        let superseded = history::superseded(self.rows, secret)?;
        if superseded.iter().any(|version| version.number == 0 || version.number >= secret.current.number) {
            return Err(inconsistent());
        }
        self.beside.history += count(superseded.len());
        for version in superseded.iter().chain([&secret.current]) {
            check_version(version)?;
            let value = Home { sealer: self.sealer, path }.open(self.rows, &secret.id, version)?;
            if value.map_or(0, |value| count(value.len())) != secrets::held_bytes(version) {
                return Err(inconsistent());
            }
            self.beside.pieces += u64::from(version.pieces);
            self.counts.versions += 1;
        }
        Ok(())
    }

    /// What must stand in other rows of a live secret.
    fn check_live(&mut self, path: &SecretPath, secret: &SecretRecord) -> Result<()> {
        let bytes = rows::path_bytes(path);
        for tag in secret.tags.lines() {
            if !tags::has(self.rows, tag, &bytes)? {
                return Err(inconsistent());
            }
        }
        let (deleted, noted) = self.deleted_versions(path, secret)?;
        let (due, scheduled) = self.scheduled(path, secret)?;
        if noted < deleted || scheduled < due { Err(inconsistent()) } else { Ok(()) }
    }

    /// For how many times something is to be done with a secret, and how many of them are noted, with its path.
    fn scheduled(&mut self, path: &SecretPath, secret: &SecretRecord) -> Result<(u64, u64)> {
        let (keys, mut noted) = (schedule::keys(secret), 0);
        for key in &keys {
            match self.rows.get(key)? {
                Some(at) if at != path.as_str().as_bytes() => return Err(inconsistent()),
                at => noted += u64::from(at.is_some()),
            }
        }
        self.beside.scheduled += noted;
        Ok((count(keys.len()), noted))
    }

    /// How many versions of a secret are deleted, and how many of them are noted as that, at its path.
    fn deleted_versions(&mut self, path: &SecretPath, secret: &SecretRecord) -> Result<(u64, u64)> {
        let (mut deleted, mut noted) = (0, 0);
        for version in history::all(self.rows, secret)? {
            if let Some(until) = version.standing.deleted_until() {
                deleted += 1;
                match self.rows.get(&rows::deleted_version(until, &secret.id, version.number))? {
                    Some(at) if at != path.as_str().as_bytes() => return Err(inconsistent()),
                    at => noted += u64::from(at.is_some()),
                }
            }
        }
        self.beside.deleted_versions += noted;
        Ok((deleted, noted))
    }
}

/// What a version says of itself.
fn check_version(version: &VersionRecord) -> Result<()> {
    if version.author.is_some() {
        let message = "a version was written by somebody whom only a newer version of strongroom knows";
        return Err(Error::new(ErrorKind::UnsupportedFormat, message));
    }
    let has_value = version.pieces > 0 || !version.tail.is_empty();
    if has_value && version.standing.is_destroyed() {
        return Err(inconsistent());
    }
    Ok(())
}

/// Every other row belongs to a secret.
fn check_beside(rows: &Snapshot<'_>, expected: &Beside) -> Result<()> {
    let number = |(from, to): (Vec<u8>, Vec<u8>)| {
        let mut found = 0;
        rows.scan(&from, &to, &mut |_, _| {
            found += 1;
            Ok(true)
        })
        .map(|()| found)
    };
    if number(rows::all_history())? != expected.history
        || number(rows::all_pieces())? != expected.pieces
        || number(rows::all_deleted_versions())? != expected.deleted_versions
        || number(rows::all_scheduled())? != expected.scheduled
    {
        return Err(inconsistent());
    }
    tags::check_rows(rows)?;
    tags::scan_all(rows, &mut |tag, bytes| {
        let path = rows::path_from(bytes).ok_or_else(inconsistent)?;
        let live = secrets::find(rows, &path)?;
        let is_borne = live.is_some_and(|secret| tags::bears(&secret.tags, tag));
        if is_borne || expected.trashed_tags.contains(&rows::tag(tag, bytes)) {
            Ok(true)
        } else {
            Err(inconsistent())
        }
    })
}

fn count(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}

fn inconsistent() -> Error {
    Error::new(ErrorKind::Damaged, "rows of the store contradict each other; restore a backup of the file")
}
