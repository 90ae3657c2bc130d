//! Verification: everything the last commit reaches, on a second redb handle whose writes are held back.

use std::sync::Arc;

use redb::ReadableDatabase;

use super::snapshot::{Rows, Snapshot};
use super::{Engine, Keyring, Sealer, TABLE, audit, engine_error, guarded, rows, secrets, slots};
use crate::error::{Error, ErrorKind, Result};
use crate::limits::{CACHE_BYTES_DEFAULT, CACHE_BYTES_MIN};
use crate::record::audit::genesis;
use crate::record::codec::{Authenticated, decode};
use crate::record::path::SecretPath;
use crate::record::secret::{SecretRecord, StoreRecord, VersionRecord};
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
            open_everything(&Snapshot::new(table, &engine.backend), file, counts)
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
    let pieces = open_current(rows, &sealer, &mut counts)? + open_history(rows, &sealer, &mut counts)?;
    check_pieces(rows, pieces)?;
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

/// Opens the current version of every path, and returns how many rows their values have.
fn open_current(rows: &Snapshot<'_>, sealer: &Sealer<'_>, counts: &mut Counts) -> Result<u64> {
    let mut pieces = 0;
    let (from, to) = rows::paths_under(None);
    rows.scan(&from, &to, &mut |key, row| {
        let path = rows::path_of(key).ok_or_else(inconsistent)?;
        let secret: SecretRecord = decode(&Authenticated::from_page(row))?;
        secrets::value(rows, sealer, &path, &secret, &secret.current)?;
        pieces += u64::from(secret.current.pieces);
        counts.secrets += 1;
        counts.versions += 1;
        Ok(true)
    })?;
    Ok(pieces)
}

/// Opens every version that is not current, and returns how many rows their values have.
///
/// Each anchor must lead to a path that leads back; as there are as many anchors as paths, none is left over.
fn open_history(rows: &Snapshot<'_>, sealer: &Sealer<'_>, counts: &mut Counts) -> Result<u64> {
    let (mut pieces, mut anchors) = (0, 0);
    let mut owner: Option<(SecretPath, SecretRecord)> = None;
    let (from, to) = rows::all_history();
    rows.scan(&from, &to, &mut |key, row| {
        let (id, number) = rows::history_of(key).ok_or_else(inconsistent)?;
        if number == 0 {
            let path = std::str::from_utf8(row).ok().and_then(|path| SecretPath::parse(path).ok());
            let path = path.ok_or_else(inconsistent)?;
            let secret = secrets::find(rows, &path)?.filter(|secret| secret.id == id);
            owner = Some((path, secret.ok_or_else(inconsistent)?));
            anchors += 1;
            return Ok(true);
        }
        let (path, secret) = owner.as_ref().filter(|(_, secret)| secret.id == id).ok_or_else(inconsistent)?;
        let version: VersionRecord = decode(&Authenticated::from_page(row))?;
        if version.number != number || number >= secret.current.number {
            return Err(inconsistent());
        }
        secrets::value(rows, sealer, path, secret, &version)?;
        pieces += u64::from(version.pieces);
        counts.versions += 1;
        Ok(true)
    })?;
    if anchors == counts.secrets { Ok(pieces) } else { Err(inconsistent()) }
}

/// Every row of a value belongs to a version.
fn check_pieces(rows: &Snapshot<'_>, expected: u64) -> Result<()> {
    let (from, to) = rows::all_pieces();
    let mut found = 0;
    rows.scan(&from, &to, &mut |_, _| {
        found += 1;
        Ok(true)
    })?;
    if found == expected { Ok(()) } else { Err(inconsistent()) }
}

fn inconsistent() -> Error {
    Error::new(ErrorKind::Damaged, "rows of the store contradict each other; restore a backup of the file")
}
