//! What is listed: a store full of secrets, live, tagged and in the trash, and changes of them.

use std::time::Duration;

use super::asked::{KEYS, START, VALUES};
use super::input::Input;
use crate::crypto::mac::sha256;
use crate::{
    ErrorKind, ManualClock, Page, Put, Query, Result, SecretInfo, Store, StoreOptions, TagCount, Tags, Tier,
    Timestamp, Transaction, Update,
};

/// Some sort before `/` and some behind.
const PARTS: [&str; 8] = ["a", "a b", "a!", "ab", "team", "b", "z", "Gr\u{fc}n"];

/// What a list is asked of, and what may change between its pages.
pub(super) trait Shelves {
    fn page(&self, query: &Query) -> Result<Page>;

    /// The tag keys, or the values of one.
    fn tags(&self, key: Option<&str>) -> Result<Vec<TagCount>>;

    /// Makes a change, or none if it cannot be made.
    fn change(&mut self, everything: &[SecretInfo], input: &mut Input<'_>) -> Result<()>;
}

/// A store, whose changes are commits, and its clock.
pub(super) struct Committed<'a>(pub(super) &'a Store, pub(super) &'a ManualClock);

impl Shelves for Committed<'_> {
    fn page(&self, query: &Query) -> Result<Page> {
        self.0.list(query)
    }

    fn tags(&self, key: Option<&str>) -> Result<Vec<TagCount>> {
        key.map_or_else(|| self.0.tag_keys(), |key| self.0.tag_values(key))
    }

    fn change(&mut self, everything: &[SecretInfo], input: &mut Input<'_>) -> Result<()> {
        self.1.advance(Duration::from_millis(u64::from(input.byte() % 4)));
        passed_over(self.0.transaction(|tx| change(tx, everything, input)))
    }
}

impl Shelves for Transaction<'_, '_> {
    fn page(&self, query: &Query) -> Result<Page> {
        self.list(query)
    }

    fn tags(&self, key: Option<&str>) -> Result<Vec<TagCount>> {
        key.map_or_else(|| self.tag_keys(), |key| self.tag_values(key))
    }

    fn change(&mut self, everything: &[SecretInfo], input: &mut Input<'_>) -> Result<()> {
        passed_over(change(self, everything, input))
    }
}

/// A restore can find its path taken, a rename its end.
fn passed_over(result: Result<()>) -> Result<()> {
    match result {
        Err(error) if matches!(error.kind(), ErrorKind::AlreadyExists | ErrorKind::InvalidArgument) => Ok(()),
        result => result,
    }
}

fn change(tx: &mut Transaction<'_, '_>, everything: &[SecretInfo], input: &mut Input<'_>) -> Result<()> {
    let chosen = everything.get(input.below(everything.len()));
    match (input.below(6), chosen) {
        (1, Some(secret)) if secret.trashed().is_none() => tx.delete(secret.path()).map(drop),
        (1 | 2, Some(secret)) if secret.trashed().is_some() => tx.restore(secret.id()).map(drop),
        (3, Some(secret)) if secret.trashed().is_none() => {
            let update = Update::new().tags(tags(input)?).tier(input.pick(Tier::ALL).unwrap_or_default());
            tx.update(secret.path(), update).map(drop)
        }
        (4, Some(secret)) if secret.trashed().is_none() => tx.rename(secret.path(), &path(input)).map(drop),
        (5, Some(secret)) if secret.trashed().is_some() => tx.destroy(secret.id()),
        (5, Some(secret)) => tx.destroy(secret.path()),
        _ => put(tx, input),
    }
}

fn put(tx: &mut Transaction<'_, '_>, input: &mut Input<'_>) -> Result<()> {
    let tier = input.pick(Tier::ALL).unwrap_or_default();
    tx.put_with(&path(input), [input.byte()], Put::new().tags(tags(input)?).tier(tier)).map(drop)
}

fn path(input: &mut Input<'_>) -> String {
    let parts = (0..1 + input.below(4)).map(|_| input.pick(&PARTS).unwrap_or_default());
    parts.collect::<Vec<_>>().join("/")
}

fn tags(input: &mut Input<'_>) -> Result<Tags> {
    // Most have one in common, so that it fills several rows of the index.
    let common = if input.seldom(8) { Tags::new() } else { Tags::new().with("all", "")? };
    (0..input.below(3)).try_fold(common, |tags, _| {
        tags.with(input.pick(&KEYS).unwrap_or("all"), input.pick(&VALUES).unwrap_or_default())
    })
}

/// A store in memory after so many rounds of 16 puts and a few deletes, which follow from the number of the store.
pub(super) fn stocked(number: u8, rounds: u8) -> Result<(Store, ManualClock)> {
    let clock = ManualClock::start(Timestamp::from_millis(START));
    let store = StoreOptions::new().clock(&clock).in_memory()?;
    for round in 0..rounds {
        let bytes: Vec<u8> = (0..16).flat_map(|part| sha256(&[&[number, round, part]])).collect();
        let mut input = Input::new(&bytes);
        store.transaction(|tx| {
            for _ in 0..16 {
                put(tx, &mut input)?;
            }
            let live = super::asked::everything(|query| tx.list(query.clone().state(crate::Listed::Live)))?;
            for _ in 0..3 {
                // One that is deleted already is left where it is.
                if let Some(secret) = live.get(input.below(live.len()))
                    && tx.info(secret.path()).is_ok()
                {
                    tx.delete(secret.path())?;
                }
            }
            Ok(())
        })?;
        clock.advance(Duration::from_millis(1_000));
    }
    Ok((store, clock))
}
