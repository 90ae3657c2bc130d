//! The same names, tags and values for everybody, from one seed.

/// Secrets are spread over so many teams, each a namespace.
const TEAMS: u64 = 10;
/// And over so many owners, each a tag.
const OWNERS: u64 = 10;

pub fn path(number: u64) -> String {
    format!("{}/service-{:04}/api-key", namespace(number), number / TEAMS)
}

/// The namespace of a secret.
pub fn namespace(number: u64) -> String {
    format!("production/team-{:02}", number % TEAMS)
}

pub fn tags(number: u64) -> [(&'static str, String); 2] {
    let mut random = Random::new(number);
    let environment = ["prod", "stage", "test", "dev"][(random.word() % 4) as usize];
    [("env", environment.to_owned()), ("owner", owner(random.word()))]
}

/// The value of a tag `owner`.
pub fn owner(number: u64) -> String {
    format!("people-{:02}", number % OWNERS)
}

pub fn value(seed: u64, len: usize) -> Vec<u8> {
    let mut random = Random::new(!seed);
    let mut bytes: Vec<u8> = (0..len.div_ceil(8)).flat_map(|_| random.word().to_le_bytes()).collect();
    bytes.truncate(len);
    bytes
}

/// SplitMix64: small, and the same everywhere.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.word() % end
    }
}
