//! An unlocked sealed file: its keys, its disk, and the last state known to be durable.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::disk::Disk;
use super::disk::file::Access;
use super::owner::Owner;
use crate::crypto::aead::{self, TAG_LEN, Unauthentic};
use crate::crypto::arena::{Arena, MemoryStatus};
use crate::crypto::derive::{self, StoreKeys};
use crate::crypto::keys::{
    AuthorityHeaderMac, Block, Cursor, FileHeaderMac, Idempotency, Key, Namespace,
    Superblock as SuperblockKey,
};
use crate::crypto::mac::{equal, hmac};
use crate::error::{Error, ErrorKind, Result};
use crate::format::aad::{self, StoreEpoch};
use crate::format::header::Header;
use crate::format::layout::{BLOCK_LEN, LOGICAL_BLOCK_LEN, SUPERBLOCK_LEN, Twin, block_offset, file_len};
use crate::format::superblock::{PLAINTEXT_LEN, Superblock};
use crate::format::wire::Writer;
use crate::secret::Plaintext;

/// A block as it lies on the disk.
pub(super) type SealedBlock = [u8; BLOCK_LEN];

/// What all handles on one file share.
pub(crate) struct SealedFile {
    pub(super) disk: Arc<dyn Disk>,
    pub(super) access: Access,
    pub(super) place: StoreEpoch,
    keys: FileKeys,
    /// Locked for moments only, and never while waiting for the disk or for the lock below.
    owner: Mutex<Owner>,
    /// `None` until the first superblock of a new file is durable.
    durable: Mutex<Option<Durable>>,
    /// Set by the first failed write or sync: what the medium holds is unknown until it is opened again. Readers ask
    /// here, because the lock above is held during a sync.
    poisoned: AtomicBool,
    /// Whether this handle has synced the file. What a process that was killed left may not be on the medium before.
    pub(super) synced: AtomicBool,
}

/// The keys of a file, for as long as it is open.
pub(super) struct FileKeys {
    block: Key<Block>,
    superblock: Key<SuperblockKey>,
    cursor: Key<Cursor>,
    idempotency: Key<Idempotency>,
    value_root: Key<Namespace>,
    file_header_mac: Key<FileHeaderMac>,
    authority_header_mac: Key<AuthorityHeaderMac>,
}

/// The last state whose sync returned, and where it lies.
pub(super) struct Durable {
    pub(super) superblock: Superblock,
    pub(super) copy: Twin,
    /// Greater than every sequence seen, even in a superblock that was not accepted.
    pub(super) next_sequence: u64,
    /// Whether this handle made the state and has left no proof yet that it is durable.
    pub(super) unproven: bool,
    /// Blocks the disk has room for, counted from 1 without a gap. Unknown, so 0, until this handle asked.
    pub(super) reserved: u64,
}

impl FileKeys {
    pub(super) fn derive(keys: StoreKeys) -> Result<Self> {
        Ok(Self {
            block: derive::block(&keys.file)?,
            superblock: derive::superblock(&keys.file)?,
            cursor: derive::cursor(&keys.file)?,
            idempotency: derive::idempotency(&keys.authority)?,
            value_root: keys.value_root,
            file_header_mac: derive::file_header_mac(&keys.file)?,
            authority_header_mac: derive::authority_header_mac(&keys.authority)?,
        })
    }

    /// Sets the MACs of a header, and its digest.
    pub(super) fn seal_header<'a>(&self, header: &'a mut Header) -> Result<&'a [u8]> {
        header.seal(
            |covered| hmac(&self.file_header_mac, covered),
            |covered| hmac(&self.authority_header_mac, covered),
        )
    }

    /// Whether both MACs of a header hold.
    pub(super) fn vouch_for(&self, header: &Header) -> Result<bool> {
        let (covered, mac) = header.file_mac();
        let file_holds = equal(&hmac(&self.file_header_mac, covered)?, mac);
        let (covered, mac) = header.authority_mac();
        let authority_holds = equal(&hmac(&self.authority_header_mac, covered)?, mac);
        Ok(file_holds & authority_holds)
    }
}

impl SealedFile {
    pub(super) fn new(disk: Arc<dyn Disk>, access: Access, owner: Owner, keys: FileKeys) -> Self {
        Self {
            disk,
            access,
            place: owner.header.place,
            keys,
            owner: Mutex::new(owner),
            durable: Mutex::new(None),
            poisoned: AtomicBool::new(false),
            synced: AtomicBool::new(false),
        }
    }

