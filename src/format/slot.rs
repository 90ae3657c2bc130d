//! A key slot: 256 bytes that wrap a key for one way to unlock. FORMAT 4.

use super::wire::{Malformed, Reader, Writer, are_zero};
use crate::crypto::aead::OVERHEAD;

/// Length of a slot in the header.
pub(crate) const SLOT_LEN: usize = 256;
/// What the wrap authenticates of a slot, from its start.
const BOUND_LEN: usize = 104;
/// Longest wrapped payload.
const PAYLOAD_LEN_MAX: usize = 64;
/// Payload of an owner slot: the master key.
pub(crate) const OWNER_PAYLOAD_LEN: usize = 32;

/// How a key slot unlocks. FORMAT 4.1.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum SlotKind {
    /// With a passphrase, stretched with Argon2id.
    Passphrase,
    /// With a raw key of 32 bytes, from a keychain, a TPM or a provisioning step.
    RawKey,
    /// With a key file.
    KeyFile,
    /// With a passphrase and a key file together: neither opens it alone.
    PassphraseAndKeyFile,
    /// With a recovery code of 256 bits.
    RecoveryCode,
}

impl SlotKind {
    /// Every kind with its number in the file.
    const NUMBERS: [(Self, u8); 5] = [
        (Self::Passphrase, 1),
        (Self::RawKey, 2),
        (Self::KeyFile, 3),
        (Self::PassphraseAndKeyFile, 4),
        (Self::RecoveryCode, 5),
    ];

    fn byte(self) -> u8 {
        Self::NUMBERS.iter().find(|(kind, _)| *kind == self).map_or(0, |(_, byte)| *byte)
    }

    fn from_byte(byte: u8) -> Option<Self> {
        Self::NUMBERS.iter().find(|(_, number)| *number == byte).map(|(kind, _)| *kind)
    }

    /// Whether a passphrase is part of it, which is stretched.
    #[must_use]
    pub fn has_passphrase(self) -> bool {
        matches!(self, Self::Passphrase | Self::PassphraseAndKeyFile)
    }

    /// Whether a person can unlock with it, without the machine or program that keeps a raw key.
    #[must_use]
    pub fn is_for_people(self) -> bool {
        self != Self::RawKey
    }
}

/// The Argon2id cost as it stands in a slot: not yet held against the accept window.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct StoredCost {
    pub(crate) memory_kib: u32,
    pub(crate) passes: u32,
    pub(crate) lanes: u32,
}

/// A slot in use.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Slot {
    pub(crate) kind: SlotKind,
    pub(crate) cost: StoredCost,
    pub(crate) id: [u8; 16],
    pub(crate) salt: [u8; 32],
    pub(crate) commitment: [u8; 32],
    /// `nonce | ciphertext | tag` of the payload.
    pub(crate) wrapped: Vec<u8>,
}

/// What stands at a slot's place.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum SlotState {
    Empty,
    InUse(Slot),
    /// A kind or field this version does not know: passed over while unlocking, refused once authentic.
    Unknown,
}

impl Slot {
    /// What the wrap is bound to: everything up to the wrapped payload.
    pub(crate) fn bound(&self) -> Vec<u8> {
        let (kdf, nfc) = if self.kind.has_passphrase() { (1, 1) } else { (0, 0) };
        let payload_len = self.wrapped_payload_len();
        Writer::with_capacity(SLOT_LEN)
            .u8(self.kind.byte())
            .u8(kdf)
            .u16(nfc)
            .u32(self.cost.memory_kib)
            .u32(self.cost.passes)
            .u32(self.cost.lanes)
            .bytes(&self.id)
            .bytes(&self.salt)
            .bytes(&self.commitment)
            .u16(payload_len)
            .zeros_to(BOUND_LEN)
            .finish()
    }

    fn wrapped_payload_len(&self) -> u16 {
        u16::try_from(self.wrapped.len().saturating_sub(OVERHEAD)).unwrap_or(u16::MAX)
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        Writer::with_capacity(SLOT_LEN).bytes(&self.bound()).bytes(&self.wrapped).zeros_to(SLOT_LEN).finish()
    }

    fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut fields = Reader::new(bytes);
        let kind = SlotKind::from_byte(fields.u8()?).ok_or(Malformed)?;
        let (kdf, flags) = (fields.u8()?, fields.u16()?);
        let cost = StoredCost { memory_kib: fields.u32()?, passes: fields.u32()?, lanes: fields.u32()? };
        let expected = if kind.has_passphrase() { (1, 1, cost) } else { (0, 0, StoredCost::default()) };
        if (kdf, flags, cost) != expected {
            return Err(Malformed);
        }
        let (id, salt, commitment) = (fields.array()?, fields.array()?, fields.array()?);
        let payload_len = usize::from(fields.u16()?);
        fields.zeros(6)?;
        if payload_len != OWNER_PAYLOAD_LEN {
            return Err(Malformed);
        }
        let wrapped = fields.bytes(OVERHEAD + payload_len)?.to_vec();
        fields.zeros(SLOT_LEN - BOUND_LEN - OVERHEAD - payload_len)?;
        fields.end()?;
        Ok(Self { kind, cost, id, salt, commitment, wrapped })
    }
}

impl SlotState {
    /// Never fails: a header has 48 slots, and one unknown one must not hide the others.
    pub(crate) fn decode(bytes: &[u8]) -> Self {
        if are_zero(bytes) {
            return Self::Empty;
        }
        Slot::decode(bytes).map_or(Self::Unknown, Self::InUse)
    }

    /// The slot, if it is one in use.
    pub(crate) fn in_use(&self) -> Option<Slot> {
        match self {
            Self::InUse(slot) => Some(slot.clone()),
            Self::Empty | Self::Unknown => None,
        }
    }
}

const _: () = assert!(BOUND_LEN + OVERHEAD + PAYLOAD_LEN_MAX <= SLOT_LEN);
const _: () = assert!(OWNER_PAYLOAD_LEN <= PAYLOAD_LEN_MAX);

#[cfg(test)]
mod tests;
