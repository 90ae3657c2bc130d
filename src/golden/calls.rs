//! Vectors of what is kept beside the log: where it begins, what goes into it, and calls that happen once.

use super::records::{OfCase, text, text_of};
use super::seals::store_keys;
use super::text::{Case, bytes_of};
use super::{Fault, Kind, records};
use crate::crypto::derive;
use crate::crypto::mac::hmac_parts;
use crate::record::audit::AuditCheckpoint;
use crate::record::idempotency::{
    Answer, IdempotencyRecord, InfoAnswer, StateAnswer, VersionAnswer, WrittenAnswer, call_id,
};
use crate::record::policy::{AuditPolicyRecord, IdempotencyPolicyRecord};

pub(super) fn kinds() -> [Kind; 5] {
    [
        records::kind::<AuditCheckpoint>("audit-checkpoint"),
        records::kind::<AuditPolicyRecord>("audit-policy-record"),
        records::kind::<IdempotencyRecord>("idempotency-record"),
        records::kind::<IdempotencyPolicyRecord>("idempotency-policy-record"),
        Kind {
            name: "idempotency-call",
            encode: call,
            check: |case, bytes| if call(case) == bytes { Ok(()) } else { Err(Fault::Different) },
            after_flip: |_| &[Fault::Different],
            flip_every: 1,
        },
    ]
}

/// The id of a call and the digest of what was said, by FORMAT 8.12.
fn call(case: &Case) -> Vec<u8> {
    let said = case.all("said").into_iter().map(|line| {
        let (name, value) = line.split_once(' ').unwrap();
        (name, bytes_of(value).unwrap())
    });
    let key = derive::idempotency(&store_keys(case).authority).unwrap();
    let digest = hmac_parts(&key, &[&spelled(said)]).unwrap();
    let id = call_id(case.text("principal").as_bytes(), case.number("operation"), &text(case, "key"));
    [id.as_slice(), &digest].concat()
}

/// Each name and each value behind its length.
pub(super) fn spelled<'a>(said: impl IntoIterator<Item = (&'a str, Vec<u8>)>) -> Vec<u8> {
    let part = |bytes: &[u8]| [&(bytes.len() as u64).to_le_bytes(), bytes].concat();
    said.into_iter().flat_map(|(name, value)| [part(name.as_bytes()), part(&value)].concat()).collect()
}

impl OfCase for AuditCheckpoint {
    fn of(case: &Case) -> Self {
        Self { next: case.number("next"), head: case.array("head"), time: case.number("time") }
    }
}

impl OfCase for AuditPolicyRecord {
    fn of(case: &Case) -> Self {
        Self {
            reads: case.array("reads"),
            keep_days: case.maybe("keep-days"),
            keep_bytes: case.maybe("keep-bytes"),
        }
    }
}

impl OfCase for IdempotencyPolicyRecord {
    fn of(case: &Case) -> Self {
        Self { seconds: case.number("seconds") }
    }
}

impl OfCase for IdempotencyRecord {
    fn of(case: &Case) -> Self {
        Self {
            digest: case.array("digest"),
            epoch: case.number("epoch"),
            until: case.number("until"),
            answer: answer(&mut Words(case.text("answer").split(' '))),
        }
    }
}

/// The words of an answer, one after the other.
struct Words<'a>(std::str::Split<'a, char>);

impl Words<'_> {
    fn number<T: std::str::FromStr>(&mut self) -> T {
        self.maybe().unwrap()
    }

    /// `-` is nothing.
    fn maybe<T: std::str::FromStr>(&mut self) -> Option<T> {
        let word = self.0.next().unwrap();
        (word != "-").then(|| word.parse().unwrap_or_else(|_| panic!("{word}")))
    }

    fn text(&mut self) -> String {
        text_of(self.0.next().unwrap())
    }

    fn id(&mut self) -> [u8; 16] {
        bytes_of(self.0.next().unwrap()).unwrap().try_into().unwrap()
    }

    fn written(&mut self) -> WrittenAnswer {
        WrittenAnswer {
            id: self.id(),
            path: self.text(),
            version: self.number(),
            tier: self.number(),
            updated_at: self.number(),
        }
    }
}

/// Its name, then its fields in their order; texts are bytes, and `-` is nothing.
fn answer(words: &mut Words<'_>) -> Answer {
    let answer = match words.0.next().unwrap() {
        "done" => Answer::Done,
        "count" => Answer::Count(words.number()),
        "written" => Answer::Written(words.written()),
        "rotated" => Answer::Rotated {
            written: words.written(),
            old_version: words.number(),
            old_expires_at: words.number(),
        },
        "deleted" => Answer::Deleted {
            id: words.id(),
            path: words.text(),
            deleted_at: words.number(),
            purge_at: words.number(),
        },
        "version" => Answer::Version(VersionAnswer {
            number: words.number(),
            created_at: words.number(),
            size: words.number(),
            state: state(words),
            deleted_at: words.maybe(),
            note: words.text(),
        }),
        "known" => Answer::Info(Box::new(known(words))),
        name => panic!("a call answers {name}"),
    };
    assert_eq!(words.0.next(), None);
    answer
}

fn state(words: &mut Words<'_>) -> StateAnswer {
    match words.0.next().unwrap() {
        "current" => StateAnswer::Current,
        "superseded" => StateAnswer::Superseded,
        "grace" => StateAnswer::Grace { until: words.number() },
        "retired" => StateAnswer::Retired,
        "deleted" => StateAnswer::Deleted { until: words.number() },
        "destroyed" => StateAnswer::Destroyed,
        state => panic!("a version is {state}"),
    }
}

fn known(words: &mut Words<'_>) -> InfoAnswer {
    InfoAnswer {
        id: words.id(),
        path: words.text(),
        version: words.number(),
        meta_version: words.number(),
        tier: words.number(),
        description: words.text(),
        tags: words.text(),
        content_type: words.text(),
        size_class: words.number(),
        updated_at: words.number(),
        accessed_at: words.maybe(),
        max_versions: words.maybe(),
        trash_days: words.maybe(),
        expires_at: words.maybe(),
        on_expiry: words.number(),
        rotate_every: words.maybe(),
        rotation_due_at: words.maybe(),
    }
}
