//! What a store shows, held against the model.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::model::{Model, Secret, Standing};
use super::operation::{Path, Question, TAGS};
use crate::{ErrorKind, Listed, OnExpiry, Query, SecretInfo, Sort, Store, Tier, Timestamp, VersionState};

/// Everything the model says, a line each.
fn told(model: &mut Model) -> Vec<String> {
    let (time, now) = (model.purge_time(), model.now());
    let mut lines = Vec::new();
    let mut live: Vec<(String, Secret)> = model.live.clone().into_iter().collect();
    live.sort_by(|(a, _), (b, _)| a.split('/').cmp(b.split('/')));
    for (path, secret) in live {
        lines.push(info_line(&path, &secret, None));
        for (number, version) in &secret.versions {
            let state = match (&version.standing, version.retired) {
                (Standing::Kept, _) if *number == secret.current => VersionState::Current,
                (Standing::Kept, Some(until)) if until > now => {
                    VersionState::Grace { until: Timestamp::from_millis(until) }
                }
                (Standing::Kept, Some(_)) => VersionState::Retired,
                (Standing::Kept, None) => VersionState::Superseded,
                (Standing::Deleted(until), _) if *until > time => {
                    VersionState::Deleted { until: Timestamp::from_millis(*until) }
                }
                (Standing::Deleted(_) | Standing::Destroyed, _) => VersionState::Destroyed,
            };
            let (size, created, note) = (version.value.len(), version.created, &version.note);
            lines.push(format!("  {number} {size} {created} {note:?} {state:?}"));
        }
        for number in 0..=secret.current + 1 {
            lines.push(value_line(number, &model.value(&path, Some(number))));
        }
        lines.push(value_line(0, &model.value(&path, None)));
        let accepted = secret.accepted(now);
        let is_read = accepted.is_empty() || !model.is_expired(&path);
        lines.push(format!("  accepts {:?}", is_read.then_some(accepted).ok_or(ErrorKind::Expired)));
    }
    let mut trash: Vec<String> = model
        .trash
        .iter()
        .map(|trashed| info_line(&trashed.path, &trashed.secret, Some((trashed.deleted, trashed.purge))))
        .collect();
    trash.sort();
    lines.extend(trash);
    lines
}

/// The same, of what the store shows.
fn shown(store: &Store) -> Vec<String> {
    let mut lines = Vec::new();
    for info in store.scan(Query::all().limit(3)) {
        let info = info.unwrap();
        let path = info.path();
        assert_eq!(store.info(path).unwrap().version(), info.version());
        lines.push(shown_line(&info));
        for version in store.versions(path).unwrap() {
            let (number, size, created) = (version.number, version.size, version.created_at.as_millis());
            lines.push(format!("  {number} {size} {created} {:?} {:?}", version.note, version.state));
        }
        let read = |secret: crate::Result<crate::Secret>| {
            secret.map(|secret| secret.value().expose().to_vec()).map_err(|error| error.kind())
        };
        for number in 0..=info.version() + 1 {
            lines.push(value_line(number, &read(store.get_version(path, number))));
        }
        lines.push(value_line(0, &read(store.get(path))));
        let numbers =
            |accepted: Vec<crate::Secret>| accepted.iter().map(crate::Secret::version).collect::<Vec<_>>();
        lines
            .push(format!("  accepts {:?}", store.accepted(path).map(numbers).map_err(|error| error.kind())));
    }
    let trash = store.scan(Query::all().state(Listed::Trash).limit(2));
    let mut trash: Vec<String> = trash.map(|info| shown_line(&info.unwrap())).collect();
    trash.sort();
    lines.extend(trash);
    lines
}

fn value_line(number: u64, read: &Result<Vec<u8>, ErrorKind>) -> String {
    match read {
        Ok(value) => format!("  {number} reads {} {:?}", value.len(), value.first()),
        Err(kind) => format!("  {number} {kind:?}"),
    }
}

fn info_line(path: &str, secret: &Secret, trashed: Option<(i64, i64)>) -> String {
    let Secret { id, created, updated, meta_version, tier, description, content_type, .. } = secret;
    let id = id.map(|id| id.to_string());
    let tier = Tier::ALL[usize::from(*tier)];
    let (current, tags) = (secret.current, &secret.tags);
    let (max_versions, trash_days) = (secret.max_versions, secret.trash_days);
    let schedule =
        (secret.schedule.expires, secret.schedule.to_trash, secret.schedule.every, secret.rotation_due());
    format!(
        "{path} {id:?} v{current} m{meta_version} {tier} {description:?} {content_type:?} {tags:?} {created} {updated} {max_versions:?} {trash_days:?} {schedule:?} {trashed:?}"
    )
}

