//! Who takes how much of the store.

use std::collections::{BTreeMap, HashMap};

use super::snapshot::Rows;
use super::{rows, secrets, trash};
use crate::error::{Error, ErrorKind, Result};
use crate::record::codec::{Authenticated, decode};
use crate::record::path::SecretPath;
use crate::record::secret::{SecretRecord, VersionRecord};

/// Secrets, their versions, and the bytes of the values of these.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Tally {
    pub(crate) secrets: u64,
    pub(crate) versions: u64,
    pub(crate) bytes: u64,
}

impl Tally {
    fn count(&mut self, version: &VersionRecord) {
        self.versions += 1;
        self.bytes += secrets::held_bytes(version);
    }
}

/// What lies in a store.
#[derive(Clone, Debug, Default)]
pub(crate) struct Space {
    pub(crate) live: Tally,
    pub(crate) trash: Tally,
    /// Of the live ones, by the first segment below the namespace that was asked about; secrets directly in it are under
    /// no name.
    pub(crate) children: BTreeMap<String, Tally>,
    /// Bytes of the pages that hold all this.
    pub(crate) used_bytes: u64,
}

/// Where the versions of a secret count.
#[derive(Clone)]
enum Account {
    Child(String),
    Direct,
    Trash,
    /// Outside of the namespace asked about.
    Elsewhere,
}

/// Looks at every secret and version below a namespace, or at all.
pub(crate) fn measure(rows: &impl Rows, namespace: Option<&SecretPath>) -> Result<Space> {
    let mut space = Space { used_bytes: rows.bytes()?, ..Space::default() };
    let mut accounts: HashMap<[u8; 16], Account> = HashMap::new();
    let (from, to) = rows::paths_under(namespace);
    let skip = namespace.map_or(0, |namespace| namespace.as_str().len() + 1);
    rows.scan(&from, &to, &mut |key, row| {
        let path = rows::path_of(key).ok_or_else(damaged)?;
        let secret: SecretRecord = decode(&Authenticated::from_page(row))?;
        let account = match path.as_str().get(skip..).and_then(|rest| rest.split_once('/')) {
            Some((child, _)) => Account::Child(child.to_owned()),
            None => Account::Direct,
        };
        if let Some(tally) = space.tally(&account) {
            tally.secrets += 1;
        }
        space.count(&account, &secret.current);
        space.live.secrets += 1;
        if secret.current.number > 1 {
            accounts.insert(secret.id, account);
        }
        Ok(true)
    })?;
    trash::scan(rows, &mut |trashed| {
        let account =
            if rows::is_under(&trashed.path, namespace) { Account::Trash } else { Account::Elsewhere };
        if matches!(account, Account::Trash) {
            space.trash.secrets += 1;
        }
        space.count(&account, &trashed.secret.current);
        accounts.insert(trashed.secret.id, account);
        Ok(true)
    })?;
    let (from, to) = rows::all_history();
    rows.scan(&from, &to, &mut |key, row| {
        let (id, _) = rows::history_of(key).ok_or_else(damaged)?;
        if let Some(account) = accounts.get(&id) {
            space.count(account, &decode(&Authenticated::from_page(row))?);
        }
        Ok(true)
    })?;
    Ok(space)
}

impl Space {
    fn count(&mut self, account: &Account, version: &VersionRecord) {
        match account {
            Account::Child(_) | Account::Direct => self.live.count(version),
            Account::Trash => self.trash.count(version),
            Account::Elsewhere => {}
        }
        if let Some(tally) = self.tally(account) {
            tally.count(version);
        }
    }

    fn tally(&mut self, account: &Account) -> Option<&mut Tally> {
        match account {
            Account::Child(name) => Some(self.children.entry(name.clone()).or_default()),
            Account::Direct | Account::Trash | Account::Elsewhere => None,
        }
    }
}

fn damaged() -> Error {
    Error::new(ErrorKind::Damaged, "rows of the store contradict each other; restore a backup of the file")
}
