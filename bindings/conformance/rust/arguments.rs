//! The arguments of a call.

use serde_json::{Map, Value};
use strongroom::{Error, Listed, Put, Query, Sort, Sweep, Tags, Timestamp, Update};

use super::START;
use super::shapes::bytes;

/// Adds what both a put and an update may say.
macro_rules! metadata {
    ($with:expr, $builder:expr) => {{
        let (with, mut builder) = ($with, $builder);
        if with.0.contains_key("tags") {
            let tags = with.tags("tags");
            builder =
                builder.tags(tags.fold(Tags::new(), |tags, (key, value)| {
                    tags.with(key, value.unwrap_or_default()).unwrap()
                }));
        }
        builder = with
            .tags("add_tags")
            .fold(builder, |builder, (key, value)| builder.tag(key, value.unwrap_or_default()));
        builder = with.names("remove_tags").fold(builder, |builder, key| builder.remove_tag(key));
        if let Some(tier) = with.text("tier") {
            builder = builder.tier(tier.parse().unwrap());
        }
        if let Some(description) = with.text("description") {
            builder = builder.description(description);
        }
        if let Some(content_type) = with.text("content_type") {
            builder = builder.content_type(content_type);
        }
        if let Some(versions) = with.inherited("max_versions") {
            builder = builder.max_versions(versions);
        }
        if let Some(days) = with.inherited("trash_days") {
            builder = builder.trash_days(days);
        }
        builder
    }};
}

/// The arguments of a call, with the names replaced by what they stand for.
pub(super) struct Arguments(pub(super) Map<String, Value>);

impl Arguments {
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }

    pub(super) fn path(&self, name: &str) -> &str {
        self.text(name).unwrap_or_else(|| panic!("{name} is missing"))
    }

    pub(super) fn paths(&self) -> Vec<&str> {
        self.0["paths"].as_array().unwrap().iter().map(|path| path.as_str().unwrap()).collect()
    }

    pub(super) fn number(&self, name: &str) -> Option<u64> {
        self.0.get(name).and_then(Value::as_u64)
    }

    pub(super) fn version(&self) -> u64 {
        self.number("version").unwrap()
    }

    pub(super) fn is_set(&self, name: &str) -> bool {
        self.0.get(name) == Some(&Value::Bool(true))
    }

    pub(super) fn value(&self, name: &str) -> Vec<u8> {
        bytes(&self.0[name])
    }

    pub(super) fn tags(&self, name: &str) -> impl Iterator<Item = (&String, Option<&str>)> {
        self.0
            .get(name)
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .map(|(key, value)| (key, value.as_str()))
    }

    pub(super) fn names(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    }

    /// `None` if it is not there; `Some(None)` if it is null.
    pub(super) fn inherited<T: TryFrom<u64>>(&self, name: &str) -> Option<Option<T>> {
        self.0.get(name).map(|value| value.as_u64().and_then(|number| T::try_from(number).ok()))
    }

    pub(super) fn put(&self) -> Put {
        let mut put = match self.0.get("expect") {
            None => Put::new(),
            Some(Value::String(_)) => Put::new().expect_absent(),
            Some(version) => Put::new().expect_version(version.as_u64().unwrap()),
        };
        if let Some(note) = self.text("note") {
            put = put.note(note);
        }
        metadata!(self, put)
    }

    pub(super) fn update(&self) -> Update {
        let update = Update::new();
        let update = match self.number("expect_meta_version") {
            None => update,
            Some(expected) => update.expect_meta_version(expected),
        };
        metadata!(self, update)
    }

    pub(super) fn query(&self) -> Result<Query, Error> {
        let mut query = self.text("under").map_or_else(Query::all, Query::under);
        if self.0.get("recursive") == Some(&Value::Bool(false)) {
            query = query.one_level();
        }
        for (key, value) in self.tags("tags") {
            query = match value {
                Some(value) => query.tag(key, value),
                None => query.has_tag(key),
            };
        }
        query = self.names("without_tags").fold(query, |query, key| query.without_tag(key));
        if let Some(tier) = self.text("tier") {
            query = query.tier(tier.parse()?);
        }
        if let Some(since) = self.0.get("updated_since") {
            query = query.updated_since(Timestamp::from_millis(START + since.as_i64().unwrap() * 1000));
        }
        query = query.state(match self.text("state") {
            None | Some("live") => Listed::Live,
            Some("trash") => Listed::Trash,
            _ => Listed::All,
        });
        query = query.sort(if self.text("sort") == Some("updated") { Sort::Updated } else { Sort::Path });
        if let Some(limit) = self.number("limit") {
            query = query.limit(usize::try_from(limit).unwrap());
        }
        if let Some(cursor) = self.text("cursor") {
            query = query.after(cursor.parse()?);
        }
        Ok(query.count(self.is_set("count")))
    }

    pub(super) fn sweep(&self) -> Sweep {
        let sweep = Sweep::new();
        let sweep = match self.number("items") {
            None => sweep,
            Some(items) => sweep.at_most(usize::try_from(items).unwrap()),
        };
        if self.is_set("confirm_clock") { sweep.confirm_clock() } else { sweep }
    }
}
