//! The secrets of a run, the stores they open, and every key that follows from them.

use std::io::Read;
use std::path::{Path, PathBuf};

use data_encoding::{BASE32_NOPAD, HEXLOWER};
use hkdf::Hkdf;
use sha2::Sha256;

use super::needles::Needles;
use crate::crypto::arena::Arena;
use crate::crypto::derive;
use crate::crypto::kdf::{KdfCost, stretch};
use crate::crypto::keys::{Key, Purpose};
use crate::crypto::random;
use crate::format::header::Header;
use crate::format::layout::HEADER_LEN;
use crate::sealed::recovery::{self, RecoveryCode};
use crate::sealed::slots::bare::lay_bare;
use crate::sealed::unlock::Unlock;
use crate::secret::Plaintext;
use crate::store::StoreOptions;

/// One store for each way to unlock.
pub(super) const STORES: [&str; 5] = ["passphrase", "raw-key", "key-file", "both", "recovery-code"];

/// The secrets that every store holds from the beginning, and the one that the child writes.
pub(super) const READ: &str = "team/long";
pub(super) const HELD: &str = "team/inner/held";
pub(super) const WRITTEN: &str = "other/written";
/// Where secrets are moved to.
pub(super) const MOVED: &str = "moved/there";
pub(super) const RESTORED: &str = "restored/here";
const PATHS: [&str; 5] = [READ, HELD, WRITTEN, MOVED, RESTORED];

/// What the child is given through its pipe, in this order.
pub(super) struct Given {
    pub(super) passphrase: Plaintext,
    pub(super) wrong: Plaintext,
    pub(super) raw_key: Plaintext,
    pub(super) code: Plaintext,
    pub(super) read: Plaintext,
    pub(super) held: Plaintext,
    pub(super) written: Plaintext,
}

fn random(len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    random::fill(&mut bytes).unwrap();
    bytes
}

fn text(plain: &Plaintext) -> &str {
    std::str::from_utf8(plain).unwrap()
}

impl Given {
    pub(super) fn invent(folder: &Path) -> Self {
        // Eight letters of a word drawn anew each time would one day stand in the program itself.
        random::seeded::set(Some(43));
        std::fs::write(folder.join("key"), random(200)).unwrap();
        let word = || Plaintext::from(BASE32_NOPAD.encode(&random(20)).to_lowercase().into_bytes());
        let (code, _) = RecoveryCode::generate().unwrap();
        let given = Self {
            passphrase: word(),
            wrong: word(),
            raw_key: random(32).into(),
            code: code.expose().as_bytes().to_vec().into(),
            read: random(70_000).into(),
            held: random(300).into(),
            written: random(100).into(),
        };
        random::seeded::set(None);
        given
    }

    fn all(&self) -> [&Plaintext; 7] {
        [&self.passphrase, &self.wrong, &self.raw_key, &self.code, &self.read, &self.held, &self.written]
    }

