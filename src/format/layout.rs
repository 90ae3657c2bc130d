//! Where things lie in the file. FORMAT 2.

use crate::crypto::aead::OVERHEAD;

/// The version of the format.
pub(crate) const FORMAT_VERSION: u16 = 1;
/// The only suite: Argon2id, HKDF-SHA-256, HMAC-SHA-256, XChaCha20-Poly1305.
pub(crate) const SUITE: u16 = 1;
/// What every file starts with. The high bit and the line ends show a transfer that was not binary.
pub(crate) const MAGIC: [u8; 8] = *b"\x89SRM\r\n\x1a\n";

/// Length of the id of a store.
pub(crate) const STORE_ID_LEN: usize = 16;
/// Length of one copy of the key header.
pub(crate) const HEADER_LEN: usize = 0x4000;
/// Length of one superblock.
pub(crate) const SUPERBLOCK_LEN: usize = 0x1000;
/// Bytes of a block as redb sees it.
pub(crate) const LOGICAL_BLOCK_LEN: usize = 0x1000;
/// Bytes of a block as it lies in the file.
pub(crate) const BLOCK_LEN: usize = LOGICAL_BLOCK_LEN + OVERHEAD;
/// Where the first superblock lies.
pub(crate) const SUPERBLOCK_OFFSET: u64 = 0x8000;
/// Where block 1 lies. Block 0 is redb's header and lives in the superblocks.
pub(crate) const DATA_OFFSET: u64 = 0xA000;

/// `LOGICAL_BLOCK_LEN` for arithmetic on offsets.
pub(crate) const LOGICAL_BLOCK: u64 = 0x1000;
/// `BLOCK_LEN` for arithmetic on offsets.
pub(crate) const STRIDE: u64 = 4136;

/// One of two copies, written in turn.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Twin {
    A,
    B,
    /// The third slot of a faulty variant of the commit scheme, over the second key header.
    #[cfg(test)]
    C,
}

impl Twin {
    pub(crate) const BOTH: [Self; 2] = [Self::A, Self::B];

    pub(crate) fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
            #[cfg(test)]
            Self::C => Self::A,
        }
    }

    /// The byte that stands for the copy in associated data.
    pub(crate) fn byte(self) -> u8 {
        match self {
            Self::A => b'A',
            Self::B => b'B',
            #[cfg(test)]
            Self::C => b'C',
        }
    }

    pub(crate) fn header_offset(self) -> u64 {
        match self {
            Self::A => 0,
            Self::B => 0x4000,
            #[cfg(test)]
            Self::C => 0x4000,
        }
    }

    pub(crate) fn superblock_offset(self) -> u64 {
        match self {
            Self::A => SUPERBLOCK_OFFSET,
            Self::B => SUPERBLOCK_OFFSET + 0x1000,
            #[cfg(test)]
            Self::C => 0x4000,
        }
    }
}

/// Where block `number` lies; blocks count from 1.
pub(crate) fn block_offset(number: u32) -> u64 {
    DATA_OFFSET + u64::from(number.saturating_sub(1)) * STRIDE
}

/// How long a file with `blocks` blocks is.
pub(crate) fn file_len(blocks: u64) -> u64 {
    DATA_OFFSET + blocks * STRIDE
}

const _: () = assert!(BLOCK_LEN == 4136);
const _: () = assert!(DATA_OFFSET == SUPERBLOCK_OFFSET + 0x2000);
