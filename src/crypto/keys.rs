//! Keys as types: each names its purpose, lies in the arena, and can be neither copied nor compared nor printed.

use std::marker::PhantomData;
use std::sync::Arc;

use super::arena::{Arena, Place};
use super::random;
use crate::error::Result;

/// Length of every key, in bytes.
pub(crate) const KEY_LEN: usize = 32;

/// What a key is for. The types that implement it are empty: they exist only in signatures.
pub(crate) trait Purpose {}

/// A key whose type purpose of use keeps two 32-byte secrets from being swapped. It lies in the arena.
pub(crate) struct Key<P: Purpose> {
    place: Place,
    purpose: PhantomData<fn() -> P>,
}

impl<P: Purpose> Key<P> {
    /// A key that `write` puts where it stays: no copy of it is made on the way.
    pub(crate) fn fill(
        arena: &Arc<Arena>,
        write: impl FnOnce(&mut [u8; KEY_LEN]) -> Result<()>,
    ) -> Result<Self> {
        let mut place = arena.place()?;
        write(place.bytes_mut()?)?;
        Ok(Self { place, purpose: PhantomData })
    }

    /// A fresh random key.
    pub(crate) fn generate(arena: &Arc<Arena>) -> Result<Self> {
        Self::fill(arena, |bytes| random::fill(bytes))
    }

    /// The bytes, for the primitives of this layer and for wrapping.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Forked`](crate::ErrorKind::Forked) in a forked child, whose copy of the key is wiped.
    pub(crate) fn expose(&self) -> Result<&[u8; KEY_LEN]> {
        self.place.bytes()
    }

    /// The same key in another arena, which may outlive this one.
    pub(crate) fn clone_to(&self, arena: &Arc<Arena>) -> Result<Self> {
        let bytes = self.expose()?;
        Self::fill(arena, |place| {
            place.copy_from_slice(bytes);
            Ok(())
        })
    }

    /// Where keys that follow from this one are put.
    pub(crate) fn arena(&self) -> &Arc<Arena> {
        self.place.arena()
    }

    /// A key that a test vector gives, in an arena of its own.
    #[cfg(test)]
    pub(crate) fn of(bytes: [u8; KEY_LEN]) -> Self {
        let arena = Arena::any();
        Self::fill(&arena, |place| {
            *place = bytes;
            Ok(())
        })
        .unwrap()
    }
}

/// Marker of [`MasterKey`].
pub(crate) enum Master {}
/// Marker of a key that a passphrase was stretched to.
pub(crate) enum Stretched {}
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
/// Marker of the key under which the arguments of calls with an idempotency key are digested.
pub(crate) enum Idempotency {}
/// Marker of a namespace key; the value root is the namespace key of the empty path.
pub(crate) enum Namespace {}
/// Marker of the key of the values at one path.
pub(crate) enum Value {}

impl Purpose for Master {}
impl Purpose for Stretched {}
impl Purpose for SlotRoot {}
impl Purpose for SlotWrap {}
impl Purpose for File {}
impl Purpose for Authority {}
impl Purpose for FileHeaderMac {}
impl Purpose for AuthorityHeaderMac {}
impl Purpose for Superblock {}
impl Purpose for Block {}
impl Purpose for Cursor {}
impl Purpose for Idempotency {}
impl Purpose for Namespace {}
impl Purpose for Value {}

/// MK: 32 random bytes that every owner slot wraps.
pub(crate) type MasterKey = Key<Master>;
