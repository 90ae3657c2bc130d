//! Choosing secrets: by the narrowest range of rows, in order, one page at a time.

use std::collections::BTreeMap;

use super::snapshot::Rows;
use super::{rows, secrets, tags, trash};
use crate::error::{Error, ErrorKind, Result};
use crate::record::codec::{Authenticated, decode};
use crate::record::path::SecretPath;
use crate::record::secret::SecretRecord;

/// What a tag must be.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum TagTest {
    Present(String),
    /// `key=value`.
    Equal(String),
    Absent(String),
}

impl TagTest {
    fn accepts(&self, tags: &str) -> bool {
        let has_key = |key: &str| {
            tags.split_terminator('\n').any(|tag| tag.split_once('=').is_some_and(|(own, _)| own == key))
        };
        match self {
            Self::Present(key) => has_key(key),
            Self::Equal(tag) => tags::bears(tags, tag),
            Self::Absent(key) => !has_key(key),
        }
    }
}

/// Which secrets.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Shelf {
    #[default]
    Live,
    Trash,
    All,
}

/// In which order.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Order {
    #[default]
    Path,
    /// The last updated first.
    Updated,
}

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub(crate) namespace: Option<SecretPath>,
    pub(crate) tags: Vec<TagTest>,
    pub(crate) tier: Option<u8>,
    pub(crate) updated_since: Option<i64>,
    pub(crate) shelf: Shelf,
    pub(crate) order: Order,
}

impl Filter {
    fn accepts(&self, secret: &SecretRecord) -> bool {
        self.tier.is_none_or(|tier| secret.tier == tier)
            && self.updated_since.is_none_or(|since| secret.updated_at >= since)
            && self.tags.iter().all(|test| test.accepts(&secret.tags))
    }

    /// The tags that a secret must have.
    fn equal(&self) -> Vec<String> {
        let equal = |test: &TagTest| match test {
            TagTest::Equal(tag) => Some(tag.clone()),
            TagTest::Present(_) | TagTest::Absent(_) => None,
        };
        self.tags.iter().filter_map(equal).collect()
    }

    /// A key that a tag must have.
    fn present(&self) -> Option<&str> {
        self.tags.iter().find_map(|test| match test {
            TagTest::Present(key) => Some(key.as_str()),
            TagTest::Equal(_) | TagTest::Absent(_) => None,
        })
    }
}

/// A secret that was chosen.
#[derive(Clone, Debug)]
pub(crate) struct Chosen {
    pub(crate) path: SecretPath,
    pub(crate) secret: SecretRecord,
    /// Since when it is in the trash, and when it goes.
    pub(crate) trashed: Option<(i64, i64)>,
}

/// Where a secret stands in an order; two secrets never stand in one place.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Position {
    /// Falls as time goes on; zero where the order is by path alone.
    pub(crate) age: i64,
    /// The path as it stands in keys.
    pub(crate) path: Vec<u8>,
    pub(crate) id: [u8; 16],
}

impl Position {
    pub(crate) fn of(order: Order, path: &SecretPath, secret: &SecretRecord) -> Self {
        let age = match order {
            Order::Path => 0,
            Order::Updated => secret.updated_at.saturating_neg(),
        };
        Self { age, path: rows::path_bytes(path), id: secret.id }
    }

    /// Behind everything below a namespace.
    pub(crate) fn behind(namespace: &SecretPath) -> Self {
        // No path holds a 1, and below it lies only what separates segments.
        let path = [rows::path_bytes(namespace).as_slice(), &[1]].concat();
        Self { age: 0, path, id: [0; 16] }
    }
}

/// A page, and whether more follows.
pub(crate) struct Listed<T> {
    pub(crate) items: Vec<T>,
    pub(crate) more: bool,
}

/// At most `limit` secrets behind `after`.
pub(crate) fn list(
    rows: &impl Rows,
    filter: &Filter,
    after: Option<&Position>,
    limit: usize,
) -> Result<Listed<Chosen>> {
    // One more than asked for, to know whether more follows.
    let most = limit.saturating_add(1);
    let (mut in_order, mut others) = (Vec::new(), BTreeMap::new());
    let source = match filter.order {
        Order::Path => Source::NarrowestInOrder,
        Order::Updated => Source::Narrowest,
    };
    scan(rows, filter, after, source, &mut |chosen, is_in_order| {
        let position = || Position::of(filter.order, &chosen.path, &chosen.secret);
        // What comes in order begins where the last page ended: all but the first stand behind.
        let may_be_before = !is_in_order || in_order.is_empty();
        if may_be_before && after.is_some_and(|after| position() <= *after) {
            return Ok(true);
        }
        if is_in_order {
            in_order.push(chosen);
            return Ok(in_order.len() < most);
        }
        others.insert(position(), chosen);
        if others.len() > most {
            others.pop_last();
        }
        Ok(true)
    })?;
    if !others.is_empty() {
        let of = |chosen: Chosen| (Position::of(filter.order, &chosen.path, &chosen.secret), chosen);
        others.extend(in_order.drain(..).map(of));
        in_order = others.into_values().collect();
    }
    let more = in_order.len() > limit;
    in_order.truncate(limit);
    Ok(Listed { items: in_order, more })
}

/// How many secrets there are in all.
pub(crate) fn count(rows: &impl Rows, filter: &Filter) -> Result<u64> {
    let mut count = 0;
    scan(rows, filter, None, Source::Narrowest, &mut |_, _| {
        count += 1;
        Ok(true)
    })?;
    Ok(count)
}

