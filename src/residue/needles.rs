//! Windows of eight secret bytes in every spelling they may have been left in, and where memory holds one.

use std::collections::{BTreeMap, HashMap};

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD, Encoding, HEXLOWER, HEXUPPER};

const WINDOW: usize = 8;
/// Of a long secret its two ends and its middle are looked for, in pieces of this length.
const PIECE: usize = 64;
const FILTER_BITS: u32 = 22;

struct Pattern {
    bytes: Vec<u8>,
    secret: usize,
    spelling: &'static str,
}

/// What is looked for.
#[derive(Default)]
pub(super) struct Needles {
    secrets: Vec<String>,
    patterns: Vec<Pattern>,
    /// By the first eight bytes.
    heads: HashMap<u64, Vec<usize>>,
    /// Which hashes of eight bytes are worth a look.
    filter: Vec<u64>,
}

/// A secret and its spelling, with how often and where it was found first.
pub(super) type Found = BTreeMap<(String, &'static str), (usize, u64)>;

impl Needles {
    pub(super) fn add(&mut self, name: impl Into<String>, secret: &[u8]) {
        self.secrets.push(name.into());
        let pieces = if secret.len() <= 4 * PIECE {
            vec![secret]
        } else {
            let middle = secret.len() / 2;
            vec![&secret[..PIECE], &secret[middle..middle + PIECE], &secret[secret.len() - PIECE..]]
        };
        for window in pieces.into_iter().flat_map(|piece| piece.windows(WINDOW)) {
            self.add_spellings(window);
        }
    }

    /// A key also as HMAC sees it: mixed with the bytes of its two pads.
    pub(super) fn add_key(&mut self, name: &str, key: &[u8]) {
        self.add(name, key);
        for (pad, byte) in [("inner", 0x36), ("outer", 0x5c)] {
            self.add(
                format!("{name}, {pad} pad"),
                &key.iter().map(|of_key| of_key ^ byte).collect::<Vec<_>>(),
            );
        }
    }

    fn add_spellings(&mut self, window: &[u8]) {
        let wide = |width: usize, at: usize| -> Vec<u8> {
            let spread = |&byte: &u8| (0..width).map(move |place| if place == at { byte } else { 0 });
            window.iter().flat_map(spread).collect()
        };
        self.pattern(window.to_vec(), "raw");
        self.pattern(HEXLOWER.encode(window).into_bytes(), "hex");
        self.pattern(HEXUPPER.encode(window).into_bytes(), "HEX");
        self.pattern(wide(2, 0), "UTF-16LE");
        self.pattern(wide(2, 1), "UTF-16BE");
        self.pattern(wide(4, 0), "UTF-32");
        for before in 0..3 {
            self.pattern(base64(&BASE64_NOPAD, before, window), "base64");
            self.pattern(base64(&BASE64URL_NOPAD, before, window), "base64url");
        }
    }

    fn pattern(&mut self, mut bytes: Vec<u8>, spelling: &'static str) {
        // What follows a text may be anything.
        if spelling == "UTF-16LE" || spelling == "UTF-32" {
            bytes.truncate(
                bytes.iter().rposition(|&byte| byte != 0).map_or(WINDOW, |last| (last + 1).max(WINDOW)),
            );
        }
        if self.filter.is_empty() {
            self.filter = vec![0; 1 << (FILTER_BITS - 6)];
        }
        let head = u64::from_le_bytes(bytes[..WINDOW].try_into().unwrap());
        let (word, bit) = place(head);
        self.filter[word] |= bit;
        self.heads.entry(head).or_default().push(self.patterns.len());
        self.patterns.push(Pattern { bytes, secret: self.secrets.len() - 1, spelling });
    }

    /// Looks through `memory`, which lies at `address`.
    pub(super) fn look(&self, memory: &[u8], address: u64, found: &mut Found) {
        for (at, window) in memory.windows(WINDOW).enumerate() {
            let head = u64::from_le_bytes(window.try_into().unwrap());
            let (word, bit) = place(head);
            if self.filter[word] & bit == 0 {
                continue;
            }
            for &pattern in self.heads.get(&head).into_iter().flatten() {
                let pattern = &self.patterns[pattern];
                if memory[at..].starts_with(&pattern.bytes) {
                    let name = self.secrets[pattern.secret].clone();
                    let first = found.entry((name, pattern.spelling)).or_insert((0, address + at as u64));
                    first.0 += 1;
                }
            }
        }
    }
}

fn place(head: u64) -> (usize, u64) {
    let hash = head.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - FILTER_BITS);
    ((hash >> 6) as usize, 1 << (hash & 63))
}

/// The characters that `window` alone decides, behind `before` bytes of something else.
fn base64(alphabet: &Encoding, before: usize, window: &[u8]) -> Vec<u8> {
    let text = alphabet.encode(&[&vec![0; before], window].concat()).into_bytes();
    let decided = (before * 8).div_ceil(6)..(before + WINDOW) * 8 / 6;
    text[decided].to_vec()
}

#[test]
fn every_spelling_is_found_and_nothing_else() {
    let secret: Vec<u8> = (0..40_u8).map(|byte| byte.wrapping_mul(91).wrapping_add(17)).collect();
    let mut needles = Needles::default();
    needles.add("secret", &secret);
    let found = |memory: &[u8]| {
        let mut found = Found::new();
        needles.look(memory, 0, &mut found);
        found.into_keys().map(|(_, spelling)| spelling).collect::<Vec<_>>()
    };
    let wide = |width: usize| secret.iter().flat_map(move |&byte| [vec![byte], vec![0; width - 1]].concat());
    assert_eq!(found(&[b"abc", &secret[31..39], b"def"].concat()), ["raw"]);
    assert_eq!(found(&secret[31..38]), [""; 0], "seven bytes are no window");
    assert_eq!(found(HEXLOWER.encode(&secret).as_bytes()), ["hex"]);
    assert_eq!(found(HEXUPPER.encode(&secret).as_bytes()), ["HEX"]);
    let utf_16: Vec<u8> = wide(2).collect();
    assert_eq!(found(&utf_16[..2 * WINDOW - 1]), ["UTF-16LE"]);
    // With a zero before it, it is both.
    assert_eq!(found(&[&[0], &utf_16[..2 * WINDOW - 1]].concat()), ["UTF-16BE", "UTF-16LE"]);
    assert_eq!(found(&wide(4).collect::<Vec<_>>()), ["UTF-32"]);
    for before in 0..3 {
        let text = BASE64URL_NOPAD.encode(&[&vec![7; before], secret.as_slice(), b"xyz"].concat());
        assert!(found(text.as_bytes()).contains(&"base64url"), "{before} bytes before");
        assert!(found(text.replace('-', "+").replace('_', "/").as_bytes()).contains(&"base64"));
    }
    let long: Vec<u8> = (0..5_000_u32).map(|at| (at.wrapping_mul(0x9e37_79b9) >> 24) as u8).collect();
    needles = Needles::default();
    needles.add("long", &long);
    for at in [0, 2_530, 4_990] {
        let mut found = Found::new();
        needles.look(&long[at..at + 10], 0, &mut found);
        assert!(!found.is_empty(), "at {at}");
    }
}
