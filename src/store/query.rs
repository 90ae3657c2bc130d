//! What is asked of a list.

use super::Cursor;
use crate::access::Principal;
use crate::clock::Timestamp;
use crate::crypto::mac::sha256;
use crate::error::Result;
use crate::limits::PAGE_ITEMS_DEFAULT;
use crate::record::path::SecretPath;
use crate::record::tag::{tag_key, tag_value};
use crate::record::tier::Tier;
use crate::tables::list::{Filter, Order, Shelf, TagTest};

/// Which secrets to list, and how. Conditions add up: a secret is listed if it meets all of them.
///
/// Texts that break a rule are refused when they are used, by [`Store::list`](crate::Store::list).
#[derive(Clone, Debug)]
pub struct Query {
    namespace: Option<String>,
    tags: Vec<Test>,
    tier: Option<Tier>,
    updated_since: Option<Timestamp>,
    state: Listed,
    sort: Sort,
    pub(super) one_level: bool,
    pub(super) limit: usize,
    pub(super) count: bool,
    pub(super) cursor: Option<Cursor>,
}

#[derive(Clone, Debug)]
enum Test {
    Present(String),
    Equal(String, String),
    Absent(String),
}

/// Whether live secrets are listed, or those in the trash.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Listed {
    /// Live secrets.
    #[default]
    Live,
    /// Those in the trash, by the path they had.
    Trash,
    /// Both.
    All,
}

/// The order of a list.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Sort {
    /// By path, segment by segment. A page costs as much as it has items and passes over between them, however many secrets there
    /// are; one of what has a [key](Query::has_tag) also as much as that has values. Every page of the trash looks at all of it.
    #[default]
    Path,
    /// The last updated first. Every page looks at all secrets that the namespace and the tags leave.
    Updated,
}

impl Query {
    /// Every live secret.
    #[must_use]
    pub fn all() -> Self {
        Self {
            namespace: None,
            tags: Vec::new(),
            tier: None,
            updated_since: None,
            state: Listed::Live,
            sort: Sort::Path,
            one_level: false,
            limit: PAGE_ITEMS_DEFAULT,
            count: false,
            cursor: None,
        }
    }

    /// Every live secret below `namespace`, at any depth. It ends on a segment: `prod` does not list
    /// `production/key`, and `production/key` does not list the secret of that very path.
    #[must_use]
    pub fn under(namespace: impl AsRef<str>) -> Self {
        Self { namespace: Some(namespace.as_ref().to_owned()), ..Self::all() }
    }

    /// Only what lies directly in the namespace: secrets, and [namespaces](crate::Page::namespaces) with the number of secrets
    /// in them. Only of live secrets, sorted by path.
    #[must_use]
    pub fn one_level(mut self) -> Self {
        self.one_level = true;
        self
    }

    /// Only secrets with this tag.
    #[must_use]
    pub fn tag(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.tags.push(Test::Equal(key.into(), value.into()));
        self
    }

    /// Only secrets with a tag of this key, whatever its value.
    #[must_use]
    pub fn has_tag(mut self, key: impl Into<String>) -> Self {
        self.tags.push(Test::Present(key.into()));
        self
    }

    /// Only secrets without a tag of this key.
    #[must_use]
    pub fn without_tag(mut self, key: impl Into<String>) -> Self {
        self.tags.push(Test::Absent(key.into()));
        self
    }

    /// Only secrets of this tier.
    #[must_use]
    pub fn tier(mut self, tier: Tier) -> Self {
        self.tier = Some(tier);
        self
    }

    /// Only secrets that were updated at this time or later.
    #[must_use]
    pub fn updated_since(mut self, time: Timestamp) -> Self {
        self.updated_since = Some(time);
        self
    }

    /// Secrets in the trash instead, or too.
    #[must_use]
    pub fn state(mut self, state: Listed) -> Self {
        self.state = state;
        self
    }

    /// In which order.
    #[must_use]
    pub fn sort(mut self, sort: Sort) -> Self {
        self.sort = sort;
        self
    }

    /// At most this many items a page, 1 to 1,000. 50 by default. 0 is for [counting](Self::count) alone.
    #[must_use]
    pub fn limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    /// Whether the first page says how many secrets there are in all. It takes a look at each of them.
    #[must_use]
    pub fn count(mut self, count: bool) -> Self {
        self.count = count;
        self
    }

    /// Continues behind the page that gave `cursor`. The query must be the same, but for its limit, and whether
    /// it counts.
    #[must_use]
    pub fn after(mut self, cursor: Cursor) -> Self {
        self.cursor = Some(cursor);
        self
    }

    /// The query with its texts checked.
    pub(crate) fn filter(&self) -> Result<Filter> {
        let tags = self.tags.iter().map(|test| {
            Ok(match test {
                Test::Present(key) => TagTest::Present(tag_key(key)?),
                Test::Equal(key, value) => TagTest::Equal(format!("{}={}", tag_key(key)?, tag_value(value)?)),
                Test::Absent(key) => TagTest::Absent(tag_key(key)?),
            })
        });
        Ok(Filter {
            namespace: self.namespace.as_deref().map(SecretPath::parse).transpose()?,
            tags: tags.collect::<Result<_>>()?,
            tier: self.tier.map(Tier::code),
            updated_since: self.updated_since.map(Timestamp::as_millis),
            shelf: match self.state {
                Listed::Live => Shelf::Live,
                Listed::Trash => Shelf::Trash,
                Listed::All => Shelf::All,
            },
            order: match self.sort {
                Sort::Path => Order::Path,
                Sort::Updated => Order::Updated,
            },
        })
    }

    /// What a cursor is bound to: who asks for what. No text of a filter holds a control character, so the parts cannot run
    /// together.
    pub(crate) fn digest(&self, principal: Principal, filter: &Filter) -> [u8; 32] {
        let namespace = filter.namespace.as_ref().map_or("", SecretPath::as_str);
        let mut tags = String::new();
        for test in &filter.tags {
            let (sign, text) = match test {
                TagTest::Present(key) => ('+', key),
                TagTest::Equal(tag) => ('=', tag),
                TagTest::Absent(key) => ('-', key),
            };
            tags.push(sign);
            tags.push_str(text);
            tags.push('\n');
        }
        let shelf = match filter.shelf {
            Shelf::Live => 0,
            Shelf::Trash => 1,
            Shelf::All => 2,
        };
        let order = match filter.order {
            Order::Path => 0,
            Order::Updated => 1,
        };
        let since = filter.updated_since.unwrap_or(i64::MIN).to_le_bytes();
        let fixed = [u8::from(self.one_level), shelf, order, filter.tier.map_or(0, |tier| tier + 1)];
        sha256(&[
            b"strongroom/1/query",
            &fixed,
            &since,
            principal.bytes(),
            &[0],
            namespace.as_bytes(),
            &[0],
            tags.as_bytes(),
        ])
    }
}
