//! Results in the shapes that scenarios compare.

use serde_json::{Value, json};
use strongroom::{
    Due, Error, Generator, Namespace, Rotated, Secret, SecretInfo, SignatureCheck, SweepReport, TagCount,
    Timestamp, Usage, VersionInfo, VersionState, Written,
};

use super::START;

/// Seconds since the beginning of the scenario.
pub(super) fn seconds(time: Timestamp) -> i64 {
    let millis = time.as_millis() - START;
    assert_eq!(millis % 1000, 0, "a scenario has whole seconds");
    millis / 1000
}

/// The bytes of a value.
pub(super) fn bytes(value: &Value) -> Vec<u8> {
    if let Some(text) = value.as_str() {
        return text.as_bytes().to_vec();
    }
    if let Some(hex) = value["hex"].as_str() {
        return data_encoding::HEXLOWER.decode(hex.as_bytes()).unwrap();
    }
    let times = usize::try_from(value["times"].as_u64().unwrap()).unwrap();
    value["repeat"].as_str().unwrap().repeat(times).into_bytes()
}

/// A value as it is compared: in hexadecimal.
pub(super) fn hex(value: &[u8]) -> Value {
    json!({"hex": data_encoding::HEXLOWER.encode(value)})
}

pub(super) fn written(written: Written) -> Value {
    json!({
        "id": written.id().to_string(),
        "path": written.path().as_str(),
        "version": written.version(),
        "tier": written.tier().as_str(),
        "created_at": seconds(written.created_at()),
        "updated_at": seconds(written.updated_at()),
    })
}

pub(super) fn rotated(rotated: Rotated) -> Value {
    json!({
        "id": rotated.written.id().to_string(),
        "path": rotated.written.path().as_str(),
        "tier": rotated.written.tier().as_str(),
        "old_version": rotated.old_version,
        "new_version": rotated.written.version(),
        "old_expires_at": seconds(rotated.old_expires_at),
    })
}

pub(super) fn due(due: &Due) -> Value {
    json!({
        "path": due.path.as_str(),
        "id": due.id.to_string(),
        "reason": due.reason.as_str(),
        "at": seconds(due.at),
    })
}

pub(super) fn check(check: SignatureCheck) -> Value {
    let found = match check {
        SignatureCheck::Version(_) => "valid",
        SignatureCheck::Wrong => "wrong",
        SignatureCheck::TooOld => "too_old",
        SignatureCheck::TooEarly => "too_early",
        other => panic!("{other:?}"),
    };
    json!({"found": found, "version": check.version()})
}

pub(super) fn generated(how: &Generator) -> Result<Value, Error> {
    let length = how.generate()?.len();
    let whole_bits: u64 = how.entropy_bits()?.floor().to_string().parse().unwrap();
    Ok(json!({"length": length, "entropy_bits": whole_bits}))
}

pub(super) fn swept(report: SweepReport) -> Value {
    json!({
        "secrets": report.secrets, "versions": report.versions,
        "expiring": report.expiring, "expired": report.expired, "audit_events": report.audit_events,
        "more": report.more, "held_back": report.held_back,
    })
}

pub(super) fn secret(secret: Secret) -> Value {
    json!({"value": hex(secret.value().expose()), "version": secret.version(), "info": info(secret.info())})
}

pub(super) fn info(info: &SecretInfo) -> Value {
    let tags: serde_json::Map<String, Value> =
        info.tags().iter().map(|(key, value)| (key.to_owned(), value.into())).collect();
    let trashed = info.trashed();
    json!({
        "id": info.id().to_string(),
        "path": info.path().as_str(),
        "version": info.version(),
        "meta_version": info.meta_version(),
        "tier": info.tier().as_str(),
        "description": info.description(),
        "tags": tags,
        "content_type": info.content_type(),
        "size_class": info.size_class(),
        "created_at": seconds(info.created_at()),
        "updated_at": seconds(info.updated_at()),
        "accessed_at": info.accessed_at().map(seconds),
        "deleted_at": trashed.map(|trashed| seconds(trashed.deleted_at)),
        "purge_at": trashed.map(|trashed| seconds(trashed.purge_at)),
        "max_versions": info.max_versions(),
        "trash_days": info.trash_days(),
        "expires_at": info.expires_at().map(seconds),
        "on_expiry": info.on_expiry().as_str(),
        "rotate_every": info.rotate_every().map(|every| every.as_secs()),
        "rotation_due_at": info.rotation_due_at().map(seconds),
    })
}

pub(super) fn version(version: &VersionInfo) -> Value {
    let (state, until) = match version.state {
        VersionState::Current => ("current", None),
        VersionState::Superseded => ("superseded", None),
        VersionState::Grace { until } => ("grace", Some(until)),
        VersionState::Retired => ("retired", None),
        VersionState::Deleted { until } => ("deleted", Some(until)),
        VersionState::Destroyed => ("destroyed", None),
        other => panic!("{other:?}"),
    };
    json!({
        "number": version.number,
        "state": state,
        "size": version.size,
        "note": version.note,
        "created_at": seconds(version.created_at),
        "deleted_at": version.deleted_at.map(seconds),
        "until": until.map(seconds),
    })
}

pub(super) fn namespace(namespace: &Namespace) -> Value {
    json!({"path": namespace.path.as_str(), "secrets": namespace.secrets})
}

pub(super) fn counts(counts: Vec<TagCount>) -> Value {
    counts.iter().map(|count| json!({"name": count.name, "secrets": count.secrets})).collect()
}

pub(super) fn usage(usage: Usage) -> Value {
    json!({"secrets": usage.secrets, "versions": usage.versions, "value_bytes": usage.value_bytes})
}
