//! What a write says beside the value.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::error::{Error, ErrorKind, Result};
use crate::limits::EXPIRY_LEADS_DAYS;
use crate::record::expiry::{Expiry, OnExpiry, rotation_seconds};
use crate::record::secret::{Details, Schedule, SecretRecord};
use crate::record::tag::{Tags, tag_key};
use crate::record::text;
use crate::record::tier::Tier;
use crate::store::idempotency::Arguments;
use crate::store::info::unreadable;
use crate::store::retention::check_trash_days;

/// What of the metadata changes; what is left out stays as it is.
#[derive(Clone, Debug, Default)]
pub(super) struct Changes {
    tier: Option<Tier>,
    description: Option<String>,
    content_type: Option<String>,
    /// All tags at once, instead of those there are.
    tags: Option<Tags>,
    added: Vec<(String, String)>,
    removed: Vec<String>,
    max_versions: Option<Option<u32>>,
    trash_days: Option<Option<u16>>,
    expiry: Option<Expiry>,
    on_expiry: Option<OnExpiry>,
    rotate_every: Option<Option<Duration>>,
}

impl Changes {
    /// Makes the changes at `now`, and says whether there were any.
    pub(super) fn apply(&self, record: &mut SecretRecord, now: Timestamp) -> Result<bool> {
        let before = (record.tier, record.tags.clone(), record.details.clone(), record.schedule);
        if let Some(tier) = self.tier {
            record.tier = tier.code();
        }
        record.tags = self.changed_tags(&record.tags)?.into_text();
        let mut details = record.details.take().unwrap_or_default();
        if let Some(description) = &self.description {
            details.description = text::description(description)?;
        }
        if let Some(content_type) = &self.content_type {
            details.content_type = text::content_type(content_type)?;
        }
        if let Some(max_versions) = self.max_versions {
            details.max_versions = max_versions;
        }
        if let Some(days) = self.trash_days {
            check_trash_days(days)?;
            details.trash_days = days;
        }
        record.details = (details != Details::default()).then_some(details);
        record.schedule = self.changed_schedule(record.schedule, now)?;
        Ok(before != (record.tier, record.tags.clone(), record.details.clone(), record.schedule))
    }

    /// Everything that it says. A value that is taken away is said as nothing.
    fn say<'a>(&'a self, call: &mut Arguments<'a>) {
        if let Some(tier) = self.tier {
            call.number("tier", tier.code());
        }
        if let Some(description) = &self.description {
            call.bytes("description", description);
        }
        if let Some(content_type) = &self.content_type {
            call.bytes("content-type", content_type);
        }
        if let Some(tags) = &self.tags {
            call.owned("tags", tags.clone().into_text().into_bytes());
        }
        for (key, value) in &self.added {
            call.bytes("added-tag", key).bytes("value-of-tag", value);
        }
        for key in &self.removed {
            call.bytes("removed-tag", key);
        }
        if let Some(max_versions) = self.max_versions {
            call.number_or_none("max-versions", max_versions);
        }
        if let Some(days) = self.trash_days {
            call.number_or_none("trash-days", days);
        }
        match self.expiry {
            Some(Expiry::Never) => call.number_or_none("expires-at", None::<i64>),
            Some(Expiry::At(time)) => call.number("expires-at", time.as_millis()),
            Some(Expiry::In(duration)) => call.duration("expires-in", duration),
            None => call,
        };
        if let Some(action) = self.on_expiry {
            call.number("on-expiry", action.code());
        }
        match self.rotate_every {
            Some(Some(every)) => call.duration("rotate-every", every),
            Some(None) => call.number_or_none("rotate-every", None::<i64>),
            None => call,
        };
    }

    fn changed_schedule(&self, before: Option<Schedule>, now: Timestamp) -> Result<Option<Schedule>> {
        let mut schedule = before.unwrap_or_default();
        if let Some(expiry) = self.expiry {
            let expires_at = expiry.time(now)?;
            if expires_at != schedule.expires_at {
                schedule.told = 0;
            }
            schedule.expires_at = expires_at;
        }
        if let Some(on_expiry) = self.on_expiry.map(OnExpiry::code) {
            if on_expiry != schedule.on_expiry {
                // If it was told that the secret has expired, the next sweep tells it again, and does what is to be done now.
                let leads = u8::try_from(EXPIRY_LEADS_DAYS.len()).unwrap_or(u8::MAX);
                schedule.told = schedule.told.min(leads);
            }
            schedule.on_expiry = on_expiry;
        }
        if schedule.expires_at.is_none() {
            if self.on_expiry.is_some_and(|action| action != OnExpiry::default()) {
                let message = "what happens on expiry is said of a secret that expires; say when, too";
                return Err(Error::new(ErrorKind::InvalidArgument, message));
            }
            schedule.on_expiry = 0;
        }
        if let Some(every) = self.rotate_every {
            schedule.rotate_every = every.map(rotation_seconds).transpose()?;
        }
        Ok((schedule != Schedule::default()).then_some(schedule))
    }

    fn changed_tags(&self, before: &str) -> Result<Tags> {
        let mut tags = match &self.tags {
            Some(tags) => tags.clone(),
            None => Tags::from_text(before.to_owned()).ok_or_else(unreadable)?,
        };
        for key in &self.removed {
            tags = tags.without(&tag_key(key)?);
        }
        let added = self.added.iter().try_fold(Tags::new(), |tags, (key, value)| tags.with(key, value))?;
        tags.merged(&added)
    }
}