fn shown_line(info: &SecretInfo) -> String {
    let (id, path, tier) = (Some(info.id().to_string()), info.path(), info.tier());
    let (current, meta_version) = (info.version(), info.meta_version());
    let (description, content_type) = (info.description(), info.content_type());
    let tags: BTreeMap<&str, &str> = info.tags().iter().collect();
    let (created, updated) = (info.created_at().as_millis(), info.updated_at().as_millis());
    let (max_versions, trash_days) = (info.max_versions(), info.trash_days());
    let trashed =
        info.trashed().map(|trashed| (trashed.deleted_at.as_millis(), trashed.purge_at.as_millis()));
    let millis = |time: Option<Timestamp>| time.map(Timestamp::as_millis);
    let (expires, to_trash) = (millis(info.expires_at()), info.on_expiry() == OnExpiry::Trash);
    let every = info.rotate_every().map(|every| every.as_secs());
    let schedule = (expires, to_trash, every, millis(info.rotation_due_at()));
    format!(
        "{path} {id:?} v{current} m{meta_version} {tier} {description:?} {content_type:?} {tags:?} {created} {updated} {max_versions:?} {trash_days:?} {schedule:?} {trashed:?}"
    )
}

/// The ids of secrets that the library had no chance to name.
pub(super) fn learn_ids(store: &Store, model: &mut Model) {
    for (path, secret) in &mut model.live {
        if secret.id.is_none() {
            secret.id = store.info(path.as_str()).ok().map(|info| info.id());
        }
    }
}

/// All that can be asked without an argument.
pub(super) fn everything(store: &Store, model: &mut Model) {
    assert_eq!(shown(store), told(model));
    let kept = store.policy().retentions().unwrap().into_iter().map(|(namespace, retention)| {
        let namespace = namespace.map_or_else(String::new, |namespace| namespace.to_string());
        (namespace, (retention.max_versions(), retention.trash_days()))
    });
    assert_eq!(kept.collect::<BTreeMap<_, _>>(), model.retention);
    assert_eq!(store.health().unwrap().pending_sweep, model.pending());
    for days in [0, 10, 4_000] {
        let due = store.due(Duration::from_secs(days * 86_400)).unwrap();
        assert!(due.is_sorted_by_key(|due| due.at));
        let mut found: Vec<_> =
            due.iter().map(|due| (due.at.as_millis(), due.path.to_string(), due.reason)).collect();
        let mut expected = model.due(i64::try_from(days).unwrap() * 86_400_000);
        found.sort_by_key(|due| format!("{due:?}"));
        expected.sort_by_key(|due| format!("{due:?}"));
        assert_eq!(found, expected);
    }
    let stats = store.stats().unwrap();
    let tally = |secrets: &[&Secret]| {
        let versions = || secrets.iter().flat_map(|secret| secret.versions.values());
        let held = versions().filter(|version| version.standing != Standing::Destroyed);
        let bytes: usize = held.map(|version| version.value.len()).sum();
        (secrets.len() as u64, versions().count() as u64, bytes as u64)
    };
    let live: Vec<&Secret> = model.live.values().collect();
    let trash: Vec<&Secret> = model.trash.iter().map(|trashed| &trashed.secret).collect();
    assert_eq!((stats.live.secrets, stats.live.versions, stats.live.value_bytes), tally(&live));
    assert_eq!((stats.trash.secrets, stats.trash.versions, stats.trash.value_bytes), tally(&trash));
    let keys: BTreeSet<&str> =
        live.iter().flat_map(|secret| secret.tags.keys()).map(String::as_str).collect();
    let counted = store.tag_keys().unwrap();
    assert_eq!(counted.iter().map(|count| count.name.as_str()).collect::<BTreeSet<_>>(), keys);
    for count in counted {
        let bearers: Vec<_> = live.iter().filter_map(|secret| secret.tags.get(&count.name)).collect();
        assert_eq!(count.secrets, bearers.len() as u64);
        for value in store.tag_values(&count.name).unwrap() {
            assert_eq!(value.secrets, bearers.iter().filter(|own| ***own == value.name).count() as u64);
        }
    }
}

