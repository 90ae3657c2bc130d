//! Headers and superblocks, each copy valid, old, torn, foreign or zero, in all combinations.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::judge::{Contents, Judged, Tally};
use super::patched::Patched;
use super::subject::{State, subject, unlock};
use crate::ErrorKind::{self, Damaged, NotAStore, Tampered};
use crate::format::layout::{HEADER_LEN, SUPERBLOCK_LEN};
use crate::sealed::forge::outdated_header;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Form {
    Valid,
    Old,
    /// The first half valid, the second half old.
    Torn,
    Foreign,
    Zero,
}

use Form::{Foreign, Old, Torn, Valid, Zero};

const FORMS: [Form; 5] = [Valid, Old, Torn, Foreign, Zero];
const SUPERBLOCKS: [usize; 2] = [0x8000, 0x9000];
const HEADERS: [usize; 2] = [0, 0x4000];

/// What a combination may come to.
#[derive(Debug, Eq, PartialEq)]
enum Expected {
    Unchanged,
    Refused(&'static [ErrorKind]),
    /// Both superblocks are old: exactly the old state, if its blocks are still there, or refused.
    OlderOr(&'static [ErrorKind]),
}

/// The table. A header is tried in the order of its sequence number, A before B, and the first whose slot opens
/// decides: the foreign one has the valid one's number, the old one a lower one.
fn expected(headers: [Form; 2], superblocks: [Form; 2]) -> Expected {
    let has = |form| superblocks.contains(&form);
    let deciding = [headers[0], headers[1]].into_iter().find(|header| matches!(header, Valid | Foreign));
    match deciding {
        Some(Valid) if has(Valid) => Expected::Unchanged,
        Some(Valid) if has(Old) => Expected::OlderOr(&[Damaged, Tampered]),
        Some(Valid) => Expected::Refused(&[Damaged]),
        // The foreign store, over blocks that are not its own.
        Some(_) if has(Foreign) => Expected::Refused(&[Damaged, Tampered]),
        Some(_) => Expected::Refused(&[Damaged]),
        // A superblock names the only header it accepts, and it is not this one.
        None if headers == [Old, Old] && has(Valid) => Expected::Refused(&[Tampered]),
        // An old superblock may be found out by the blocks of its commit before it names its header.
        None if headers.contains(&Old) && has(Old) && !has(Valid) => Expected::Refused(&[Damaged, Tampered]),
        None if headers == [Zero, Zero] => Expected::Refused(&[NotAStore]),
        None => Expected::Refused(&[Damaged]),
    }
}

fn bytes(form: Form, valid: &[u8], old: &[u8], foreign: &[u8]) -> Vec<u8> {
    match form {
        Valid => valid.to_vec(),
        Old => old.to_vec(),
        Torn => [&valid[..valid.len() / 2], &old[valid.len() / 2..]].concat(),
        Foreign => foreign.to_vec(),
        Zero => vec![0; valid.len()],
    }
}

fn every_combination() -> impl Iterator<Item = [Form; 4]> {
    (0..625)
        .map(|number: usize| [number % 5, number / 5 % 5, number / 25 % 5, number / 125].map(|at| FORMS[at]))
}

/// Tries all combinations with superblocks from `old`.
fn walk(old: &State) -> (Tally, u64) {
    let (now, foreign) = (&subject().now, &subject().foreign);
    let old_header = outdated_header(&now.image, &unlock());
    let states: [&Contents; 2] = [&now.contents, &old.contents];
    let mut tally = Tally::default();
    let mut tried = 0;
    for forms @ [header_a, header_b, superblock_a, superblock_b] in every_combination() {
        let mut file = Patched::new(&now.image);
        for (at, form) in HEADERS.into_iter().zip([header_a, header_b]) {
            let part = |image: &Arc<[u8]>| image[at..][..HEADER_LEN].to_vec();
            file = file.with(at, bytes(form, &part(&now.image), &old_header, &part(&foreign.image)));
        }
        for (at, form) in SUPERBLOCKS.into_iter().zip([superblock_a, superblock_b]) {
            let part = |image: &Arc<[u8]>| image[at..][..SUPERBLOCK_LEN].to_vec();
            file = file.with(at, bytes(form, &part(&now.image), &part(&old.image), &part(&foreign.image)));
        }
        let judged = tally.attack(forms, file, &states);
        let expected = expected([header_a, header_b], [superblock_a, superblock_b]);
        let fits = match (&judged, &expected) {
            (Judged::State(0, _), Expected::Unchanged) | (Judged::State(1, _), Expected::OlderOr(_)) => true,
            (Judged::Refused(kind), Expected::Refused(kinds) | Expected::OlderOr(kinds)) => {
                kinds.contains(kind)
            }
            _ => false,
        };
        assert!(fits, "headers and superblocks {forms:?}: {judged:?}, but {expected:?}");
        tried += 1;
    }
    (tally, tried)
}

#[test]
fn every_combination_of_headers_and_superblocks_comes_to_what_the_table_says() {
    let past = &subject().past;
    // The last state, whose pages are still there, and older ones, whose pages were used again.
    for old in [past.len() - 1, past.len() - 2, past.len() / 2, 1] {
        let (tally, tried) = walk(&past[old]);
        println!("superblocks of state {old} of {}: {tally:?}", past.len());
        assert_eq!(tried, 625);
        // (valid | torn, old, zero before valid) headers, times superblocks with a valid one.
        assert_eq!(tally.unchanged, 8 * 9, "{tally:?}");
        assert!(
            tally.refused(Damaged) > 100 && tally.refused(Tampered) >= 7 && tally.refused(NotAStore) == 25
        );
    }
}

#[test]
fn the_combinations_are_all_different() {
    let all: BTreeSet<String> = every_combination().map(|forms| format!("{forms:?}")).collect();
    assert_eq!(all.len(), 625);
}
