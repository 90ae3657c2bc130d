//! Unlocks a store with a key that lies in the operating system's keychain: Secret Service on Linux, Keychain on macOS.
//!
//! ```text
//! cargo run --manifest-path examples/keychain/Cargo.toml -- STORE
//! ```
//!
//! The first run takes the passphrase of STORE from `STRONGROOM_PASSPHRASE`, makes the store if there is none, adds a slot
//! with a fresh raw key and puts that key into the keychain. Later runs open the store without it, and in a few
//! milliseconds, because a raw key is not stretched.
//!
//! Three rules make this safe. The keychain is never the only way in: the passphrase stays. What was put into the
//! keychain is read back, and must open the store, before anybody relies on it. And when the keychain fails it is said
//! aloud, and the passphrase is used, instead of the store being lost.

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use keyring::v1::Entry;
use strongroom::{ErrorKind, NewSlot, Query, SlotId, Store, Unlock};
use zeroize::Zeroizing;

const SERVICE: &str = "strongroom-keychain-example";
const LABEL: &str = "keychain";
const PASSPHRASE_VARIABLE: &str = "STRONGROOM_PASSPHRASE";

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    let Some(path) = env::args_os().nth(1) else {
        eprintln!("usage: strongroom-keychain-example STORE");
        return ExitCode::from(2);
    };
    match run(Path::new(&path)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(path: &Path) -> Outcome<()> {
    let store = match from_keychain(path) {
        Ok(Some(store)) => {
            println!("opened with the key in the keychain");
            store
        }
        Ok(None) => with_passphrase(path)?,
        Err(error) => {
            eprintln!("the keychain did not help: {error}");
            with_passphrase(path)?
        }
    };
    for slot in store.slots().list()? {
        let label = if slot.label.is_empty() { "no label" } else { &slot.label };
        println!("slot {} {:?}, {label}", slot.id, slot.kind);
    }
    println!("{} secrets on the first page", store.list(Query::all())?.items().len());
    Ok(store.close()?)
}

/// Opens the store with the key in the keychain; `None` if there is no key for it.
fn from_keychain(path: &Path) -> Outcome<Option<Store>> {
    if !path.exists() {
        return Ok(None);
    }
    match read_key(&entry(path)?)? {
        Some(key) => Ok(Some(Store::open(path, Unlock::raw_key(&key))?)),
        None => Ok(None),
    }
}

/// Opens or makes the store with its passphrase, and puts a key of its own into the keychain for the next time.
fn with_passphrase(path: &Path) -> Outcome<Store> {
    let passphrase = Zeroizing::new(
        env::var(PASSPHRASE_VARIABLE)
            .map_err(|_| format!("give the passphrase of the store in {PASSPHRASE_VARIABLE}"))?,
    );
    let unlock = Unlock::passphrase(&passphrase);
    let store = match Store::open(path, &unlock) {
        Err(error) if error.kind() == ErrorKind::NotFound => Store::create(path, &unlock)?,
        opened => opened?,
    };
    println!("opened with the passphrase");
    if let Err(error) = remember(&store, path) {
        eprintln!("the keychain keeps no key, so the passphrase is needed again next time: {error}");
    }
    Ok(store)
}

/// Adds a slot with a fresh key, and leaves the key in the keychain once it was proven there.
fn remember(store: &Store, path: &Path) -> Outcome<()> {
    let entry = entry(path)?;
    let before = held(&entry)?;
    let new = match add_slot(store, &entry) {
        Ok(new) => new,
        Err(error) => {
            // The key that was there may still open the store: it was not tried if another program had the file.
            if let Some(before) = before {
                entry.set_secret(&before)?;
            }
            return Err(error);
        }
    };
    // Keys that an earlier run left behind are of no use to anybody now.
    for old in store.slots().list()? {
        if old.label == LABEL && old.id != new {
            store.slots().remove(old.id)?;
        }
    }
    println!("put a key into the keychain");
    Ok(())
}

/// Puts a fresh key into the keychain, and adds a slot for what is there then.
fn add_slot(store: &Store, entry: &Entry) -> Outcome<SlotId> {
    let mut key = Zeroizing::new([0; 32]);
    getrandom::fill(key.as_mut_slice()).map_err(|_| "the operating system gives no random bytes")?;
    entry.set_secret(key.as_slice())?;
    let kept = read_key(entry)?.ok_or("what was put into the keychain is not there")?;
    // From the keychain's copy and not from ours: it is the one that has to open the store.
    Ok(store.slots().add_with(Unlock::raw_key(&kept), NewSlot::new().label(LABEL))?)
}

fn read_key(entry: &Entry) -> Outcome<Option<Zeroizing<[u8; 32]>>> {
    let Some(secret) = held(entry)? else { return Ok(None) };
    let key =
        secret.as_slice().try_into().map_err(|_| "what the keychain holds is no key of this program")?;
    Ok(Some(Zeroizing::new(key)))
}

/// What the keychain holds for the store, whatever it is.
fn held(entry: &Entry) -> Outcome<Option<Zeroizing<Vec<u8>>>> {
    match entry.get_secret() {
        Ok(secret) => Ok(Some(Zeroizing::new(secret))),
        Err(keyring::v1::Error::NoEntry) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The entry of one store, by its path.
fn entry(path: &Path) -> Outcome<Entry> {
    let path = match fs::canonicalize(path) {
        Ok(path) => path,
        Err(_) => std::path::absolute(path)?,
    };
    Ok(Entry::new(SERVICE, &path.to_string_lossy())?)
}
