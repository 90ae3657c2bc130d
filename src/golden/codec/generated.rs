//! Generated records: fields of any magnitude, also such as no writer makes.

use std::fmt::Debug;
use std::sync::Arc;

use wincode::config::DefaultConfig;
use wincode::{SchemaRead, SchemaWrite};

use super::calls::{AuditPolicy, Call, Checkpoint, Window, audit_policy, call, checkpoint, window};
use super::events::list_of;
use super::mirrors::{
    Backup, ClockJump, Environment, Floor, Retention, Secret, Segment, Slot, Store, Trash, Version,
};
use super::{check_bytes, check_read_on, check_record};
use crate::crypto::random::seeded::splitmix64;
use crate::golden::first::{
    First, FirstDetails, FirstEvent, FirstSecret, FirstSegment, FirstStanding, FirstTrash, FirstVersion,
    SecondEvent, SecondSegment,
};
use crate::limits::SEGMENT_BYTES_MAX;
use crate::record::audit;
use crate::record::codec;
use crate::record::context::Said;
use crate::record::policy::{
    BackupRecord, ClockJumpRecord, EnvironmentRecord, KdfFloorRecord, RetentionRecord,
};
use crate::record::secret::{self, SecretRecord, StoreRecord, TrashRecord, VersionRecord};
use crate::record::slot::SlotRecord;

pub(super) type Random<'a> = &'a mut dyn FnMut() -> u64;