    /// Whether a holder of this file's keys wrote this header, for this file.
    pub(super) fn wrote(&self, header: &Header) -> Result<bool> {
        Ok(header.place == self.place && self.keys.vouch_for(header)?)
    }

    /// The medium. It stays locked as long as somebody has it.
    pub(crate) fn disk(&self) -> &Arc<dyn Disk> {
        &self.disk
    }

    /// How well the keys of this file are protected in memory.
    pub(crate) fn memory_status(&self) -> MemoryStatus {
        self.keys.block.arena().status()
    }

    pub(super) fn arena(&self) -> &Arc<Arena> {
        self.keys.block.arena()
    }

    pub(super) fn owner(&self) -> MutexGuard<'_, Owner> {
        self.owner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets the MACs of a header of this file.
    pub(super) fn seal_header<'a>(&self, header: &'a mut Header) -> Result<&'a [u8]> {
        self.keys.seal_header(header)
    }

    /// The store and epoch, for what is sealed above.
    pub(crate) fn place(&self) -> &StoreEpoch {
        &self.place
    }

    /// The root of the keys of values.
    pub(crate) fn value_root(&self) -> &Key<Namespace> {
        &self.keys.value_root
    }

    /// The key of page cursors.
    pub(crate) fn cursor_key(&self) -> &Key<Cursor> {
        &self.keys.cursor
    }

    /// The key under which arguments of calls are digested.
    pub(crate) fn idempotency_key(&self) -> &Key<Idempotency> {
        &self.keys.idempotency
    }

    pub(super) fn durable(&self) -> Result<MutexGuard<'_, Option<Durable>>> {
        self.durable.lock().map_err(|_| poisoned())
    }

    /// What `of` makes of the last durable superblock.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Internal`] before the first one.
    pub(super) fn stable<T>(&self, of: impl FnOnce(&Superblock) -> T) -> Result<T> {
        let durable = self.durable()?;
        let durable = durable.as_ref().ok_or_else(|| Error::internal("the file has no superblock yet"))?;
        Ok(of(&durable.superblock))
    }

    /// Number of the last durable commit.
    pub(crate) fn generation(&self) -> Result<u64> {
        self.stable(|stable| stable.generation)
    }

    /// What tells this state from an older or foreign one.
    pub(crate) fn position(&self) -> Result<Position> {
        self.stable(|stable| Position {
            store_id: self.place.store_id,
            generation: stable.generation,
            audit_head: stable.audit_head,
        })
    }

    /// Head of the audit chain and clock mark of the last durable commit.
    pub(crate) fn stamp(&self) -> Result<Stamp> {
        self.stable(|stable| Stamp { audit_head: stable.audit_head, clock_mark: stable.clock_mark })
    }

    /// Whether a failed write or sync made the handle useless.
    pub(crate) fn is_poisoned(&self) -> bool {
        self.poisoned.load(Ordering::Acquire)
    }

    /// # Errors
    ///
    /// [`ErrorKind::Poisoned`] after a failed write or sync; [`ErrorKind::Forked`] in a forked child.
    pub(crate) fn check_usable(&self) -> Result<()> {
        if self.is_poisoned() { Err(poisoned()) } else { self.check_process() }
    }

    /// # Errors
    ///
    /// [`ErrorKind::Forked`] in a child that was forked from the process that opened the file.
    pub(crate) fn check_process(&self) -> Result<()> {
        self.arena().check()
    }

    pub(super) fn poison(&self) {
        self.poisoned.store(true, Ordering::Release);
    }

    /// Blocks the last durable state needs.
    pub(crate) fn physical_blocks(&self) -> Result<u64> {
        self.stable(|stable| stable.physical_blocks)
    }

    /// The length that the last durable state needs, in bytes: unlike the file's own, nobody without a key chose it.
    pub(crate) fn needed_len(&self) -> Result<u64> {
        Ok(file_len(self.physical_blocks()?))
    }

    /// Whether the file is still the one its path names.
    pub(crate) fn is_in_place(&self) -> Result<bool> {
        self.disk.is_in_place().map_err(|source| Error::io("look at the store's path", source))
    }

    /// The length of the file, in bytes.
    pub(crate) fn disk_len(&self) -> Result<u64> {
        self.disk.len().map_err(|source| Error::io("ask for the length of the store's file", source))
    }

    pub(super) fn seal_block(&self, number: u32, plaintext: &[u8]) -> Result<SealedBlock> {
        let mut sealed = [0; BLOCK_LEN];
        aead::seal(&self.keys.block, &aad::block(&self.place, number), plaintext, &mut sealed)?;
        Ok(sealed)
    }

    /// Opens a block. A block of zeros was never written, and is as unauthentic as any other.
    pub(super) fn open_block(
        &self,
        number: u32,
        sealed: &[u8],
        plaintext: &mut [u8],
    ) -> Result<std::result::Result<(), Unauthentic>> {
        aead::open(&self.keys.block, &aad::block(&self.place, number), sealed, plaintext)
    }

    /// Reads and opens a block.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Tampered`] if it is not authentic, also because the file ends before it.
    pub(super) fn read_block(&self, number: u32, plaintext: &mut [u8]) -> Result<()> {
        let mut sealed = [0; BLOCK_LEN];
        self.disk.read_at(block_offset(number), &mut sealed).map_err(|source| match source.kind() {
            io::ErrorKind::UnexpectedEof => unauthentic(number),
            _ => Error::io("read the store's file", source),
        })?;
        self.open_block(number, &sealed, plaintext)?.map_err(|Unauthentic| unauthentic(number))
    }

    /// Whether the medium carries `tag` at `number`, over an authentic block.
    pub(super) fn block_is(&self, number: u32, tag: &[u8; TAG_LEN]) -> Result<bool> {
        let mut sealed = [0; BLOCK_LEN];
        self.disk
            .read_at(block_offset(number), &mut sealed)
            .map_err(|source| Error::io("read the store's file", source))?;
        let mut plaintext = Plaintext::zeros(LOGICAL_BLOCK_LEN);
        Ok(block_tag(&sealed) == *tag && self.open_block(number, &sealed, &mut plaintext)?.is_ok())
    }

    pub(super) fn write_superblock(&self, copy: Twin, sequence: u64, superblock: &Superblock) -> Result<()> {
        let mut sealed = [0; SUPERBLOCK_LEN - 8];
        let aad = aad::superblock(&self.place, copy, sequence);
        aead::seal(&self.keys.superblock, &aad, &superblock.encode(), &mut sealed)?;
        let bytes = Writer::with_capacity(SUPERBLOCK_LEN).u64(sequence).bytes(&sealed).finish();
        self.disk
            .write_at(copy.superblock_offset(), &bytes)
            .map_err(|source| Error::io("write to the store's file", source))
    }

    /// `None` if it is not authentic.
    pub(super) fn open_superblock(
        &self,
        copy: Twin,
        sequence: u64,
        sealed: &[u8],
    ) -> Result<Option<Plaintext>> {
        let mut plaintext = Plaintext::zeros(PLAINTEXT_LEN);
        let aad = aad::superblock(&self.place, copy, sequence);
        let opened = aead::open(&self.keys.superblock, &aad, sealed, &mut plaintext)?;
        Ok(opened.is_ok().then_some(plaintext))
    }
}

/// Which store, how old, with which history.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Position {
    pub(crate) store_id: [u8; 16],
    pub(crate) generation: u64,
    pub(crate) audit_head: [u8; 32],
}

/// What the layers above put into the next commit.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Stamp {
    /// Head of the audit chain.
    pub(crate) audit_head: [u8; 32],
    /// The greatest time seen, in milliseconds since the Unix epoch.
    pub(crate) clock_mark: i64,
}

/// The tag at the end of a sealed block.
pub(super) fn block_tag(sealed: &SealedBlock) -> [u8; TAG_LEN] {
    sealed.last_chunk().copied().unwrap_or_default()
}

/// The error of every call on a handle after a failed write or sync.
pub(super) fn poisoned() -> Error {
    Error::new(
        ErrorKind::Poisoned,
        "an earlier write or sync of this handle failed; close it and open the store again to see what was kept",
    )
}

/// The error of a block that does not open.
pub(super) fn unauthentic(number: u32) -> Error {
    Error::new(
        ErrorKind::Tampered,
        format!(
            "block {number} of the store does not authenticate: it was altered or decayed; restore a backup"
        ),
    )
}
