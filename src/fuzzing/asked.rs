//! A query as it is asked, and the plainest answer to it: everything there is, filtered and sorted.

use std::collections::BTreeMap;

use super::input::Input;
use crate::limits::PAGE_ITEMS_MAX;
use crate::{Listed, Query, Result, SecretId, SecretInfo, SecretPath, Sort, Tags, Tier, Timestamp};

pub(super) const KEYS: [&str; 6] = ["env", "en", "env2", "all", "reviewed", "Gr\u{fc}n"];
pub(super) const VALUES: [&str; 6] = ["", "prod", "prod2", "pro", "a=b", "Gru\u{308}n"];
const NAMESPACES: [&str; 12] =
    ["a", "a b", "team", "a/a", "a/a b", "b/a/a", "a/team", "Gru\u{308}n", "z", "a/", "", "none"];
const LIMITS: [usize; 12] = [1, 1, 2, 3, 5, 7, 20, 50, 1_000, 0, 1_001, usize::MAX];
/// The times of what the store holds begin here.
pub(super) const START: i64 = 1_800_000_000_000;

/// What is asked, as it is typed.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    namespace: Option<String>,
    tests: Vec<(Sign, String, String)>,
    tier: Option<Tier>,
    since: Option<i64>,
    state: Listed,
    sort: Sort,
    one_level: bool,
    pub(super) limit: usize,
    pub(super) count: bool,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Sign {
    Equal,
    Present,
    Absent,
}

/// What is meant by it: all that a cursor is bound to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Meaning {
    namespace: Option<SecretPath>,
    tests: Vec<(Sign, String, String)>,
    tier: Option<Tier>,
    since: i64,
    state: Listed,
    sort: Sort,
    one_level: bool,
}

/// Where something stands in a list: its age, the path as it sorts, and its id.
pub(super) type Place = (i64, Vec<u8>, [u8; 16]);

/// What stands in a list.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Entry {
    Secret(SecretId),
    Namespace(String, u64),
}

impl Asked {
    const PARTS: usize = 9;

    pub(super) fn new(input: &mut Input<'_>) -> Self {
        let mut asked = Self {
            namespace: None,
            tests: Vec::new(),
            tier: None,
            since: None,
            state: Listed::Live,
            sort: Sort::Path,
            one_level: false,
            limit: 1,
            count: false,
        };
        (0..Self::PARTS).for_each(|part| asked.change(part, input));
        asked
    }

    /// The same, but for one part, which may turn out the same.
    pub(super) fn altered(&self, input: &mut Input<'_>) -> Self {
        let mut asked = self.clone();
        asked.change(input.below(Self::PARTS), input);
        asked
    }

    fn change(&mut self, part: usize, input: &mut Input<'_>) {
        match part {
            0 => self.namespace = input.seldom(2).then(|| input.text_or(&NAMESPACES)),
            1 => self.tests = (0..input.below(6).saturating_sub(2)).map(|_| test(input)).collect(),
            2 => self.tier = input.seldom(4).then(|| input.pick(Tier::ALL).unwrap_or_default()),
            3 => {
                let since = [START + 5_000, START, START + 20_000, i64::MIN, i64::MAX];
                self.since = input.seldom(6).then(|| input.pick(&since).unwrap_or_default());
            }
            4 => self.state = input.pick(&[Listed::Live, Listed::All, Listed::Trash]).unwrap_or_default(),
            5 => self.sort = input.pick(&[Sort::Path, Sort::Updated]).unwrap_or_default(),
            6 => self.one_level = input.seldom(4),
            7 => self.limit = input.pick(&LIMITS).unwrap_or_default(),
            _ => self.count = input.seldom(2),
        }
    }

    pub(super) fn query(&self) -> Query {
        let mut query = self.namespace.as_ref().map_or_else(Query::all, Query::under);
        for (sign, key, value) in &self.tests {
            query = match sign {
                Sign::Equal => query.tag(key, value),
                Sign::Present => query.has_tag(key),
                Sign::Absent => query.without_tag(key),
            };
        }
        if let Some(tier) = self.tier {
            query = query.tier(tier);
        }
        if let Some(since) = self.since {
            query = query.updated_since(Timestamp::from_millis(since));
        }
        if self.one_level {
            query = query.one_level();
        }
        query.state(self.state).sort(self.sort).limit(self.limit).count(self.count)
    }