fn below(path: &str, under: Option<Path>) -> bool {
    under.is_none_or(|under| path.strip_prefix(under).is_some_and(|rest| rest.starts_with('/')))
}

fn has(secret: &Secret, tag: usize) -> bool {
    secret.tags.get(TAGS[tag].0).is_some_and(|value| value == TAGS[tag].1)
}

/// A list, page by page.
pub(super) fn list(store: &Store, model: &mut Model, question: &Question) {
    let since = question.updated_within.map(|within| model.clock - within);
    let accepted = |path: &str, secret: &Secret| {
        below(path, question.under)
            && question.equal.iter().all(|&tag| has(secret, tag))
            && question.present.is_none_or(|tag| secret.tags.contains_key(TAGS[tag].0))
            && question.absent.is_none_or(|tag| !secret.tags.contains_key(TAGS[tag].0))
            && question.tier.is_none_or(|tier| secret.tier == tier)
            && since.is_none_or(|since| secret.updated >= since)
    };
    let mut expected = Vec::new();
    if question.state != 1 {
        expected.extend(model.live.iter().map(|(path, secret)| (path.clone(), secret)));
    }
    if question.state != 0 {
        expected.extend(model.trash.iter().map(|trashed| (trashed.path.clone(), &trashed.secret)));
    }
    expected.retain(|(path, secret)| accepted(path, secret));
    expected.sort_by_key(|(path, secret)| {
        let age = if question.by_update { -secret.updated } else { 0 };
        (age, path.split('/').map(str::to_owned).collect::<Vec<_>>(), secret.id)
    });
    let expected: Vec<_> = expected.iter().map(|(path, secret)| (path.clone(), secret.id.unwrap())).collect();

    let mut query = question.under.map_or_else(Query::all, Query::under).limit(question.page).count(true);
    for &tag in &question.equal {
        query = query.tag(TAGS[tag].0, TAGS[tag].1);
    }
    if let Some(tag) = question.present {
        query = query.has_tag(TAGS[tag].0);
    }
    if let Some(tag) = question.absent {
        query = query.without_tag(TAGS[tag].0);
    }
    if let Some(tier) = question.tier {
        query = query.tier(Tier::ALL[usize::from(tier)]);
    }
    if let Some(since) = since {
        query = query.updated_since(Timestamp::from_millis(since));
    }
    query = query.state([Listed::Live, Listed::Trash, Listed::All][usize::from(question.state)]);
    query = query.sort(if question.by_update { Sort::Updated } else { Sort::Path });
    let mut found = Vec::new();
    loop {
        let page = store.list(&query).unwrap();
        assert_eq!(page.total(), found.is_empty().then_some(expected.len() as u64), "{question:?}");
        assert!(page.items().len() == question.page || !page.has_more());
        found.extend(page.items().iter().map(|info| (info.path().to_string(), info.id())));
        match page.next_cursor() {
            Some(cursor) => query = query.after(cursor.clone()),
            None => break,
        }
    }
    assert_eq!(found, expected, "{question:?}");
}

/// One level, page by page: secrets by their path, namespaces with the number of secrets in them.
pub(super) fn one_level(store: &Store, model: &Model, under: Option<Path>, tag: Option<usize>, page: usize) {
    let mut expected: BTreeMap<String, u64> = BTreeMap::new();
    let skip = under.map_or(0, |under| under.len() + 1);
    for (path, secret) in &model.live {
        if below(path, under) && tag.is_none_or(|tag| secret.tags.contains_key(TAGS[tag].0)) {
            match path[skip..].split_once('/') {
                Some((child, _)) => {
                    *expected.entry(format!("{}{child}/", &path[..skip])).or_default() += 1;
                }
                None => drop(expected.insert(path.clone(), 1)),
            }
        }
    }
    let mut query = under.map_or_else(Query::all, Query::under).one_level().limit(page);
    if let Some(tag) = tag {
        query = query.has_tag(TAGS[tag].0);
    }
    let mut found = BTreeMap::new();
    loop {
        let page = store.list(&query).unwrap();
        for info in page.items() {
            assert_eq!(found.insert(info.path().to_string(), 1), None);
        }
        for namespace in page.namespaces() {
            assert_eq!(found.insert(format!("{}/", namespace.path), namespace.secrets), None);
        }
        match page.next_cursor() {
            Some(cursor) => query = query.after(cursor.clone()),
            None => break,
        }
    }
    assert_eq!(found, expected, "{under:?} {tag:?} {page}");
}
