//! What the library finds in a file.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};
use strongroom::{
    AuditReads, Environment, Error, ErrorKind, KdfCost, Listed, ManualClock, OnExpiry, Query, SecretInfo,
    SecretPath, SlotKind, Store, StoreOptions, Tier, Timestamp, Transaction, Update, VersionInfo,
    VersionState,
};

use super::key::Key;
use super::reading::{Access, Audited, Reading, Secret, Slot, Version};
use super::{hex, id_of};
use crate::fixture::{Folder, patient};

/// What the library finds in the file, as of `now`, or of its last commit if that is later.
pub(super) fn read_by_library(path: &Path, key: &Key, now: i64) -> Result<Reading, Error> {
    let store = at(now).read_only(true).open(path, key.unlock())?;
    let report = store.verify()?;
    let health = store.health()?;
    let retentions = store.policy().retentions()?.into_iter().map(|(path, kept)| {
        let kept = (kept.max_versions().map(u64::from), kept.trash_days().map(u64::from));
        (path.map(|path| path.to_string()).unwrap_or_default(), kept)
    });
    Ok(Reading {
        secrets: secrets_of(path, key, now)?,
        retention: retentions.collect(),
        backup: health.last_backup_at.map(Timestamp::as_millis),
        jumped: health.clock_jumped,
        environment: u64::from(store.environment()? == Environment::Test),
        opened: report.opened.unwrap(),
        blocks: report.blocks,
        access: access_of(&store)?,
    })
}

/// What the library says of the log in the file, and of calls that happen once.
pub(super) fn audited_by_library(path: &Path, key: &Key, now: i64) -> Result<Audited, Error> {
    let store = at(now).read_only(true).open(path, key.unlock())?;
    let policy = store.policy().audit()?;
    let mode = |tier| match policy.of(tier) {
        AuditReads::Batched => 0,
        AuditReads::Strict => 1,
        AuditReads::Off => 2,
        other => panic!("the reader knows no {other:?}"),
    };
    Ok(Audited {
        first: store.audit().verify(None)?.first,
        reads: [Tier::Standard, Tier::Sensitive, Tier::Critical].map(mode),
        days: policy.days().map(u64::from),
        bytes: policy.bytes(),
        window: store.policy().idempotency_window()?.as_secs(),
    })
}

fn at(now: i64) -> StoreOptions {
    patient().clock(&ManualClock::start(Timestamp::from_millis(now)))
}

/// Reads a copy that can be written: to look at what is deleted it has to be restored, in a transaction that is not
/// committed.
fn secrets_of(path: &Path, key: &Key, now: i64) -> Result<BTreeMap<String, Secret>, Error> {
    let folder = Folder::in_memory();
    let copy = folder.join("copy");
    fs::copy(path, &copy).unwrap();
    let store = at(now).open(&copy, key.unlock())?;
    let all = store.scan(Query::all().state(Listed::All).limit(1_000)).collect::<Result<Vec<_>, _>>()?;
    let mut secrets = BTreeMap::new();
    let doomed = store.transaction(|tx| {
        for (number, info) in all.iter().enumerate() {
            secrets.insert(id_of(&info.id().to_string()), secret_of(tx, number, info)?);
        }
        // Any error undoes it.
        tx.get("a path that nobody has").map(drop)
    });
    match doomed {
        Err(error) if error.kind() == ErrorKind::NotFound && secrets.len() == all.len() => Ok(secrets),
        Err(error) => Err(error),
        Ok(()) => panic!("somebody has that path"),
    }
}

fn secret_of(tx: &mut Transaction<'_, '_>, number: usize, info: &SecretInfo) -> Result<Secret, Error> {
    let times = info.trashed().map(|times| (times.deleted_at.as_millis(), times.purge_at.as_millis()));
    let path = match times {
        None => Some(info.path().clone()),
        Some(_) => {
            let path = SecretPath::parse(&format!("restored to look at it/{number}"))?;
            match tx.restore_to(info.id(), &path) {
                Ok(_) => Some(path),
                Err(error) if error.kind() == ErrorKind::NotFound => None,
                Err(error) => return Err(error),
            }
        }
    };
    let mut versions = Vec::new();
    if let Some(path) = path {
        // What has expired shows no value.
        if info.expires_at().is_some() {
            tx.update(&path, Update::new().expires_at(None))?;
        }
        for version in tx.versions(&path)? {
            versions.push(version_of(tx, &path, version)?);
        }
    }
    Ok(Secret {
        path: info.path().to_string(),
        tier: info.tier() as u64,
        meta_version: info.meta_version(),
        created: info.created_at().as_millis(),
        updated: info.updated_at().as_millis(),
        accessed: info.accessed_at().map(Timestamp::as_millis),
        tags: info.tags().iter().map(|(key, value)| format!("{key}={value}\n")).collect(),
        description: info.description().to_owned(),
        content_type: info.content_type().to_owned(),
        keeps: (info.max_versions().map(u64::from), info.trash_days().map(u64::from)),
        expires: info
            .expires_at()
            .map(|time| (time.as_millis(), u64::from(info.on_expiry() == OnExpiry::Trash))),
        rotates: info.rotate_every().map(|every| every.as_secs()),
        trashed: times,
        versions,
    })
}

fn version_of(tx: &mut Transaction<'_, '_>, path: &SecretPath, info: VersionInfo) -> Result<Version, Error> {
    let (state, until) = match info.state {
        VersionState::Current => ("current", None),
        VersionState::Superseded => ("superseded", None),
        VersionState::Grace { until } => ("grace", Some(until.as_millis())),
        VersionState::Retired => ("retired", None),
        VersionState::Deleted { until } => ("deleted", Some(until.as_millis())),
        VersionState::Destroyed => ("destroyed", None),
        state => panic!("{path} is {state:?}"),
    };
    let shown = match info.state {
        VersionState::Deleted { .. } => tx.restore_version(path, info.number)?.state,
        state => state,
    };
    let digest = match shown {
        VersionState::Destroyed | VersionState::Retired => None,
        _ => Some(hex(&Sha256::digest(tx.get_version(path, info.number)?.value().expose()))),
    };
    Ok(Version {
        number: info.number,
        created: info.created_at.as_millis(),
        size: info.size,
        state: state.to_owned(),
        deleted: info.deleted_at.map(Timestamp::as_millis),
        until,
        note: info.note,
        digest,
    })
}

/// What the library says of the slots and the state of an open store.
fn access_of(store: &Store) -> Result<Access, Error> {
    let cost = |cost: KdfCost| vec![cost.memory_kib().into(), cost.passes().into(), cost.lanes().into()];
    let slots = store.slots().list()?.into_iter().map(|slot| Slot {
        id: id_of(&slot.id.to_string()),
        kind: match slot.kind {
            SlotKind::Passphrase => 1,
            SlotKind::RawKey => 2,
            SlotKind::KeyFile => 3,
            SlotKind::PassphraseAndKeyFile => 4,
            SlotKind::RecoveryCode => 5,
            kind => panic!("the reader knows no {kind:?}"),
        },
        cost: slot.kdf_cost.map(cost),
        label: slot.label,
        created: slot.created_at.map(Timestamp::as_millis),
        used: slot.last_used_at.map(Timestamp::as_millis),
    });
    let slots = slots.collect();
    Ok(Access { slots, floor: cost(store.policy().kdf_floor()?), pin: store.pin()?.to_string() })
}
