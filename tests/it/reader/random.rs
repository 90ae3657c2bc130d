//! Random stores with one key.

use std::fs;

use strongroom::{KdfCost, Store, StoreOptions};

use super::key::Key;
use super::{check_same, id_of};
use crate::fixture::{Folder, PATIENCE, Random};

/// Paths of one to four segments, some of them below others, and not only of ASCII.
pub(super) fn random_paths(random: &mut Random) -> Vec<String> {
    const SEGMENTS: [&str; 8] = ["a", "b-c", "production", "Grüße", "🔑", "key.1", " ", "日本"];
    let paths = (0..1 + random.below(24)).map(|number| {
        let depth = 1 + random.below(4);
        let mut segments: Vec<String> =
            (0..depth).map(|_| SEGMENTS[random.below(8) as usize].to_owned()).collect();
        if random.below(3) == 0 {
            segments.push(format!("{}{number}", "x".repeat(random.below(100) as usize)));
        }
        segments.join("/")
    });
    paths.collect()
}

/// 0 to 70 KB; a third of them close to where the way a value is framed or cut changes.
pub(super) fn random_value(random: &mut Random) -> Vec<u8> {
    const EDGES: [u64; 8] = [0, 64, 1_256, 4_051, 4_096, 40_960, 65_276, 65_536];
    let len = match random.below(3) {
        0 => (EDGES[random.below(8) as usize] + random.below(3)).saturating_sub(1),
        1 => random.below(300),
        _ => random.below(70_001),
    };
    (0..len.div_ceil(8)).flat_map(|_| random.next().to_le_bytes()).take(len as usize).collect()
}

fn fill(store: &Store, random: &mut Random) {
    let paths = random_paths(random);
    let put = |random: &mut Random| {
        (paths[random.below(paths.len() as u64) as usize].as_str(), random_value(random))
    };
    for _ in 0..random.below(30) {
        let puts: Vec<_> = (0..1 + random.below(3)).map(|_| put(random)).collect();
        let all =
            store.transaction(|tx| puts.iter().try_for_each(|(path, value)| tx.put(*path, value).map(drop)));
        all.unwrap();
    }
}

#[test]
fn the_second_reader_finds_what_is_in_random_stores() {
    let (folder, mut random) = (Folder::new(), Random::new());
    for number in 0..24 {
        let key = match number % 6 {
            5 => Key::Passphrase(format!("cafe\u{301} {number}")),
            _ => Key::Raw([number; 32]),
        };
        let (path, copy) = (folder.join(&format!("{number}")), folder.join(&format!("{number}.copy")));
        let options = StoreOptions::new().kdf_cost(KdfCost::EDGE).wait(PATIENCE);
        let store = options.create(&path, key.unlock()).unwrap();
        fill(&store, &mut random);
        let written = store.put("last", random_value(&mut random)).unwrap();
        fs::copy(&path, &copy).unwrap();
        store.close().unwrap();
        let (open, left) = check_same(&copy, &key);
        assert_eq!(left, "open", "store {number}");
        let (closed, left) = check_same(&path, &key);
        assert_eq!(left, "closed", "store {number}");
        assert_eq!(open, closed, "store {number}");
        let id = id_of(&written.id().to_string());
        assert_eq!(closed.secrets[&id].path, "last", "store {number}");
    }
}
