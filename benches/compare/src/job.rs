//! What every candidate keeps and is asked: the same names, tags and values, from one seed.

/// Secrets are spread over so many teams, the namespaces that a prefix page lists.
pub(crate) const TEAMS: u64 = 10;
/// As many owners, the tags that a tag page lists.
pub(crate) const OWNERS: u64 = 10;
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

pub(crate) fn path(number: u64) -> String {
    format!("production/team-{:02}/service-{:04}/api-key", number % TEAMS, number / TEAMS)
}

pub(crate) fn item(number: u64, value_len: usize) -> Item {
    let mut random = Random::new(number);
    let tags = [
        ("env", ["prod", "stage", "test", "dev"][random.index(4)].to_owned()),
        ("owner", owner(random.below(OWNERS))),
    ];
    Item { path: path(number), tags, value: value(number, value_len) }
}

pub(crate) fn owner(number: u64) -> String {
    format!("people-{number:02}")
}

pub(crate) fn value(seed: u64, len: usize) -> Vec<u8> {
    let mut random = Random::new(!seed);
    let mut bytes: Vec<u8> = (0..len.div_ceil(8)).flat_map(|_| random.next().to_le_bytes()).collect();
    bytes.truncate(len);
    bytes
}

pub(crate) fn prefix_page(random: &mut Random) -> Page {
    Page::Prefix(format!("production/team-{:02}", random.below(TEAMS)))
}

pub(crate) fn tag_page(random: &mut Random) -> Page {
    Page::Tag("owner", owner(random.below(OWNERS)))
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

/// SplitMix64: small, and the same everywhere.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn index(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }
}
