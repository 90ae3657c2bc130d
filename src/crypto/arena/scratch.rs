//! Argon2id's working memory: a mapping of its own, in large pages where there are some.
//!
//! Whoever reads it can guess the passphrase without Argon2id's cost, so it stays out of dumps and forked children, and
//! is wiped. It is not locked: it lives for a moment, and few systems let a process lock so much.

use std::mem::{align_of, size_of};
use std::slice;

use argon2::Block;
use rustix::mm::ProtFlags;

use super::mapping::{Mapping, Wish};
use crate::error::{Error, ErrorKind, Result};

/// Large pages start on a multiple of this nearly everywhere. Where they do not, memory is slower and nothing else.
const LARGE_PAGE: usize = 2 << 20;

/// Zeroed blocks, wiped and unmapped on drop.
pub(in crate::crypto) struct Scratch {
    mapping: Mapping,
    /// Where the blocks start in the mapping.
    offset: usize,
    count: usize,
}

impl Scratch {
    /// # Errors
    ///
    /// [`ErrorKind::OutOfMemory`]: an error here, not an abort in the allocator.
    pub(in crate::crypto) fn reserve(count: usize) -> Result<Self> {
        let no_memory = || {
            Error::new(ErrorKind::OutOfMemory, "not enough memory for the key derivation this slot asks for")
        };
        let page = rustix::param::page_size();
        let len = count.checked_mul(size_of::<Block>()).and_then(|len| len.checked_next_multiple_of(page));
        let len = len.ok_or_else(no_memory)?;
        // Addresses cost nothing: what lies outside the blocks is never touched.
        let total = len.checked_add(LARGE_PAGE).ok_or_else(no_memory)?;
        let mapping = Mapping::new(total, ProtFlags::READ | ProtFlags::WRITE).ok_or_else(no_memory)?;
        let offset = mapping.start().align_offset(LARGE_PAGE);
        if offset > LARGE_PAGE {
            return Err(no_memory());
        }
        for wish in [Wish::NoDump, Wish::WipeOnFork, Wish::HugePages] {
            // What is refused is missed: none of them is a condition of deriving a key.
            let _ = mapping.wish(wish, offset..offset + len);
        }
        Ok(Self { mapping, offset, count })
    }

    pub(in crate::crypto) fn blocks(&mut self) -> &mut [Block] {
        // SAFETY: `count` blocks lie inside the mapping behind `offset`, which is a multiple of their alignment. The
        // mapping is borrowed for writing, was zero at first, and every bit pattern is a block: an array of integers.
        unsafe {
            slice::from_raw_parts_mut(self.mapping.start().add(self.offset).cast().as_ptr(), self.count)
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let blocks = self.blocks();
        blocks.fill(Block::new());
        // Or the optimiser takes the fill for dead: the mapping is gone right behind it.
        std::hint::black_box(blocks);
    }
}

const _: () = assert!(size_of::<Block>() == Block::SIZE && LARGE_PAGE.is_multiple_of(align_of::<Block>()));
