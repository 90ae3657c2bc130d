//! Lists, page by page, against the plainest answer; and cursors, genuine and not.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::asked::{Asked, Entry, KEYS, Meaning, Place, everything};
use super::input::Input;
use super::shelves::{Committed, Shelves, stocked};
use crate::{Cursor, Error, ErrorKind, Result, SecretId, SecretInfo, Store};

/// Rounds of 16 puts that the store has which is made once.
const ROUNDS: u8 = 24;

/// Asks one query page by page, while `bytes` say what changes between the pages, and with which cursors it is
/// asked beside. Every page must hold exactly what a plain filter and sort give, every secret that stays as it is must
/// come once, and no cursor may go on but one that was issued for this very query.
///
/// Changes are made in a transaction that is given up in the end, or as commits to a small store of their own.
///
/// # Panics
///
/// If anything is otherwise.
pub fn listing(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let outcome = if input.seldom(4) { committed(&mut input) } else { given_up(&mut input) };
    assert!(outcome.is_ok(), "an operation failed that must not: {outcome:?}");
}

fn committed(input: &mut Input<'_>) -> Result<()> {
    let (store, clock) = stocked(1 + input.byte() % 8, 2)?;
    Walk::new(&mut Committed(&store, &clock), other()?)?.walk(input)
}

fn given_up(input: &mut Input<'_>) -> Result<()> {
    static FULL: OnceLock<Result<Store>> = OnceLock::new();
    let full = FULL.get_or_init(|| stocked(0, ROUNDS).map(|(store, _)| store)).as_ref().map_err(same)?;
    let mut walked = Ok(());
    let given_up = full.transaction(|tx| -> Result<()> {
        walked = Walk::new(tx, other()?).and_then(|mut walk| walk.walk(input));
        Err(Error::new(ErrorKind::Cancelled, "the next input finds the same store"))
    });
    assert!(
        given_up.is_err_and(|error| error.kind() == ErrorKind::Cancelled),
        "a transaction ended otherwise"
    );
    walked
}

/// Another store, whose cursors go on nowhere else.
fn other() -> Result<&'static Store> {
    static OTHER: OnceLock<Result<Store>> = OnceLock::new();
    OTHER.get_or_init(|| stocked(0, 2).map(|(store, _)| store)).as_ref().map_err(same)
}

fn same(error: &Error) -> Error {
    Error::new(error.kind(), error.to_string())
}

/// A cursor as it was issued.
struct Issued {
    text: String,
    asked: Asked,
    meaning: Meaning,
    place: Place,
}

struct Walk<'a, S> {
    shelves: &'a mut S,
    /// What they hold.
    everything: Vec<SecretInfo>,
    issued: Vec<Issued>,
    other: &'a Store,
}

impl<'a, S: Shelves> Walk<'a, S> {
    fn new(shelves: &'a mut S, other: &'a Store) -> Result<Self> {
        let everything = everything(|query| shelves.page(query))?;
        Ok(Self { shelves, everything, issued: Vec::new(), other })
    }

    fn walk(&mut self, input: &mut Input<'_>) -> Result<()> {
        let mut asked = Asked::new(input);
        let Some(meaning) = asked.meaning() else {
            self.check_refused(&asked, None);
            return Ok(());
        };
        let accepted = self.everything.iter().filter(|info| meaning.accepts(info));
        let mut untouched: Vec<SecretInfo> = accepted.cloned().collect();
        let (mut seen, mut last) = (Vec::new(), None);
        loop {
            if input.is_empty() {
                asked.limit = 1_000;
            }
            last = self.check_page(&asked, &meaning, last, &mut seen)?;
            if last.is_none() {
                break;
            }
            match input.below(5) {
                1 => {
                    self.shelves.change(&self.everything, input)?;
                    self.everything = everything(|query| self.shelves.page(query))?;
                    untouched.retain(|info| self.everything.contains(info));
                }
                2 => self.attack(input)?,
                3 => {
                    let other = asked.altered(input);
                    if other.meaning().as_ref() == Some(&meaning) {
                        asked = other;
                    }
                }
                4 => self.check_tags(input.pick(&KEYS))?,
                _ => {}
            }
        }
        if asked.limit > 0 && !meaning.is_of_one_level() {
            for info in &untouched {
                let times = seen.iter().filter(|id| **id == info.id()).count();
                assert!(times == 1, "{} came {times} times in {asked:?}", info.path());
            }
        }
        Ok(())
    }

