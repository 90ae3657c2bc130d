//! Pages of redb's file, as far as looking a row up goes. FORMAT 2.1.

use std::cmp::Ordering;

use super::layout::LOGICAL_BLOCK;
use super::wire::{Malformed, Reader};

#[cfg(test)]
mod tests;

const LEAF: u8 = 1;
const BRANCH: u8 = 2;
/// Of the head of a leaf or branch, the number of its keys included.
const LEAF_HEAD: usize = 4;
const BRANCH_HEAD: usize = 8;
const CHECKSUM_LEN: usize = 16;
const PAGE_NUMBER_LEN: usize = 8;
const END_LEN: usize = 4;

/// Where the pages of a state lie.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// The page that the tree of tables begins with.
    pub(crate) tables: u64,
    header_pages: u64,
    data_pages: u64,
    /// The blocks of the state, block 0 included.
    blocks: u64,
}

impl Place {
    /// From block 0 and the logical length.
    pub(crate) fn read(head: &[u8], len: u64) -> Result<Self, Malformed> {
        const PRIMARY: usize = 9;
        const GEOMETRY: usize = 16;
        const SLOTS: usize = 64;
        const SLOT_LEN: usize = 128;
        let primary = usize::from(at::<1>(head, PRIMARY)?[0] & 1);
        let slot = head.get(SLOTS + primary * SLOT_LEN..).ok_or(Malformed)?;
        // Version, whether there are roots, and the root of the user's.
        let [3, 1, ..] = at::<8>(slot, 0)? else { return Err(Malformed) };
        let mut geometry = Reader::new(head.get(GEOMETRY..).ok_or(Malformed)?);
        Ok(Self {
            tables: u64::from_le_bytes(at(slot, 8)?),
            header_pages: geometry.u32()?.into(),
            data_pages: geometry.u32()?.into(),
            blocks: len / LOGICAL_BLOCK,
        })
    }

    /// The first block of a page, and how many it has.
    pub(crate) fn blocks_of(&self, number: u64) -> Result<(u32, usize), Malformed> {
        const INDEX: u64 = (1 << 20) - 1;
        let (order, region) = (number >> 59, (number >> 20) & INDEX);
        let index = number & (INDEX >> order.min(20));
        // Below 2^40 times 2^33, and what is beyond the end is refused.
        let first = 1 + region * (self.header_pages + self.data_pages) + self.header_pages + (index << order);
        let blocks = 1 << order;
        if first + blocks > self.blocks {
            return Err(Malformed);
        }
        Ok((u32::try_from(first).map_err(|_| Malformed)?, usize::try_from(blocks).map_err(|_| Malformed)?))
    }
}

/// The page that a table begins with, as the tree of tables tells it.
pub(crate) fn root_of(table: &[u8]) -> Result<u64, Malformed> {
    let mut fields = Reader::new(table);
    let (3, _, 1) = (fields.u8()?, fields.u64()?, fields.u8()?) else { return Err(Malformed) };
    fields.u64()
}

/// Where a page leads.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum Step<'a> {
    To(u64),
    Found(&'a [u8]),
    Missing,
}

/// What a page says of a key.
pub(crate) fn step<'a>(page: &'a [u8], key: &[u8]) -> Result<Step<'a>, Malformed> {
    let count = usize::from(u16::from_le_bytes(at(page, 2)?));
    match at(page, 0)? {
        [LEAF] => {
            // The ends of the keys, of the values, the keys, the values.
            let ends = Ends { page, at: LEAF_HEAD, first: LEAF_HEAD + 2 * END_LEN * count };
            let Ok(place) = search(count, key, |number| ends.part(number))? else { return Ok(Step::Missing) };
            Ok(Step::Found(ends.part(count + place)?))
        }
        [BRANCH] => {
            let children = BRANCH_HEAD + CHECKSUM_LEN * (count + 1);
            let at_ends = children + PAGE_NUMBER_LEN * (count + 1);
            let ends = Ends { page, at: at_ends, first: at_ends + END_LEN * count };
            let (Ok(place) | Err(place)) = search(count, key, |number| ends.part(number))?;
            Ok(Step::To(u64::from_le_bytes(at(page, children + PAGE_NUMBER_LEN * place)?)))
        }
        _ => Err(Malformed),
    }
}

/// Parts of a page that lie one behind the other, and a list of where they end.
struct Ends<'a> {
    page: &'a [u8],
    /// Where the list stands.
    at: usize,
    /// Where the first part begins.
    first: usize,
}

impl<'a> Ends<'a> {
    fn part(&self, number: usize) -> Result<&'a [u8], Malformed> {
        let start = number.checked_sub(1).map_or(Ok(self.first), |before| self.end(before))?;
        self.page.get(start..self.end(number)?).ok_or(Malformed)
    }

    fn end(&self, number: usize) -> Result<usize, Malformed> {
        usize::try_from(u32::from_le_bytes(at(self.page, self.at + END_LEN * number)?)).map_err(|_| Malformed)
    }
}

/// Which of so many ascending keys is this one, or else how many lie before it.
fn search<'a>(
    count: usize,
    key: &[u8],
    nth: impl Fn(usize) -> Result<&'a [u8], Malformed>,
) -> Result<Result<usize, usize>, Malformed> {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low.midpoint(high);
        match nth(middle)?.cmp(key) {
            Ordering::Less => low = middle + 1,
            Ordering::Equal => return Ok(Ok(middle)),
            Ordering::Greater => high = middle,
        }
    }
    Ok(Err(low))
}

/// The bytes at an offset.
fn at<const N: usize>(bytes: &[u8], offset: usize) -> Result<[u8; N], Malformed> {
    bytes.get(offset..).and_then(<[u8]>::first_chunk).copied().ok_or(Malformed)
}