/// What lies directly in a namespace.
#[derive(Clone, Debug)]
pub(crate) enum Entry {
    Secret(Box<Chosen>),
    /// A namespace one level below, and how many secrets there are in it at any depth.
    Namespace(SecretPath, u64),
}

/// At most `limit` of the live secrets and namespaces directly in a namespace, by path, behind `after`.
pub(crate) fn one_level(
    rows: &impl Rows,
    filter: &Filter,
    after: Option<&Position>,
    limit: usize,
) -> Result<Listed<Entry>> {
    let skip = filter.namespace.as_ref().map_or(0, |namespace| namespace.as_str().len() + 1);
    let mut listed = Listed { items: Vec::new(), more: false };
    scan_live(rows, filter, after, Source::Paths, &mut |chosen, _| {
        if after.is_some_and(|after| Position::of(Order::Path, &chosen.path, &chosen.secret) <= *after) {
            return Ok(true);
        }
        let path = chosen.path.as_str();
        let end = path.get(skip..).and_then(|rest| rest.find('/')).map(|len| skip + len);
        let namespace = end.and_then(|end| path.get(..end));
        match (listed.items.last_mut(), namespace) {
            (Some(Entry::Namespace(last, count)), Some(namespace)) if last.as_str() == namespace => {
                *count += 1;
                return Ok(true);
            }
            _ => {}
        }
        if listed.items.len() == limit {
            listed.more = true;
            return Ok(false);
        }
        listed.items.push(match namespace {
            Some(namespace) => Entry::Namespace(SecretPath::parse(namespace).map_err(|_| damaged())?, 1),
            None => Entry::Secret(Box::new(chosen)),
        });
        Ok(true)
    })?;
    Ok(listed)
}

/// Sees a secret, and whether all that follow stand behind it; says whether to go on.
type Visit<'a> = &'a mut dyn FnMut(Chosen, bool) -> Result<bool>;

fn scan(
    rows: &impl Rows,
    filter: &Filter,
    after: Option<&Position>,
    source: Source,
    visit: Visit<'_>,
) -> Result<()> {
    // First what comes in no order, so that what comes in order can end early.
    if filter.shelf != Shelf::Live {
        scan_trash(rows, filter, visit)?;
    }
    match filter.shelf {
        Shelf::Live | Shelf::All => scan_live(rows, filter, after, source, visit),
        Shelf::Trash => Ok(()),
    }
}

fn scan_trash(rows: &impl Rows, filter: &Filter, visit: Visit<'_>) -> Result<()> {
    trash::scan(rows, &mut |trashed| {
        let trash::Trashed { path, deleted_at, purge_at, secret } = trashed;
        if !rows::is_under(&path, filter.namespace.as_ref()) || !filter.accepts(&secret) {
            return Ok(true);
        }
        visit(Chosen { path, secret, trashed: Some((deleted_at, purge_at)) }, false)
    })
}

/// Which rows lead to the secrets, if no tag must be equal.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Source {
    /// Those of a key that must be present, else the paths: to see everything.
    Narrowest,
    /// The same in the order of paths: to see a page. The rows of a key are ordered by value first, so there are looks at each
    /// value, again and again to see everything.
    NarrowestInOrder,
    /// The paths: to see everything in their order.
    Paths,
}

/// Visits live secrets. What comes in no order is said to.
fn scan_live(
    rows: &impl Rows,
    filter: &Filter,
    after: Option<&Position>,
    source: Source,
    visit: Visit<'_>,
) -> Result<()> {
    let (mut from, to) = rows::paths_under(filter.namespace.as_ref());
    let by_path = filter.order == Order::Path;
    if let Some(after) = after.filter(|_| by_path) {
        from = from.max(rows::path_key(&after.path));
    }
    if from >= to {
        return Ok(());
    }
    let accept = |path: SecretPath, secret: SecretRecord, visit: Visit<'_>, in_order| {
        if filter.accepts(&secret) {
            visit(Chosen { path, secret, trashed: None }, in_order)
        } else {
            Ok(true)
        }
    };
    let look_up = |path: &[u8], visit: Visit<'_>| {
        let path = rows::path_from(path).ok_or_else(damaged)?;
        match secrets::find(rows, &path)? {
            Some(secret) => accept(path, secret, visit, by_path),
            None => Ok(true),
        }
    };
    let (first, end) = (from.get(1..).unwrap_or_default(), rows::end_of_paths(&to));
    let equal = filter.equal();
    if !equal.is_empty() {
        return tags::scan(rows, &equal, first, &end, &mut |path| look_up(path, visit));
    }
    match (filter.present(), source) {
        (Some(key), Source::NarrowestInOrder) => {
            tags::scan_key_in_order(rows, key, first, &end, &mut |path| look_up(path, visit))
        }
        (Some(key), Source::Narrowest) => tags::scan_key(rows, key, &mut |tag, path| {
            if path < first || path >= end.as_slice() {
                return Ok(true);
            }
            let path = rows::path_from(path).ok_or_else(damaged)?;
            match secrets::find(rows, &path)?.filter(|secret| tags::bears(&secret.tags, tag)) {
                Some(secret) => accept(path, secret, visit, false),
                None => Ok(true),
            }
        }),
        (None, _) | (_, Source::Paths) => rows.scan(&from, &to, &mut |key, row| {
            let path = rows::path_of(key).ok_or_else(damaged)?;
            accept(path, decode(&Authenticated::from_page(row))?, visit, by_path)
        }),
    }
}

fn damaged() -> Error {
    Error::new(ErrorKind::Damaged, "a row of the store has no readable path; restore a backup")
}