    /// Asks for the page behind an issued cursor, or the first, and looks at everything on it. Gives the cursor behind it.
    fn check_page(
        &mut self,
        asked: &Asked,
        meaning: &Meaning,
        last: Option<usize>,
        seen: &mut Vec<SecretId>,
    ) -> Result<Option<usize>> {
        let last = last.and_then(|last| self.issued.get(last));
        let query = match last {
            Some(last) => asked.query().after(last.text.parse()?),
            None => asked.query(),
        };
        let page = self.shelves.page(&query)?;
        let accepted = self.everything.iter().filter(|info| meaning.accepts(info)).count();
        let total = u64::try_from(accepted).ok().filter(|_| asked.count && last.is_none());
        assert!(page.total() == total, "{:?} are not {total:?}: {asked:?}", page.total());

        let answer = meaning.answer(&self.everything);
        let mut rest = answer.into_iter().filter(|(place, _)| last.is_none_or(|last| *place > last.place));
        let expected: Vec<_> = rest.by_ref().take(asked.limit).collect();
        let (mut items, mut namespaces) = (page.items().iter(), page.namespaces().iter());
        for (_, entry) in &expected {
            match entry {
                Entry::Secret(id) => {
                    let listed = items.next();
                    let known = self.everything.iter().find(|info| info.id() == *id);
                    assert!(listed == known, "{listed:?} was listed for {known:?}: {asked:?}");
                    seen.push(*id);
                }
                Entry::Namespace(path, secrets) => {
                    let listed = namespaces.next().map(|found| (found.path.as_str(), found.secrets));
                    assert!(listed == Some((path, *secrets)), "{listed:?} for {entry:?}: {asked:?}");
                }
            }
        }
        assert!(items.next().is_none() && namespaces.next().is_none(), "more was listed: {asked:?}");
        let more = rest.next().is_some() && asked.limit > 0;
        assert!(page.has_more() == more, "more follows, or does not: {asked:?}");
        let (Some(cursor), Some((place, _))) = (page.next_cursor(), expected.last()) else { return Ok(None) };
        let (text, place) = (cursor.to_string(), place.clone());
        self.issued.push(Issued { text, asked: asked.clone(), meaning: meaning.clone(), place });
        Ok(self.issued.len().checked_sub(1))
    }

    /// Counts the tags of live secrets, whatever those in the trash left in the index.
    fn check_tags(&self, key: Option<&str>) -> Result<()> {
        for key in [None, key] {
            let mut counts = BTreeMap::new();
            let live = self.everything.iter().filter(|info| info.trashed().is_none());
            for (own, value) in live.flat_map(|info| info.tags().iter()) {
                let name = if key.is_none() { Some(own) } else { Some(value).filter(|_| key == Some(own)) };
                name.into_iter().for_each(|name| *counts.entry(name).or_insert(0) += 1);
            }
            let found = self.shelves.tags(key)?;
            let found: Vec<_> = found.iter().map(|count| (count.name.as_str(), count.secrets)).collect();
            assert!(found.iter().copied().eq(counts), "{found:?} are counted of {key:?}");
        }
        Ok(())
    }

