//! Values: sealed under the key of their path, cut into rows.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::snapshot::Rows;
use super::{Batch, rows};
use crate::crypto::aead::{self, OVERHEAD};
use crate::crypto::derive;
use crate::crypto::keys::{Key, Namespace, Value};
use crate::error::{Error, ErrorKind, Result};
use crate::format::aad;
use crate::record::path::SecretPath;
use crate::record::secret::VersionRecord;
use crate::record::value::{CHUNK_LEN, ROLE_VALUE, frame, into_value};
use crate::sealed::file::SealedFile;
use crate::secret::{Plaintext, SecretBytes};

/// Most bytes of a sealed value that stand in the row of its version.
const TAIL_MAX: usize = 1_300;
/// A row of this length fills one of redb's leaves: 4,096 less its head of 4, two offsets of 4 and the key of 29.
const LEAF_PIECE: usize = 4_055;
/// Three rows of this length fill a leaf.
const THIRD_PIECE: usize = 1_326;

/// Keys of namespaces, derived once and kept for the secrets below them; bounded, wiped on drop.
#[derive(Default)]
pub(crate) struct Keyring {
    kept: RwLock<HashMap<Arc<str>, Arc<Key<Namespace>>>>,
    /// Their names, from the one that was kept first.
    order: Mutex<VecDeque<Arc<str>>>,
    /// How many found no place, or took that of another.
    too_many: AtomicU64,
}

impl Keyring {
    /// Few, because they lie in locked pages: as many as the arena's first chunk holds, less those of the file.
    const KEYS_MAX: usize = 448;

    /// The key of the values at `path`: one derivation below its namespace.
    fn key(&self, file: &SealedFile, path: &SecretPath) -> Result<Key<Value>> {
        match path.as_str().rsplit_once('/') {
            Some((parent, segment)) => derive::value(self.namespace(file, parent, false)?.as_ref(), segment),
            None => derive::value(file.value_root(), path.as_str()),
        }
    }

    /// The key of the namespace `path`, which is a `parent` of other namespaces or was asked for a secret.
    fn namespace(&self, file: &SealedFile, path: &str, parent: bool) -> Result<Arc<Key<Namespace>>> {
        let is_full = {
            let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(key) = kept.get(path) {
                return Ok(key.clone());
            }
            kept.len() >= Self::KEYS_MAX
        };
        let key = Arc::new(match path.rsplit_once('/') {
            Some((above, segment)) => {
                derive::namespace(self.namespace(file, above, true)?.as_ref(), segment)?
            }
            None => derive::namespace(file.value_root(), path)?,
        });
        if !is_full || parent || self.makes_room() {
            self.keep(path, key.clone());
        }
        Ok(key)
    }

    /// Whether one that finds no place takes that of another: one of eight does, so that what is asked for again and again
    /// gets in. Where every secret has a namespace of its own, keeping all their keys costs more than it saves.
    fn makes_room(&self) -> bool {
        self.too_many.fetch_add(1, Ordering::Relaxed) % 8 == 7
    }

    fn keep(&self, path: &str, key: Arc<Key<Namespace>>) {
        let name: Arc<str> = path.into();
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        let mut order = self.order.lock().unwrap_or_else(PoisonError::into_inner);
        // Another thread may have been quicker.
        if kept.insert(name.clone(), key).is_none() {
            order.push_back(name);
        }
        if kept.len() > Self::KEYS_MAX
            && let Some(first) = order.pop_front()
        {
            kept.remove(&first);
        }
    }
}

/// What seals and opens the values of a store.
#[derive(Clone, Copy)]
pub(crate) struct Sealer<'a> {
    pub(crate) file: &'a SealedFile,
    pub(crate) keyring: &'a Keyring,
}

/// The secret a value belongs to.
pub(super) struct Place<'a> {
    pub(super) sealer: Sealer<'a>,
    pub(super) path: &'a SecretPath,
    pub(super) id: &'a [u8; 16],
}