    /// As it goes through the pipe.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let framed = |plain: &Plaintext| [&(plain.len() as u32).to_le_bytes(), &**plain].concat();
        self.all().into_iter().flat_map(framed).collect()
    }

    /// From a pipe that keeps nothing in a buffer.
    pub(super) fn read_from(pipe: &mut impl Read) -> Self {
        let mut next = || {
            let mut len = [0; 4];
            pipe.read_exact(&mut len).unwrap();
            let mut plain = Plaintext::zeros(u32::from_le_bytes(len) as usize);
            pipe.read_exact(&mut plain).unwrap();
            plain
        };
        Self {
            passphrase: next(),
            wrong: next(),
            raw_key: next(),
            code: next(),
            read: next(),
            held: next(),
            written: next(),
        }
    }

    pub(super) fn unlock(&self, store: &str, folder: &Path) -> Unlock {
        let key_file = || Unlock::key_file(folder.join("key")).unwrap();
        match store {
            "passphrase" => Unlock::passphrase(text(&self.passphrase)),
            "raw-key" => Unlock::raw_key((&*self.raw_key).try_into().unwrap()),
            "key-file" => key_file(),
            "both" => key_file().and_passphrase(text(&self.passphrase)).unwrap(),
            _ => Unlock::recovery_code(text(&self.code)).unwrap(),
        }
    }

    pub(super) fn wrong(&self) -> Unlock {
        Unlock::passphrase(text(&self.wrong))
    }

    /// Makes the stores.
    pub(super) fn fill(&self, folder: &Path) {
        for store in STORES {
            let options = StoreOptions::new().kdf_cost(KdfCost::EDGE);
            let made = options.create(folder.join(store), self.unlock(store, folder)).unwrap();
            made.put(READ, &*self.read).unwrap();
            made.put(HELD, &*self.held).unwrap();
            made.close().unwrap();
        }
    }

    /// Everything that must not be left.
    pub(super) fn needles(&self, folder: &Path) -> Needles {
        let mut needles = Needles::default();
        let names =
            ["passphrase", "wrong passphrase", "raw key", "recovery code as text", READ, HELD, WRITTEN];
        for (name, secret) in names.into_iter().zip(self.all()) {
            needles.add(name, secret);
        }
        needles.add("key file", &std::fs::read(folder.join("key")).unwrap());
        needles.add("recovery code", recovery::parse(text(&self.code)).unwrap().expose());
        for store in STORES {
            self.add_keys(store, folder, &mut needles);
        }
        needles
    }

    fn add_keys(&self, store: &str, folder: &Path, needles: &mut Needles) {
        let file = std::fs::read(folder.join(store)).unwrap();
        let header = Header::decode(&file[..HEADER_LEN]).unwrap();
        let bare = lay_bare(&header, &self.unlock(store, folder));
        let arena = Arena::any();
        let mut add = |name: &str, key: &[u8; 32]| needles.add_key(&format!("{store}: {name}"), key);
        if bare.slot.kind.has_passphrase() {
            let stretched = stretch(&arena, &self.passphrase, &bare.slot.salt, KdfCost::EDGE).unwrap();
            add("stretched passphrase", bytes(&stretched));
        }
        add("slot root", &bare.root);
        add("key-encryption key", &bare.wrap);
        add("master key", bytes(&bare.master));
        let salt = [header.place.store_id.as_slice(), &header.place.epoch.to_le_bytes()].concat();
        add("store root", &Hkdf::<Sha256>::extract(Some(&salt), bytes(&bare.master)).0.into());
        let keys = derive::store_keys(&bare.master, &header.place.store_id, header.place.epoch).unwrap();
        add("file key", bytes(&keys.file));
        add("authority key", bytes(&keys.authority));
        add("value root", bytes(&keys.value_root));
        add("block key", bytes(&derive::block(&keys.file).unwrap()));
        add("superblock key", bytes(&derive::superblock(&keys.file).unwrap()));
        add("cursor key", bytes(&derive::cursor(&keys.file).unwrap()));
        add("file header MAC key", bytes(&derive::file_header_mac(&keys.file).unwrap()));
        add("authority header MAC key", bytes(&derive::authority_header_mac(&keys.authority).unwrap()));
        add("idempotency key", bytes(&derive::idempotency(&keys.authority).unwrap()));
        for path in PATHS {
            let mut namespace = None;
            for segment in path.split('/') {
                let above = namespace.as_ref().unwrap_or(&keys.value_root);
                add(
                    &format!("value key of {segment} in {path}"),
                    bytes(&derive::value(above, segment).unwrap()),
                );
                let next = derive::namespace(above, segment).unwrap();
                add(&format!("namespace key of {segment} in {path}"), bytes(&next));
                namespace = Some(next);
            }
        }
    }
}

fn bytes<P: Purpose>(key: &Key<P>) -> &[u8; 32] {
    key.expose().unwrap()
}

/// A folder that vanishes.
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn new(name: &str) -> Self {
        let random = HEXLOWER.encode(&random::bytes::<8>().unwrap());
        let path = std::env::temp_dir().join(format!("strongroom-residue-{name}-{random}"));
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// Copies of the stores and the key file in another folder.
    pub(super) fn copy(&self, name: &str) -> Self {
        let copy = Self::new(name);
        for name in STORES.into_iter().chain(["key"]) {
            std::fs::copy(self.0.join(name), copy.0.join(name)).unwrap();
        }
        copy
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