    /// Goes on with a cursor that may not be one, or not of this query.
    fn attack(&mut self, input: &mut Input<'_>) -> Result<()> {
        let Some(issued) = self.issued.get(input.below(self.issued.len())) else { return Ok(()) };
        let mut asked = issued.asked.clone();
        let text = match input.below(4) {
            0 => input.text(),
            1 => self.altered(&issued.text, input),
            2 => {
                asked = asked.altered(input);
                issued.text.clone()
            }
            _ => {
                let page = self.other.list(issued.asked.query())?;
                page.next_cursor().map(ToString::to_string).unwrap_or_default()
            }
        };
        let meaning = asked.meaning();
        let genuine = self
            .issued
            .iter()
            .position(|issued| issued.text == text && meaning.as_ref() == Some(&issued.meaning));
        match (meaning, genuine) {
            (Some(meaning), Some(_)) => self.check_page(&asked, &meaning, genuine, &mut Vec::new()).map(drop),
            _ => {
                match text.parse::<Cursor>() {
                    Ok(cursor) => self.check_refused(&asked, Some(cursor)),
                    Err(error) => assert!(error.kind() == ErrorKind::InvalidCursor, "{error:?}"),
                }
                Ok(())
            }
        }
    }

    /// A genuine cursor with a few things done to it.
    fn altered(&self, text: &str, input: &mut Input<'_>) -> String {
        let mut bytes = text.as_bytes().to_vec();
        for _ in 0..1 + input.below(3) {
            let at = input.below(bytes.len());
            match input.below(4) {
                0 => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte = input.byte()),
                1 => bytes.truncate(at),
                2 => bytes.extend_from_slice(input.bytes()),
                _ => {
                    let donor = self.issued.get(input.below(self.issued.len()));
                    let tail = donor.and_then(|donor| donor.text.as_bytes().get(at..)).unwrap_or_default();
                    bytes.truncate(at);
                    bytes.extend_from_slice(tail);
                }
            }
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// A query that breaks a rule, or a cursor that was not issued for it, is refused for that.
    fn check_refused(&self, asked: &Asked, cursor: Option<Cursor>) {
        let valid = asked.meaning().is_some();
        let query = match cursor {
            Some(cursor) => asked.query().after(cursor),
            None => asked.query(),
        };
        let kind = self.shelves.page(&query).map_err(|error| error.kind());
        let expected = match kind {
            Err(ErrorKind::InvalidCursor) => valid,
            Err(ErrorKind::InvalidArgument | ErrorKind::LimitExceeded) => !valid,
            _ => false,
        };
        assert!(expected, "{kind:?} for {asked:?}");
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;
    use crate::crypto::mac::sha256;
    use crate::{Listed, Page, Query, Sort, TagCount, Transaction};

    /// Shelves that hear another query than was asked.
    struct Misheard<'a, 'b, 'c>(&'a mut Transaction<'b, 'c>, fn(Query) -> Query);

    impl Shelves for Misheard<'_, '_, '_> {
        fn page(&self, query: &Query) -> Result<Page> {
            self.0.page(&self.1(query.clone()))
        }

        fn tags(&self, key: Option<&str>) -> Result<Vec<TagCount>> {
            self.0.tags(key)
        }

        fn change(&mut self, everything: &[SecretInfo], input: &mut Input<'_>) -> Result<()> {
            self.0.change(everything, input)
        }
    }

    /// The control: the check can fail.
    #[test]
    fn a_list_of_something_else_than_was_asked_is_noticed() {
        let (store, _) = stocked(0, 4).unwrap();
        let misheard: [fn(Query) -> Query; 5] = [
            |query| query.state(Listed::Live),
            |query| query.sort(Sort::Path),
            |query| query.limit(2),
            |query| query.count(false),
            |query| query.tag("all", ""),
        ];
        for (number, mishear) in misheard.into_iter().enumerate() {
            let is_noticed = |bytes: [u8; 32]| {
                let outcome = catch_unwind(AssertUnwindSafe(|| {
                    store.transaction(|tx| {
                        let everything = everything(|query| tx.list(query))?;
                        let shelves = &mut Misheard(tx, mishear);
                        let mut walk = Walk { shelves, everything, issued: Vec::new(), other: &store };
                        walk.walk(&mut Input::new(&bytes))
                    })
                }));
                !matches!(outcome, Ok(Ok(())))
            };
            assert!((0..100).map(|seed| sha256(&[&[seed]])).any(is_noticed), "{number} was not noticed");
        }
    }
}