/// Compares one generated record of each kind.
const KINDS: [fn(Random<'_>, &str); 20] = [
    |random, place| check::<_, Store>(&StoreRecord { created_at: time(random) }, random, place),
    |random, place| check::<_, Version>(&version(random), random, place),
    |random, place| check::<_, Secret>(&secret(random), random, place),
    |random, place| check::<_, Floor>(&floor(random), random, place),
    |random, place| check::<_, Slot>(&slot(random), random, place),
    |random, place| check::<_, Segment>(&segment(random), random, place),
    |random, place| check::<_, Trash>(&trash(random), random, place),
    |random, place| check::<_, Retention>(&retention(random), random, place),
    |random, place| check::<_, ClockJump>(&ClockJumpRecord { before: time(random) }, random, place),
    |random, place| check::<_, Backup>(&BackupRecord { at: time(random) }, random, place),
    |random, place| {
        let code = u8::try_from(number(random) % 256).unwrap();
        check::<_, Environment>(&EnvironmentRecord { code }, random, place);
    },
    |random, place| check_first::<_, Version>(&first_version(random), random, place),
    |random, place| check_first::<_, Secret>(&first_secret(random), random, place),
    |random, place| check_first::<_, Trash>(&first_trash(random), random, place),
    |random, place| check_first::<_, Segment>(&first_segment(random), random, place),
    |random, place| check_first::<_, Segment>(&second_segment(random), random, place),
    |random, place| check::<_, Checkpoint>(&checkpoint(random), random, place),
    |random, place| check::<_, AuditPolicy>(&audit_policy(random), random, place),
    |random, place| check::<_, Call>(&call(random), random, place),
    |random, place| check::<_, Window>(&window(random), random, place),
];

/// As [`check`], of an earlier version.
fn check_first<F, W>(record: &F, random: Random<'_>, place: &str)
where
    F: First,
    F: for<'de> SchemaRead<'de, DefaultConfig, Dst = F>,
    F: SchemaWrite<DefaultConfig, Src = F> + Debug + for<'a> From<&'a F> + 'static,
    W: SchemaWrite<DefaultConfig, Src = W> + for<'a> From<&'a F::Now>,
{
    check::<F, F>(record, random, place);
    let mut bytes = check_record::<F, F>(record, place);
    check_read_on::<F, W>(&bytes, place);
    check_read_on::<F, W>(&bytes[..bytes.len() - 1], place);
    let at = below(random, bytes.len());
    bytes[at] ^= 1 << below(random, 8);
    check_read_on::<F, W>(&bytes, place);
}

/// A generated record, both ways, and again with one byte changed and with one byte cut off.
fn check<R, W>(record: &R, random: Random<'_>, place: &str)
where
    R: codec::Record,
    W: for<'de> SchemaRead<'de, DefaultConfig, Dst = W>,
    W: SchemaWrite<DefaultConfig, Src = W> + Debug + PartialEq + for<'a> From<&'a R> + 'static,
{
    let mut bytes = check_record::<R, W>(record, place);
    check_bytes::<R, W>(&bytes, place);
    check_bytes::<R, W>(&bytes[..bytes.len() - 1], place);
    let at = below(random, bytes.len());
    bytes[at] ^= 1 << below(random, 8);
    check_bytes::<R, W>(&bytes, place);
}

pub(super) fn below(random: Random<'_>, limit: usize) -> usize {
    usize::try_from(random() % u64::try_from(limit).unwrap()).unwrap()
}

/// A number of any magnitude, the extremes included.
pub(super) fn number(random: Random<'_>) -> u64 {
    let bits = random() % 66;
    match bits {
        65 => u64::MAX,
        64 => random(),
        bits => random() & ((1 << bits) - 1),
    }
}

/// As [`number`], of 32 bits.
pub(super) fn small(random: Random<'_>) -> u32 {
    number(random) as u32
}

pub(super) fn time(random: Random<'_>) -> i64 {
    number(random).cast_signed()
}

pub(super) fn array<const N: usize>(random: Random<'_>) -> [u8; N] {
    std::array::from_fn(|_| random().to_le_bytes()[0])
}

fn version(random: Random<'_>) -> VersionRecord {
    let len = if random().is_multiple_of(4) { below(random, 1_301) } else { below(random, 130) };
    let standing = match below(random, 5) {
        0 => secret::Standing::Kept,
        1 => secret::Standing::Deleted { at: time(random), until: time(random) },
        2 => secret::Standing::Destroyed { at: time(random) },
        3 => secret::Standing::Rotated { until: time(random) },
        _ => {
            secret::Standing::RotatedDeleted { at: time(random), until: time(random), accepted: time(random) }
        }
    };
    VersionRecord {
        number: number(random),
        created_at: time(random),
        size: small(random),
        standing,
        author: random().is_multiple_of(4).then(|| array(random)),
        note: random().is_multiple_of(4).then(|| text(random)),
        pieces: small(random),
        tail: (0..len).map(|_| random().to_le_bytes()[0]).collect(),
    }
}

fn secret(random: Random<'_>) -> SecretRecord {
    SecretRecord {
        id: array(random),
        tier: random().to_le_bytes()[0],
        meta_version: number(random),
        updated_at: time(random),
        accessed_at: random().is_multiple_of(2).then(|| time(random)),
        tags: text(random),
        details: random().is_multiple_of(2).then(|| secret::Details {
            description: text(random),
            content_type: text(random),
            max_versions: random().is_multiple_of(2).then(|| small(random)),
            trash_days: random().is_multiple_of(2).then(|| (number(random) & 0xffff) as u16),
        }),
        schedule: random().is_multiple_of(2).then(|| secret::Schedule {
            expires_at: random().is_multiple_of(2).then(|| time(random)),
            on_expiry: random().to_le_bytes()[0],
            told: random().to_le_bytes()[0],
            rotate_every: random().is_multiple_of(2).then(|| number(random)),
        }),
        current: version(random),
    }
}

/// A text of one to four bytes a character.
pub(super) fn text(random: Random<'_>) -> String {
    let mut letter = || char::from_u32((random() % 0x2_0000) as u32).unwrap_or('-');
    (0..30).map(|_| letter()).collect()
}

fn event(random: Random<'_>) -> audit::Event {
    let kind = (number(random) & 0xffff) as u16;
    let more = random().is_multiple_of(2).then(|| more(random));
    audit::Event { time: time(random), kind, subject: array(random), version: number(random), more }
}

fn more(random: Random<'_>) -> audit::More {
    audit::More {
        path: text(random),
        actor: random().is_multiple_of(2).then(|| array(random)),
        error: small(random).cast_signed(),
        count: small(random),
        said: random()
            .is_multiple_of(2)
            .then(|| Arc::new(Said { labels: text(random), reason: text(random), request_id: text(random) })),
    }
}

/// A label of one to four bytes a character, and now and then longer than a writer may make it.
fn slot(random: Random<'_>) -> SlotRecord {
    let label = (0..below(random, 130)).map(|_| char::from_u32((random() % 0x2_0000) as u32).unwrap_or('-'));
    SlotRecord { label: label.collect(), created_at: time(random), last_used_at: time(random) }
}

fn floor(random: Random<'_>) -> KdfFloorRecord {
    let [memory_kib, passes, lanes] = [(); 3].map(|()| small(random));
    KdfFloorRecord { memory_kib, passes, lanes }
}

/// Now and then with the most events that there is room for.
fn segment(random: Random<'_>) -> audit::Segment {
    let room = if random().is_multiple_of(64) { SEGMENT_BYTES_MAX } else { below(random, 2_000) };
    let events = listed(random, room);
    audit::Segment { generation: number(random), events, head: array(random) }
}

/// Events that have room for themselves, often several through one handle, at paths that begin alike.
fn listed(random: Random<'_>, mut room: usize) -> Vec<audit::Event> {
    let mut events: Vec<audit::Event> = Vec::new();
    while events.len() < 1_024 {
        let mut next = event(random);
        if let (Some(more), Some(Some(before))) = (&mut next.more, events.last().map(|event| &event.more))
            && random().is_multiple_of(2)
        {
            let letters = before.path.chars().take(below(random, 40));
            let path = letters.chain(more.path.chars().take(below(random, 20))).collect();
            *more = audit::More { path, error: more.error, count: more.count, ..before.clone() };
        }
        let Some(left) = room.checked_sub(list_of(std::slice::from_ref(&next)).len()) else { break };
        room = left;
        events.push(next);
    }
    events
}

fn second_segment(random: Random<'_>) -> SecondSegment {
    // They take more room there.
    let room = below(random, SEGMENT_BYTES_MAX / 16);
    let events = listed(random, room).into_iter().map(SecondEvent::from).collect();
    SecondSegment { generation: number(random), events, head: array(random) }
}

/// Such as the first version can tell.
fn first_version(random: Random<'_>) -> FirstVersion {
    let VersionRecord { number, created_at, size, author, note, pieces, tail, .. } = version(random);
    let standing = match below(random, 3) {
        0 => FirstStanding::Kept,
        1 => FirstStanding::Deleted { at: time(random), until: time(random) },
        _ => FirstStanding::Destroyed { at: time(random) },
    };
    FirstVersion { number, created_at, size, standing, author, note, pieces, tail }
}

fn first_secret(random: Random<'_>) -> FirstSecret {
    let SecretRecord { id, tier, meta_version, updated_at, accessed_at, tags, details, .. } = secret(random);
    let details = details.map(|details| {
        let secret::Details { description, content_type, max_versions, trash_days } = details;
        FirstDetails { description, content_type, max_versions, trash_days }
    });
    let current = first_version(random);
    FirstSecret { id, tier, meta_version, updated_at, accessed_at, tags, details, current }
}

fn first_trash(random: Random<'_>) -> FirstTrash {
    FirstTrash { path: text(random), deleted_at: time(random), secret: first_secret(random) }
}

fn first_segment(random: Random<'_>) -> FirstSegment {
    let count = if random().is_multiple_of(64) { 1_024 } else { below(random, 9) };
    let event = |random: Random<'_>| {
        let kind = (number(random) & 0xffff) as u16;
        FirstEvent { time: time(random), kind, subject: array(random), version: number(random) }
    };
    let events = (0..count).map(|_| event(random)).collect();
    FirstSegment { generation: number(random), events, head: array(random) }
}

fn trash(random: Random<'_>) -> TrashRecord {
    TrashRecord { path: text(random), deleted_at: time(random), secret: secret(random) }
}

fn retention(random: Random<'_>) -> RetentionRecord {
    RetentionRecord {
        max_versions: random().is_multiple_of(2).then(|| small(random)),
        trash_days: random().is_multiple_of(2).then(|| (number(random) & 0xffff) as u16),
    }
}

#[test]
fn both_decoders_agree_on_generated_records() {
    let cases = std::env::var("STRONGROOM_CODEC_CASES").map_or(20_000, |cases| cases.parse().unwrap());
    for case in 0..cases {
        let mut state: u64 = case;
        let kind = KINDS[(case % KINDS.len() as u64) as usize];
        kind(&mut || splitmix64(&mut state), &format!("case {case}"));
    }
}