impl Place<'_> {
    fn aad(&self, version: u64, chunk: u32, last: bool) -> aead::Aad {
        aad::value(self.sealer.file.place(), self.id, version, ROLE_VALUE, chunk, last)
    }

    /// Seals `value` as that of a version, writes its rows, and notes in the record where they are.
    pub(super) fn write(
        &self,
        batch: &mut Batch<'_>,
        version: &mut VersionRecord,
        value: &[u8],
    ) -> Result<()> {
        let sealed = self.seal(version.number, value)?;
        let mut rest = sealed.as_slice();
        let mut pieces = 0;
        while rest.len() > TAIL_MAX {
            let len = if rest.len() < LEAF_PIECE { THIRD_PIECE.min(rest.len()) } else { LEAF_PIECE };
            let (piece, left) = rest.split_at_checked(len).unwrap_or((rest, &[]));
            batch.insert(&rows::piece(self.id, version.number, pieces), piece)?;
            pieces += 1;
            rest = left;
        }
        version.size = u32::try_from(value.len()).map_err(|_| Error::internal("a value of 4 GiB"))?;
        (version.pieces, version.tail) = (pieces, rest.to_vec());
        Ok(())
    }

    /// Reads the rows of a version and opens its value.
    pub(super) fn read(&self, rows: &impl Rows, version: &VersionRecord) -> Result<SecretBytes> {
        // A small value lies in the record as a whole.
        if version.pieces == 0 {
            return self.open(version.number, &version.tail);
        }
        let mut sealed = Vec::new();
        for index in 0..version.pieces {
            let piece = rows.get(&rows::piece(self.id, version.number, index))?;
            sealed.extend_from_slice(&piece.ok_or_else(unauthentic)?);
        }
        sealed.extend_from_slice(&version.tail);
        self.open(version.number, &sealed)
    }

    fn seal(&self, version: u64, value: &[u8]) -> Result<Vec<u8>> {
        let framed = frame(value)?;
        let key = self.sealer.keyring.key(self.sealer.file, self.path)?;
        let chunks = framed.chunks(CHUNK_LEN);
        let count = chunks.len();
        let mut sealed = vec![0; framed.len() + count * OVERHEAD];
        for (index, (plain, out)) in chunks.zip(sealed.chunks_mut(CHUNK_LEN + OVERHEAD)).enumerate() {
            let aad = self.aad(version, chunk_number(index)?, index + 1 == count);
            aead::seal(&key, &aad, plain, out)?;
        }
        Ok(sealed)
    }

    fn open(&self, version: u64, sealed: &[u8]) -> Result<SecretBytes> {
        let key = self.sealer.keyring.key(self.sealer.file, self.path)?;
        let chunks = sealed.chunks(CHUNK_LEN + OVERHEAD);
        let count = chunks.len();
        let framed_len = sealed.len().checked_sub(count * OVERHEAD).ok_or_else(unauthentic)?;
        let mut framed = Plaintext::zeros(framed_len);
        for (index, (sealed, out)) in chunks.zip(framed.chunks_mut(CHUNK_LEN)).enumerate() {
            let aad = self.aad(version, chunk_number(index)?, index + 1 == count);
            aead::open(&key, &aad, sealed, out)?.map_err(|_| unauthentic())?;
        }
        into_value(framed).map_err(|_| unauthentic())
    }
}

/// Removes the rows of a sealed value that stand beside its record.
pub(super) fn erase_pieces(batch: &mut Batch<'_>, id: &[u8; 16], version: &VersionRecord) -> Result<()> {
    (0..version.pieces).try_for_each(|index| batch.remove(&rows::piece(id, version.number, index)).map(drop))
}

fn chunk_number(index: usize) -> Result<u32> {
    u32::try_from(index).map_err(|_| Error::internal("a value has too many chunks"))
}

fn unauthentic() -> Error {
    Error::new(
        ErrorKind::Tampered,
        "a sealed value does not authenticate: it was altered or moved; restore a backup of the file",
    )
}

const _: () = assert!(4 + 8 + 29 + LEAF_PIECE == 4_096);
const _: () = assert!(4 + 3 * (8 + 29 + THIRD_PIECE) <= 4_096);
const _: () = assert!(TAIL_MAX <= THIRD_PIECE);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Store;

    #[test]
    fn a_full_keyring_keeps_what_is_asked_for_again_and_never_grows() {
        let store = Store::in_memory().unwrap();
        let (file, keyring) = (store.file(), Keyring::default());
        let ask = |path: &str| drop(keyring.key(&file, &SecretPath::parse(path).unwrap()).unwrap());
        let kept = |name: &str| keyring.kept.read().unwrap().contains_key(name);
        for number in 1..Keyring::KEYS_MAX {
            ask(&format!("all/n{number}/secret"));
        }
        assert!(kept("all") && kept("all/n1"), "as long as there is room all are kept");
        let passing: Vec<String> = (0..800).map(|number| format!("all/passing{number}")).collect();
        passing.iter().for_each(|namespace| ask(&format!("{namespace}/secret")));
        assert!(passing.iter().filter(|namespace| kept(namespace)).count() <= passing.len() / 8);
        (0..8).for_each(|_| ask("all/new/secret"));
        assert!(kept("all/new"), "asked for again and again");
        ask("other/new/secret");
        assert!(kept("other"), "those above others are asked for by all of them");
        assert_eq!(keyring.kept.read().unwrap().len(), Keyring::KEYS_MAX);
    }
}
