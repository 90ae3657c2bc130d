//! Keys as types: each names its purpose, wipes itself, and can be neither copied nor compared nor printed.

use std::marker::PhantomData;

use zeroize::Zeroizing;

use super::random;
use crate::error::Result;

/// Length of every key, in bytes.
pub(crate) const KEY_LEN: usize = 32;

/// What a key is for. The types that implement it are empty: they exist only in signatures.
pub(crate) trait Purpose {}

/// A key whose type purpose of use keeps two 32-byte secrets from being swapped.
pub(crate) struct Key<P: Purpose> {
    bytes: Zeroizing<[u8; KEY_LEN]>,
    purpose: PhantomData<fn() -> P>,
}

impl<P: Purpose> Key<P> {
    pub(crate) fn new(bytes: Zeroizing<[u8; KEY_LEN]>) -> Self {
        Self { bytes, purpose: PhantomData }
    }

    /// A fresh random key.
    pub(crate) fn generate() -> Result<Self> {
        Ok(Self::new(Zeroizing::new(random::bytes()?)))
    }

    /// The bytes, for the primitives of this layer and for wrapping.
    pub(crate) fn expose(&self) -> &[u8; KEY_LEN] {
        &self.bytes
    }
}

/// Marker of [`MasterKey`].
pub(crate) enum Master {}
/// Marker of the pseudorandom key of one slot.
pub(crate) enum SlotRoot {}
/// Marker of the key that wraps the master key in one slot.
pub(crate) enum SlotWrap {}
/// Marker of FK, the file key: all that lies below values and authority.
pub(crate) enum File {}
/// Marker of AK, the authority key: what only an owner can vouch for.
pub(crate) enum Authority {}
/// Marker of the header MAC key under FK.
pub(crate) enum FileHeaderMac {}
/// Marker of the header MAC key under AK.
pub(crate) enum AuthorityHeaderMac {}
/// Marker of the key of the superblocks.
pub(crate) enum Superblock {}
/// Marker of the key of the blocks.
pub(crate) enum Block {}
/// Marker of the key of page cursors.
pub(crate) enum Cursor {}
/// Marker of a namespace key; the value root is the namespace key of the empty path.
pub(crate) enum Namespace {}
/// Marker of the node key of one path.
pub(crate) enum PathNode {}
/// Marker of the key of the values at one path.
pub(crate) enum Value {}

impl Purpose for Master {}
impl Purpose for SlotRoot {}
impl Purpose for SlotWrap {}
impl Purpose for File {}
impl Purpose for Authority {}
impl Purpose for FileHeaderMac {}
impl Purpose for AuthorityHeaderMac {}
impl Purpose for Superblock {}
impl Purpose for Block {}
impl Purpose for Cursor {}
impl Purpose for Namespace {}
impl Purpose for PathNode {}
impl Purpose for Value {}

/// MK: 32 random bytes that every owner slot wraps.
pub(crate) type MasterKey = Key<Master>;
