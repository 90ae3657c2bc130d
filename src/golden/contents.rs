//! What is in a store, as lines of the text beside it: see FORMAT 12.

use super::text::hex;
use crate::{
    Error, ErrorKind, Listed, Query, Result, SecretInfo, SecretPath, Store, Timestamp, Transaction, Update,
    VersionInfo, VersionState,
};

/// The lines, in the order in which they stand in the text.
pub(super) const NAMES: [&str; 11] = [
    "secret",
    "tag",
    "description",
    "content-type",
    "keeps",
    "expires",
    "rotates",
    "version",
    "retention",
    "backup",
    "clock",
];

/// Everything in a store that can be written, which stays as it is.
pub(super) fn contents_of(store: &Store) -> Result<String> {
    let listed = store.list(Query::all().state(Listed::All).limit(1000))?;
    assert!(!listed.has_more());
    let mut text = String::new();
    let doomed: Result<()> = store.transaction(|tx| {
        for (number, info) in listed.items().iter().enumerate() {
            text += &secret(tx, number, info)?;
        }
        Err(Error::new(ErrorKind::Cancelled, "what was restored to look at it is to stay where it was"))
    });
    match doomed {
        Err(error) if error.kind() == ErrorKind::Cancelled => {}
        other => panic!("{other:?}"),
    }
    for (namespace, kept) in store.policy().retentions()? {
        let namespace = namespace.map(|path| path.to_string()).unwrap_or_default();
        let line =
            format!("retention: {} {} {namespace}", or_dash(kept.max_versions()), or_dash(kept.trash_days()));
        text += line.trim_end();
        text += "\n";
    }
    let health = store.health()?;
    text += &format!("backup: {}\n", time(health.last_backup_at));
    Ok(text + if health.clock_jumped { "clock: jumped\n" } else { "clock: right\n" })
}

fn or_dash(value: Option<impl ToString>) -> String {
    value.map_or("-".to_owned(), |value| value.to_string())
}

fn time(time: Option<Timestamp>) -> String {
    or_dash(time.map(Timestamp::as_millis))
}

fn secret(tx: &mut Transaction<'_, '_>, number: usize, info: &SecretInfo) -> Result<String> {
    let id = info.id();
    let trashed = info.trashed();
    let mut text = format!(
        "secret: {id} {} {} {} {} {} {} {}\n",
        info.tier(),
        info.meta_version(),
        info.updated_at().as_millis(),
        time(info.accessed_at()),
        time(trashed.map(|trashed| trashed.deleted_at)),
        time(trashed.map(|trashed| trashed.purge_at)),
        info.path(),
    );
    for (key, value) in info.tags().iter() {
        text += &format!("tag: {id} {key}={value}\n");
    }
    if !info.description().is_empty() {
        text += &format!("description: {id} {}\n", hex(info.description().as_bytes()));
    }
    if !info.content_type().is_empty() {
        text += &format!("content-type: {id} {}\n", info.content_type());
    }
    if info.max_versions().is_some() || info.trash_days().is_some() {
        text += &format!("keeps: {id} {} {}\n", or_dash(info.max_versions()), or_dash(info.trash_days()));
    }
    if let Some(at) = info.expires_at() {
        text += &format!("expires: {id} {} {}\n", at.as_millis(), info.on_expiry().as_str());
    }
    if let Some(every) = info.rotate_every() {
        text += &format!("rotates: {id} {}\n", every.as_secs());
    }
    let path = match trashed {
        None => info.path().clone(),
        Some(_) => {
            let path = SecretPath::parse(&format!("restored to look at it/{number}"))?;
            match tx.restore_to(id, &path) {
                Ok(_) => path,
                // Its time is over, and nobody swept.
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(text),
                Err(error) => return Err(error),
            }
        }
    };
    if info.expires_at().is_some() {
        // What has expired stays as it is; only no value of it is read.
        tx.update(&path, Update::new().expires_at(None))?;
    }
    for version in tx.versions(&path)? {
        text += &format!("version: {id} {}\n", version_of(tx, &path, &version)?);
    }
    Ok(text)
}

fn version_of(tx: &mut Transaction<'_, '_>, path: &SecretPath, version: &VersionInfo) -> Result<String> {
    let number = version.number;
    let (state, until) = match version.state {
        VersionState::Current => ("current", None),
        VersionState::Superseded => ("superseded", None),
        VersionState::Grace { until } => ("grace", Some(until)),
        VersionState::Retired => ("retired", None),
        VersionState::Deleted { until } => ("deleted", Some(until)),
        VersionState::Destroyed => ("destroyed", None),
    };
    let shown = match version.state {
        VersionState::Deleted { .. } => tx.restore_version(path, number)?.state,
        state => state,
    };
    let value = match shown {
        VersionState::Destroyed | VersionState::Retired => "-".to_owned(),
        _ => spelled(tx.get_version(path, number)?.value().expose()),
    };
    let (created, size) = (version.created_at.as_millis(), version.size);
    let (deleted, until) = (time(version.deleted_at), time(until));
    let text = format!("{number} {created} {size} {state} {deleted} {until} {value} {}", version.note);
    Ok(text.trim_end().to_owned())
}

/// Bytes as short as golden files spell them.
pub(super) fn spelled(bytes: &[u8]) -> String {
    match bytes {
        [] => "00*0".to_owned(),
        [first, ..] if bytes.len() > 16 && bytes.iter().all(|byte| byte == first) => {
            format!("{first:02x}*{}", bytes.len())
        }
        _ if bytes.len() > 16 && (0..=250).cycle().zip(bytes).all(|(count, byte)| count == *byte) => {
            format!("count*{}", bytes.len())
        }
        _ => hex(bytes),
    }
}

#[test]
fn every_spelling_stands_for_its_bytes() {
    use super::text::bytes_of;
    let counted: Vec<u8> = (0..=250).cycle().take(300).collect();
    for (bytes, text) in [
        (&[][..], "00*0"),
        (&[7; 16], "07070707070707070707070707070707"),
        (&[7; 17], "07*17"),
        (&counted, "count*300"),
        (&counted[1..3], "0102"),
    ] {
        assert_eq!((spelled(bytes).as_str(), bytes_of(text).as_deref()), (text, Some(bytes)));
    }
}
