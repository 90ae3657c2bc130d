//! Which key comes from which, by HKDF-SHA-256 (RFC 5869), with the one list of labels.

use std::sync::Arc;

use super::arena::Arena;
use super::keys::{
    Authority, AuthorityHeaderMac, Block, Cursor, File, FileHeaderMac, Idempotency, KEY_LEN, Key, MasterKey,
    Namespace, Purpose, SlotRoot, SlotWrap, Superblock, Value,
};
use super::stack::{SHALLOW, on_clean_stack};
use crate::error::{Error, Result};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroize;

// FORMAT 5.2: one label per purpose; a label is never used for a second one.
const SLOT_WRAP: &[u8] = b"strongroom/1/slot-wrap";
const SLOT_COMMIT: &[u8] = b"strongroom/1/slot-commit";
const FILE: &[u8] = b"strongroom/1/file";
const AUTHORITY: &[u8] = b"strongroom/1/authority";
const VALUE_ROOT: &[u8] = b"strongroom/1/value-root";
const FILE_HEADER_MAC: &[u8] = b"strongroom/1/file-header-mac";
const AUTHORITY_HEADER_MAC: &[u8] = b"strongroom/1/authority-header-mac";
const SUPERBLOCK: &[u8] = b"strongroom/1/superblock";
const BLOCK: &[u8] = b"strongroom/1/block";
const CURSOR: &[u8] = b"strongroom/1/cursor";
const IDEMPOTENCY: &[u8] = b"strongroom/1/idempotency";
const NAMESPACE: &[u8] = b"strongroom/1/namespace";
const VALUE: &[u8] = b"strongroom/1/value";

/// The three keys below the master key.
pub(crate) struct StoreKeys {
    pub(crate) file: Key<File>,
    pub(crate) authority: Key<Authority>,
    pub(crate) value_root: Key<Namespace>,
}

/// FK, AK and VK of one store in one epoch.
pub(crate) fn store_keys(master: &MasterKey, store_id: &[u8; 16], epoch: u32) -> Result<StoreKeys> {
    let salt = [store_id.as_slice(), &epoch.to_le_bytes()].concat();
    let root: Key<Namespace> = extract(master.arena(), &salt, master.expose()?)?;
    Ok(StoreKeys {
        file: expand(&root, &[FILE])?,
        authority: expand(&root, &[AUTHORITY])?,
        value_root: expand(&root, &[VALUE_ROOT])?,
    })
}

/// The pseudorandom key of a slot, from what unlocks it.
pub(crate) fn slot_root(arena: &Arc<Arena>, salt: &[u8; 32], key_material: &[u8]) -> Result<Key<SlotRoot>> {
    extract(arena, salt, key_material)
}

/// The key-encryption key of a slot. `place` names store, slot number and slot id.
pub(crate) fn slot_wrap(root: &Key<SlotRoot>, place: &[u8]) -> Result<Key<SlotWrap>> {
    expand(root, &[SLOT_WRAP, place])
}

/// The commitment of a slot: no second key gives the same one without a collision of SHA-256.
pub(crate) fn slot_commitment(root: &Key<SlotRoot>, place: &[u8]) -> Result<[u8; KEY_LEN]> {
    Ok(*expand::<SlotRoot, SlotWrap>(root, &[SLOT_COMMIT, place])?.expose()?)
}

pub(crate) fn file_header_mac(file: &Key<File>) -> Result<Key<FileHeaderMac>> {
    expand(file, &[FILE_HEADER_MAC])
}

pub(crate) fn authority_header_mac(authority: &Key<Authority>) -> Result<Key<AuthorityHeaderMac>> {
    expand(authority, &[AUTHORITY_HEADER_MAC])
}

pub(crate) fn superblock(file: &Key<File>) -> Result<Key<Superblock>> {
    expand(file, &[SUPERBLOCK])
}

pub(crate) fn block(file: &Key<File>) -> Result<Key<Block>> {
    expand(file, &[BLOCK])
}

pub(crate) fn cursor(file: &Key<File>) -> Result<Key<Cursor>> {
    expand(file, &[CURSOR])
}

pub(crate) fn idempotency(authority: &Key<Authority>) -> Result<Key<Idempotency>> {
    expand(authority, &[IDEMPOTENCY])
}

/// The key of the namespace `segment` below another: it opens everything strictly below, and not the secret of that very
/// path.
pub(crate) fn namespace(parent: &Key<Namespace>, segment: &str) -> Result<Key<Namespace>> {
    expand(parent, &[NAMESPACE, segment.as_bytes()])
}

/// The key of the values of the secret `segment` in a namespace.
pub(crate) fn value(parent: &Key<Namespace>, segment: &str) -> Result<Key<Value>> {
    expand(parent, &[VALUE, segment.as_bytes()])
}

/// This module's HKDF as a test vector calls it: the first 32 bytes of the output.
#[cfg(test)]
pub(super) fn hkdf(salt: &[u8], key_material: &[u8], info: &[&[u8]]) -> [u8; KEY_LEN] {
    let root: Key<Namespace> = extract(&Arena::any(), salt, key_material).unwrap();
    *expand::<Namespace, Value>(&root, info).unwrap().expose().unwrap()
}

fn extract<P: Purpose>(arena: &Arc<Arena>, salt: &[u8], key_material: &[u8]) -> Result<Key<P>> {
    Key::fill(arena, |bytes| {
        on_clean_stack::<SHALLOW, _>(|| {
            let (mut root, _) = Hkdf::<Sha256>::extract(Some(salt), key_material);
            bytes.copy_from_slice(&root);
            root.as_mut_slice().zeroize();
        });
        Ok(())
    })
}

/// `HKDF-Expand(parent, concatenated info, 32)`.
fn expand<P: Purpose, Q: Purpose>(parent: &Key<P>, info: &[&[u8]]) -> Result<Key<Q>> {
    let root = parent.expose()?;
    Key::fill(parent.arena(), |bytes| {
        let expanded = on_clean_stack::<SHALLOW, _>(|| {
            let hkdf = Hkdf::<Sha256>::from_prk(root).ok()?;
            hkdf.expand_multi_info(info, bytes).ok()
        });
        // A 32-byte root and a 32-byte output are within the bounds of HKDF-SHA-256.
        expanded.ok_or_else(|| Error::internal("HKDF refused a length"))
    })
}
