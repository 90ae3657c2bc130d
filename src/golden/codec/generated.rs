//! Generated records: fields of any magnitude, also such as no writer makes.

use std::fmt::Debug;

use wincode::config::DefaultConfig;
use wincode::{SchemaRead, SchemaWrite};

use super::mirrors::{
    Backup, ClockJump, Environment, Floor, Retention, Secret, Segment, Slot, Store, Trash, Version,
};
use super::{check_bytes, check_record};
use crate::crypto::random::seeded::splitmix64;
use crate::record::audit;
use crate::record::codec;
use crate::record::context::Said;
use crate::record::policy::{
    BackupRecord, ClockJumpRecord, EnvironmentRecord, KdfFloorRecord, RetentionRecord,
};
use crate::record::secret::{self, SecretRecord, StoreRecord, TrashRecord, VersionRecord};
use crate::record::slot::SlotRecord;

type Random<'a> = &'a mut dyn FnMut() -> u64;

/// Compares one generated record of each kind.
const KINDS: [fn(Random<'_>, &str); 11] = [
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
];

/// A generated record, both ways, and again with one byte changed and with one byte cut off.
fn check<R, W>(record: &R, random: Random<'_>, place: &str)
where
    R: codec::Record,
    W: for<'de> SchemaRead<'de, DefaultConfig, Dst = W>,
    W: SchemaWrite<DefaultConfig, Src = W> + Debug + PartialEq + for<'a> From<&'a R>,
{
    let mut bytes = check_record::<R, W>(record, place);
    check_bytes::<R, W>(&bytes, place);
    check_bytes::<R, W>(&bytes[..bytes.len() - 1], place);
    let at = below(random, bytes.len());
    bytes[at] ^= 1 << below(random, 8);
    check_bytes::<R, W>(&bytes, place);
}

fn below(random: Random<'_>, limit: usize) -> usize {
    usize::try_from(random() % u64::try_from(limit).unwrap()).unwrap()
}

/// A number of any magnitude, the extremes included.
fn number(random: Random<'_>) -> u64 {
    let bits = random() % 66;
    match bits {
        65 => u64::MAX,
        64 => random(),
        bits => random() & ((1 << bits) - 1),
    }
}

/// As [`number`], of 32 bits.
fn small(random: Random<'_>) -> u32 {
    number(random) as u32
}

fn time(random: Random<'_>) -> i64 {
    number(random).cast_signed()
}

fn array<const N: usize>(random: Random<'_>) -> [u8; N] {
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
fn text(random: Random<'_>) -> String {
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
        said: random().is_multiple_of(2).then(|| Said {
            labels: text(random),
            reason: text(random),
            request_id: text(random),
        }),
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

fn segment(random: Random<'_>) -> audit::Segment {
    let count = if random().is_multiple_of(64) { 1_024 } else { below(random, 9) };
    audit::Segment {
        generation: number(random),
        events: (0..count).map(|_| event(random)).collect(),
        head: array(random),
    }
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
        let kind = KINDS[(case % 10) as usize];
        kind(&mut || splitmix64(&mut state), &format!("case {case}"));
    }
}
