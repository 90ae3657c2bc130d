use super::*;
use crate::crypto::random;

fn ends(from: usize, parts: &[&[u8]]) -> Vec<u8> {
    let mut end = from;
    let next = |part: &&[u8]| {
        end += part.len();
        u32::try_from(end).unwrap().to_le_bytes()
    };
    parts.iter().flat_map(next).collect()
}

fn leaf(pairs: &[(&[u8], &[u8])]) -> Vec<u8> {
    let (keys, values): (Vec<&[u8]>, Vec<&[u8]>) = pairs.iter().copied().unzip();
    let parts = [keys, values].concat();
    let count = u16::try_from(pairs.len()).unwrap().to_le_bytes();
    let head = [&[1, 0], count.as_slice(), &ends(4 + 8 * pairs.len(), &parts)].concat();
    [head, parts.concat()].concat()
}

fn branch(keys: &[&[u8]], children: &[u64]) -> Vec<u8> {
    assert_eq!(keys.len() + 1, children.len());
    let count = u16::try_from(keys.len()).unwrap().to_le_bytes();
    let numbers = children.iter().flat_map(|child| child.to_le_bytes()).collect();
    let ends = ends(8 + 24 * children.len() + 4 * keys.len(), keys);
    [
        [&[2, 0], count.as_slice(), &[0; 4]].concat(),
        vec![7; 16 * children.len()],
        numbers,
        ends,
        keys.concat(),
    ]
    .concat()
}

#[test]
fn a_leaf_has_the_value_of_a_key_or_none() {
    let page = leaf(&[(b"a", b"first"), (b"bb", b""), (b"c", b"last")]);
    for (key, value) in [("a", "first"), ("bb", ""), ("c", "last")] {
        assert_eq!(step(&page, key.as_bytes()).unwrap(), Step::Found(value.as_bytes()), "{key}");
    }
    for key in ["", "aa", "b", "bbb", "d"] {
        assert_eq!(step(&page, key.as_bytes()).unwrap(), Step::Missing, "{key}");
    }
    assert_eq!(step(&leaf(&[]), b"a").unwrap(), Step::Missing);
}

#[test]
fn a_branch_leads_to_the_child_whose_keys_are_not_beyond_its_own() {
    let page = branch(&[b"b", b"dd"], &[10, 20, 30]);
    for (key, child) in [("", 10), ("b", 10), ("b0", 20), ("dd", 20), ("dda", 30), ("z", 30)] {
        assert_eq!(step(&page, key.as_bytes()).unwrap(), Step::To(child), "{key}");
    }
}

#[test]
fn a_page_number_says_where_its_blocks_lie() {
    let place = Place { tables: 0, header_pages: 2, data_pages: 100, blocks: 300 };
    let number = |order: u64, region: u64, index: u64| order << 59 | region << 20 | index;
    assert_eq!(place.blocks_of(number(0, 0, 5)).unwrap(), (1 + 2 + 5, 1));
    assert_eq!(place.blocks_of(number(3, 1, 5)).unwrap(), (1 + 102 + 2 + 40, 8));
    assert_eq!(place.blocks_of(number(0, 2, 92)).unwrap(), (299, 1));
    assert!(place.blocks_of(number(0, 2, 93)).is_err());
    assert!(place.blocks_of(number(1, 2, 46)).is_err(), "its second block lies beyond the end");
    for number in [u64::MAX, number(31, 0, 0), number(20, 0, 0), number(0, (1 << 20) - 1, 0)] {
        assert!(place.blocks_of(number).is_err(), "{number:#x}");
    }
}

#[test]
fn block_0_says_where_the_tables_begin() {
    let mut head = vec![0; 512];
    head[16..20].copy_from_slice(&1_u32.to_le_bytes());
    head[20..24].copy_from_slice(&50_u32.to_le_bytes());
    for (slot, tables) in [(64, 5_u64), (192, 6)] {
        head[slot..slot + 2].copy_from_slice(&[3, 1]);
        head[slot + 8..slot + 16].copy_from_slice(&tables.to_le_bytes());
    }
    let read = |head: &[u8]| Place::read(head, 7 * LOGICAL_BLOCK);
    let place = read(&head).unwrap();
    assert_eq!((place.tables, place.header_pages, place.data_pages, place.blocks), (5, 1, 50, 7));
    head[9] = 0b11;
    assert_eq!(read(&head).unwrap().tables, 6);
    head[193] = 0;
    assert!(read(&head).is_err(), "a state without a root");
    (head[193], head[192]) = (1, 2);
    assert!(read(&head).is_err(), "a slot of another version");
    assert!(read(&head[..200]).is_err());
}

#[test]
fn a_table_says_where_it_begins() {
    let table = [&[3][..], &[9; 8], &[1], &7_u64.to_le_bytes(), &[0; 16]].concat();
    assert_eq!(root_of(&table).unwrap(), 7);
    let altered = |at: usize, byte: u8| [&table[..at], &[byte], &table[at + 1..]].concat();
    assert!(root_of(&altered(0, 4)).is_err());
    assert!(root_of(&altered(9, 0)).is_err(), "an empty table");
    assert!(root_of(&table[..17]).is_err());
}

#[test]
fn whatever_stands_in_a_page_is_followed_or_refused() {
    let pages =
        [leaf(&[(b"a", b"first"), (b"bb", b"x"), (b"c", b"last")]), branch(&[b"b", b"dd"], &[10, 20, 30])];
    let seed: [u8; 32] = random::bytes().unwrap();
    let mut refused = 0;
    for round in 0_usize..20_000 {
        let mut page = pages[round % 2].clone();
        let draw = |at: usize| usize::from(seed[(round / 7 + at) % 32]) * 31 + round * (at + 1);
        for change in 0..1 + draw(0) % 3 {
            let at = draw(change + 1) % page.len().min(48);
            page[at] = u8::try_from(draw(change + 5) % 256).unwrap();
        }
        page.truncate(page.len() - draw(9) % 8);
        refused += usize::from(step(&page, b"bb").is_err());
    }
    assert!(refused > 1_000, "seed {seed:?}: {refused} of 20000");
    for len in 0..16 {
        assert!(step(&vec![1; len], b"a").is_err() || len >= 4, "{len} bytes");
        assert!(step(&vec![3; len], b"a").is_err(), "{len} bytes");
    }
}