/// What [`Store::put_with`](crate::Store::put_with) is to write beside the value, and on what condition.
///
/// What is left out stays as it is; a new secret is of the tier [`Tier::Standard`], without a description, a content type or
/// tags. Texts that break a rule are refused when they are used.
#[derive(Clone, Debug, Default)]
pub struct Put {
    pub(super) expected: Expected,
    pub(super) note: Option<String>,
    pub(super) changes: Changes,
}

/// What a write expects to find.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum Expected {
    #[default]
    Anything,
    Absent,
    Version(u64),
}

impl Put {
    /// A write of whatever is there, with nothing beside the value.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Only if there is no secret at the path; otherwise [`AlreadyExists`](crate::ErrorKind::AlreadyExists).
    #[must_use]
    pub fn expect_absent(mut self) -> Self {
        self.expected = Expected::Absent;
        self
    }

    /// Only if the current version has this number; otherwise [`Conflict`](crate::ErrorKind::Conflict). 0 expects no secret.
    #[must_use]
    pub fn expect_version(mut self, version: u64) -> Self {
        self.expected = if version == 0 { Expected::Absent } else { Expected::Version(version) };
        self
    }

    /// A note on the version: one line of at most 256 bytes.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }
}

impl Put {
    /// Everything that it says beside the value.
    pub(super) fn say<'a>(&'a self, call: &mut Arguments<'a>) {
        match self.expected {
            Expected::Anything => {}
            Expected::Absent => _ = call.number("expected-version", 0),
            Expected::Version(version) => _ = call.number("expected-version", version),
        }
        if let Some(note) = &self.note {
            call.bytes("note", note);
        }
        self.changes.say(call);
    }
}

/// What [`Store::update`](crate::Store::update) is to change, and on what condition. What is left out stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Update {
    pub(super) expected: Option<u64>,
    pub(super) changes: Changes,
}

impl Update {
    /// A change of nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Only if the metadata have this [number](crate::SecretInfo::meta_version); otherwise
    /// [`Conflict`](crate::ErrorKind::Conflict).
    #[must_use]
    pub fn expect_meta_version(mut self, meta_version: u64) -> Self {
        self.expected = Some(meta_version);
        self
    }
}

impl Update {
    /// Everything that it says.
    pub(super) fn say<'a>(&'a self, call: &mut Arguments<'a>) {
        if let Some(meta_version) = self.expected {
            call.number("expected-meta-version", meta_version);
        }
        self.changes.say(call);
    }
}

macro_rules! metadata_of {
    ($builder:ty) => {
        impl $builder {
            /// How much the secret matters.
            #[must_use]
            pub fn tier(mut self, tier: Tier) -> Self {
                self.changes.tier = Some(tier);
                self
            }

            /// A text of at most 4,096 bytes; an empty one takes it away.
            #[must_use]
            pub fn description(mut self, description: impl Into<String>) -> Self {
                self.changes.description = Some(description.into());
                self
            }

            /// A content type of RFC 6838, such as `application/json`; an empty one takes it away.
            #[must_use]
            pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
                self.changes.content_type = Some(content_type.into());
                self
            }

            /// One more tag, or another value for one. A bare label has an empty value. See [`Tags`] for what is allowed.
            #[must_use]
            pub fn tag(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
                self.changes.added.push((key.into(), value.into()));
                self
            }

            /// Takes the tag of this key away.
            #[must_use]
            pub fn remove_tag(mut self, key: impl Into<String>) -> Self {
                self.changes.removed.push(key.into());
                self
            }

            /// These tags instead of those there are.
            #[must_use]
            pub fn tags(mut self, tags: Tags) -> Self {
                self.changes.tags = Some(tags);
                self
            }

            /// How many versions are kept of this secret, 0 for all; `None` [inherits](crate::Retention).
            #[must_use]
            pub fn max_versions(mut self, versions: impl Into<Option<u32>>) -> Self {
                self.changes.max_versions = Some(versions.into());
                self
            }

            /// How many days this secret and its versions stay in the trash, at most 3,650; `None`
            /// [inherits](crate::Retention).
            #[must_use]
            pub fn trash_days(mut self, days: impl Into<Option<u16>>) -> Self {
                self.changes.trash_days = Some(days.into());
                self
            }

            /// When the secret expires: from that instant on no value of it is read, whether or not a sweep ran. It lies in the
            /// future, within a hundred years; `None` takes it away.
            #[must_use]
            pub fn expires_at(mut self, time: impl Into<Option<Timestamp>>) -> Self {
                self.changes.expiry = Some(time.into().map_or(Expiry::Never, Expiry::At));
                self
            }

            /// As [`expires_at`](Self::expires_at), so long after the write. [`parse_duration`](crate::parse_duration) reads texts
            /// such as `90d`.
            #[must_use]
            pub fn expires_in(mut self, duration: Duration) -> Self {
                self.changes.expiry = Some(Expiry::In(duration));
                self
            }

            /// What a [sweep](crate::Store::sweep) does once it has expired: nothing, unless this says otherwise.
            #[must_use]
            pub fn on_expiry(mut self, action: OnExpiry) -> Self {
                self.changes.on_expiry = Some(action);
                self
            }

            /// How old the current version gets before [`Store::due`](crate::Store::due) lists the secret for rotation: whole
            /// seconds, at most a hundred years; `None` takes it away.
            #[must_use]
            pub fn rotate_every(mut self, every: impl Into<Option<Duration>>) -> Self {
                self.changes.rotate_every = Some(every.into());
                self
            }
        }
    };
}

metadata_of!(Put);
metadata_of!(Update);
