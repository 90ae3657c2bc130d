//! The arguments of a call.

use std::time::Duration;

use serde_json::{Map, Value};
use strongroom::{
    Context, Error, Generator, Listed, OnExpiry, Put, Query, Sort, Sweep, Tags, Timestamp, TokenEncoding,
    Update, parse_duration,
};

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
        if with.0.contains_key("expires_in") {
            builder = builder.expires_in(with.duration("expires_in")?);
        }
        if let Some(time) = with.0.get("expires_at") {
            builder = builder.expires_at(time.as_i64().map(time_at));
        }
        if let Some(action) = with.text("on_expiry") {
            builder = builder.on_expiry(*OnExpiry::ALL.iter().find(|one| one.as_str() == action).unwrap());
        }
        match with.0.get("rotate_every") {
            None => {}
            Some(Value::Null) => builder = builder.rotate_every(None),
            Some(_) => builder = builder.rotate_every(with.duration("rotate_every")?),
        }
        Ok(builder)
    }};
}

/// Whether passwords have something.
type Choice = fn(Generator, bool) -> Generator;

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

    /// Seconds, or a text that says how long; nothing if it is not there.
    pub(super) fn duration(&self, name: &str) -> Result<Duration, Error> {
        match self.text(name) {
            Some(text) => parse_duration(text),
            None => Ok(Duration::from_secs(self.number(name).unwrap_or_default())),
        }
    }

    /// The timestamp of a request, in seconds since 1970.
    pub(super) fn unix_time(&self) -> i64 {
        time_at(self.0["timestamp"].as_i64().unwrap()).as_millis() / 1000
    }

    pub(super) fn context(&self) -> Context {
        let mut context = self
            .tags("labels")
            .fold(Context::new(), |context, (key, value)| context.label(key, value.unwrap_or_default()));
        if let Some(reason) = self.text("reason") {
            context = context.reason(reason);
        }
        if let Some(id) = self.text("request_id") {
            context = context.request_id(id);
        }
        context
    }

    /// How a value is made, if it is not given.
    pub(super) fn generator(&self) -> Option<Generator> {
        let said = self.0.get("generate")?;
        let number = |how: &Value, name: &str, otherwise: u32| {
            how[name].as_u64().map_or(otherwise, |number| u32::try_from(number).unwrap())
        };
        if let Some(how) = said.get("token") {
            let token = Generator::token(number(how, "bytes", 32));
            return Some(match how["encoding"].as_str() {
                None => token,
                Some(name) => token.encoding(encoding(name)),
            });
        }
        if let Some(how) = said.get("passphrase") {
            let passphrase = Generator::passphrase(number(how, "words", 6));
            return Some(match how["separator"].as_str() {
                None => passphrase,
                Some(separator) => passphrase.separator(separator.parse().unwrap()),
            });
        }
        let how = &said["password"];
        let mut password = Generator::password(number(how, "length", 24));
        let choices: [(&str, Choice); 6] = [
            ("lower", Generator::lower),
            ("upper", Generator::upper),
            ("digits", Generator::digits),
            ("symbols", Generator::symbols),
            ("look_alikes", Generator::look_alikes),
            ("each_class", Generator::each_class),
        ];
        for (name, choose) in choices {
            if let Some(chosen) = how[name].as_bool() {
                password = choose(password, chosen);
            }
        }
        Some(password)
    }

    pub(super) fn put(&self) -> Result<Put, Error> {
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

    pub(super) fn update(&self) -> Result<Update, Error> {
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
            query = query.updated_since(time_at(since.as_i64().unwrap()));
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

/// So many seconds behind the beginning.
pub(super) fn time_at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(START + seconds * 1000)
}

fn encoding(name: &str) -> TokenEncoding {
    match name {
        "hex" => TokenEncoding::Hex,
        "base32" => TokenEncoding::Base32,
        "base64url" => TokenEncoding::Base64Url,
        "raw" => TokenEncoding::Raw,
        other => panic!("no such encoding: {other}"),
    }
}
