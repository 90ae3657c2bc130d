//! What a store must hold, beside it.

use std::collections::BTreeMap;

use super::workload::{ADMINISTRATION, CHANGES, STEPS, Step};
use crate::{ErrorKind, Listed, Query, Result, Store};

/// Everything in a store, the trash by the path a secret was at.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Model {
    pub(super) live: BTreeMap<&'static str, Held>,
    trash: BTreeMap<&'static str, Held>,
    /// How long the trash is kept, if that was said.
    trash_days: Option<u16>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Held {
    tag: Option<String>,
    expires: bool,
    /// By number; `None` cannot be read, as nothing can in the trash.
    pub(super) versions: BTreeMap<u64, Option<Vec<u8>>>,
}

impl Held {
    fn put(&mut self, value: Vec<u8>) {
        let number = self.versions.last_key_value().map_or(1, |(last, _)| last + 1);
        self.versions.insert(number, Some(value));
    }

    /// As it is shown in the trash.
    fn trashed(self) -> Self {
        let versions = self.versions.last_key_value().map(|(number, _)| (*number, None));
        Self { versions: versions.into_iter().collect(), ..self }
    }
}

impl Model {
    /// Adds one version each, and returns what to write.
    pub(super) fn put(&mut self, writes: &[(&'static str, usize)]) -> Vec<(&'static str, Vec<u8>)> {
        let mut values = Vec::new();
        for &(path, len) in writes {
            let held = self.live.entry(path).or_default();
            let value: Vec<u8> = path.bytes().cycle().skip(held.versions.len()).take(len).collect();
            held.put(value.clone());
            values.push((path, value));
        }
        values
    }

    /// Makes a change that is no put. `hidden` is what is in the trash, and what is deleted, as it was before.
    pub(super) fn change(&mut self, step: Step, hidden: &mut BTreeMap<&'static str, Held>) {
        let held = |live: &mut BTreeMap<&'static str, Held>, path| live.remove(path).expect("it is there");
        match step {
            Step::Update(path, value) => {
                self.live.get_mut(path).expect("it is there").tag = Some(value.to_owned());
            }
            Step::Rollback(path, number) => {
                let held = self.live.get_mut(path).expect("it is there");
                held.put(held.versions[&number].clone().expect("it can be read"));
            }
            Step::Delete(path) => {
                let held = held(&mut self.live, path);
                hidden.insert(path, held.clone());
                self.trash.insert(path, held.trashed());
            }
            Step::Restore(path) => {
                self.trash.remove(path).expect("it is in the trash");
                self.live.insert(path, held(hidden, path));
            }
            Step::Rename(from, to) => {
                let held = held(&mut self.live, from);
                self.live.insert(to, held);
            }
            Step::DeleteVersion(path, number) | Step::DestroyVersion(path, number) => {
                let held = self.live.get_mut(path).expect("it is there");
                hidden.insert(path, held.clone());
                held.versions.insert(number, None);
            }
            Step::Rotate(path, len, accepted) => {
                if !accepted {
                    let held = self.live.get_mut(path).expect("it is there");
                    held.versions.last_entry().expect("it has a version").insert(None);
                }
                self.put(&[(path, len)]);
            }
            Step::RevokeVersion(path, number) => {
                self.live.get_mut(path).expect("it is there").versions.insert(number, None);
            }
            Step::Expire(path) => self.live.get_mut(path).expect("it is there").expires = true,
            Step::RestoreVersion(path, number) => {
                let value = hidden[path].versions[&number].clone();
                self.live.get_mut(path).expect("it is there").versions.insert(number, value);
            }
            Step::KeepTrash(days) => self.trash_days = Some(days),
            Step::Sweep => self.trash.clear(),
            _ => unreachable!("{step:?} changes no secrets"),
        }
    }
}

/// Everything in a store, read version by version.
pub(super) fn contents(store: &Store) -> Result<Model> {
    let mut found = Model { trash_days: store.policy().retention()?.trash_days(), ..Model::default() };
    for info in store.list(Query::all().state(Listed::All))? {
        let path = paths().find(|known| *known == info.path().as_str()).expect("only what was put is listed");
        let tag = info.tags().get("state").map(str::to_owned);
        let mut held = Held { tag, expires: info.expires_at().is_some(), versions: BTreeMap::new() };
        if info.trashed().is_some() {
            held.versions.insert(info.version(), None);
            found.trash.insert(path, held);
            continue;
        }
        for version in store.versions(path)? {
            let value = match store.get_version(path, version.number) {
                Ok(secret) => Some(secret.value().expose().to_vec()),
                Err(error) if is_hidden(error.kind()) => None,
                Err(error) => return Err(error),
            };
            assert_eq!(value.is_some(), version.state.is_readable(), "{path}");
            held.versions.insert(version.number, value);
        }
        found.live.insert(path, held);
    }
    Ok(found)
}

fn is_hidden(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::NotFound | ErrorKind::Destroyed | ErrorKind::VersionExpired)
}

fn paths() -> impl Iterator<Item = &'static str> {
    STEPS.iter().chain(ADMINISTRATION).chain(CHANGES).flat_map(|step| match step {
        Step::Put(path, _) | Step::Rename(_, path) => vec![*path],
        Step::Together(writes) | Step::Abandoned(writes) => writes.iter().map(|(path, _)| *path).collect(),
        _ => Vec::new(),
    })
}