    /// `None` if it is to be refused.
    pub(super) fn meaning(&self) -> Option<Meaning> {
        let counts = self.limit == 0 && self.count;
        let levels = !self.one_level || (self.state, self.sort) == (Listed::Live, Sort::Path);
        if !levels || !(counts || (1..=PAGE_ITEMS_MAX).contains(&self.limit)) {
            return None;
        }
        let normal = |(sign, key, value): &(Sign, String, String)| {
            let value = if *sign == Sign::Equal { value } else { "" };
            let tags = Tags::new().with(key, value).ok()?;
            tags.iter().next().map(|(key, value)| (*sign, key.to_owned(), value.to_owned()))
        };
        Some(Meaning {
            namespace: self.namespace.as_deref().map(SecretPath::parse).transpose().ok()?,
            tests: self.tests.iter().map(normal).collect::<Option<_>>()?,
            tier: self.tier,
            since: self.since.unwrap_or(i64::MIN),
            state: self.state,
            sort: self.sort,
            one_level: self.one_level,
        })
    }
}

fn test(input: &mut Input<'_>) -> (Sign, String, String) {
    let sign = input.pick(&[Sign::Equal, Sign::Present, Sign::Absent]).unwrap_or(Sign::Equal);
    (sign, input.text_or(&KEYS), input.text_or(&VALUES))
}

impl Meaning {
    pub(super) fn accepts(&self, info: &SecretInfo) -> bool {
        let below = self.namespace.as_ref().is_none_or(|namespace| {
            let rest = info.path().as_str().strip_prefix(namespace.as_str());
            rest.is_some_and(|rest| rest.starts_with('/'))
        });
        let tagged = self.tests.iter().all(|(sign, key, value)| {
            let found = info.tags().get(key);
            match sign {
                Sign::Equal => found == Some(value),
                Sign::Present => found.is_some(),
                Sign::Absent => found.is_none(),
            }
        });
        let shelved = match self.state {
            Listed::Live => info.trashed().is_none(),
            Listed::Trash => info.trashed().is_some(),
            Listed::All => true,
        };
        let recent = info.updated_at().as_millis() >= self.since;
        below && tagged && shelved && recent && self.tier.is_none_or(|tier| info.tier() == tier)
    }

    pub(super) fn is_of_one_level(&self) -> bool {
        self.one_level
    }

    fn place(&self, info: &SecretInfo) -> Place {
        let age = match self.sort {
            Sort::Path => 0,
            Sort::Updated => -info.updated_at().as_millis(),
        };
        (age, sorted(info.path().as_str()), *info.id().as_bytes())
    }

    /// All that is to be listed, and where it stands.
    pub(super) fn answer(&self, everything: &[SecretInfo]) -> BTreeMap<Place, Entry> {
        let mut answer = BTreeMap::new();
        for info in everything.iter().filter(|info| self.accepts(info)) {
            match self.level_of(info) {
                None => drop(answer.insert(self.place(info), Entry::Secret(info.id()))),
                Some(namespace) => {
                    // Behind the secret of the same path and before the next: below it lie only its own.
                    let place = (0, [sorted(namespace), vec![1]].concat(), [0; 16]);
                    let entry = answer.entry(place).or_insert(Entry::Namespace(namespace.to_owned(), 0));
                    if let Entry::Namespace(_, secrets) = entry {
                        *secrets += 1;
                    }
                }
            }
        }
        answer
    }

    /// The namespace that stands for a secret, where one level is listed.
    fn level_of<'a>(&self, info: &'a SecretInfo) -> Option<&'a str> {
        let path = info.path().as_str();
        let skip = self.namespace.as_ref().map_or(0, |namespace| namespace.as_str().len() + 1);
        let len = path.get(skip..)?.find('/')?;
        path.get(..skip + len).filter(|_| self.one_level)
    }
}

/// A path as it sorts: segment by segment.
fn sorted(path: &str) -> Vec<u8> {
    path.replace('/', "\0").into_bytes()
}

/// Everything that a store holds.
pub(super) fn everything(list: impl FnOnce(&Query) -> Result<crate::Page>) -> Result<Vec<SecretInfo>> {
    let page = list(&Query::all().state(Listed::All).limit(PAGE_ITEMS_MAX))?;
    assert!(!page.has_more(), "the store holds more than a page shows");
    Ok(page.into_iter().collect())
}
