//! What every candidate keeps and is asked, and how its answers are compared.

use strongroom_benches::job::{Random, namespace, owner, path, tags, value};

/// Items of a page.
pub(crate) const PAGE: usize = 50;
/// The page cache of everybody who lets it be set.
pub(crate) const CACHE_BYTES: usize = 8 << 20;
/// The key of everybody who has one.
pub(crate) const KEY: [u8; 32] = [7; 32];

/// One secret to write.
pub(crate) struct Item {
    pub(crate) path: String,
    pub(crate) tags: [(&'static str, String); 2],
    pub(crate) value: Vec<u8>,
}

/// A page to list: the first of a namespace, or of a tag.
pub(crate) enum Page {
    Prefix(String),
    /// Key and value.
    Tag(&'static str, String),
}

pub(crate) fn item(number: u64, value_len: usize) -> Item {
    Item { path: path(number), tags: tags(number), value: value(number, value_len) }
}

pub(crate) fn prefix_page(random: &mut Random) -> Page {
    Page::Prefix(namespace(random.word()))
}

pub(crate) fn tag_page(random: &mut Random) -> Page {
    Page::Tag("owner", owner(random.word()))
}

/// What a candidate that read a value answers: the same for all that read the same.
pub(crate) fn digest_value(version: u64, tags: usize, value: &[u8]) -> u64 {
    let front = value.first_chunk().map_or(0, |front| u64::from_le_bytes(*front));
    front.wrapping_add(version).wrapping_add(tags as u64).wrapping_add(value.len() as u64)
}

/// What a candidate adds up for each item of a page.
pub(crate) fn digest_item(position: usize, path: &str, version: u64, tags: usize) -> u64 {
    let letters: u64 = path.bytes().map(u64::from).sum();
    letters * (position as u64 + 1) + version + tags as u64
}
