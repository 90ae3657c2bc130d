//! The audit chain: every mutation is an event, every event hashes the one before it. FORMAT 8.6.

use bincode::{Decode, Encode};

use super::codec::{Fields, Record};
use super::context::Said;
pub(crate) use super::event_kind::AuditEventKind as EventKind;
use crate::crypto::mac::sha256;
use crate::error::Result;

/// One event as it is stored. Its sequence number follows from its row, its generation from its segment.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub(crate) struct Event {
    /// Milliseconds since the Unix epoch.
    pub(crate) time: i64,
    pub(crate) kind: u16,
    /// The id of the secret or key slot concerned; zero if there is none.
    pub(crate) subject: [u8; 16],
    /// The version written; for a discarded commit its generation, for a backup that of the copy.
    pub(crate) version: u64,
    /// Missing in what the first version of the record told.
    pub(crate) more: Option<More>,
}

/// What the first version of the record did not tell.
#[derive(Clone, Debug, Decode, Default, Encode, Eq, PartialEq)]
pub(crate) struct More {
    /// Where the secret was when this was over, or the namespace concerned; empty if there is none.
    pub(crate) path: String,
    /// The key slot that unlocked the handle.
    pub(crate) actor: Option<[u8; 16]>,
    /// 0, or the code of the error it failed with.
    pub(crate) error: i32,
    /// How often.
    pub(crate) count: u32,
    pub(crate) said: Option<Said>,
}

/// The events of one commit, or a part of them.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
pub(crate) struct Segment {
    /// The generation of the commit.
    pub(crate) generation: u64,
    pub(crate) events: Vec<Event>,
    /// The chain's head after the last event.
    pub(crate) head: [u8; 32],
}

/// Where the log begins, once its beginning was removed.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq)]
pub(crate) struct AuditCheckpoint {
    /// The sequence number of the first event that is left.
    pub(crate) next: u64,
    /// The chain's head before it.
    pub(crate) head: [u8; 32],
    /// The greatest time of an event in the last segment that was removed.
    pub(crate) time: i64,
}

impl Record for AuditCheckpoint {
    const KIND: u16 = 12;
    const VERSION: u16 = 1;
}

/// The first shape of events and segments.
mod first {
    use super::Decode;

    #[derive(Decode)]
    pub(super) struct Event {
        pub(super) time: i64,
        pub(super) kind: u16,
        pub(super) subject: [u8; 16],
        pub(super) version: u64,
    }

    #[derive(Decode)]
    pub(super) struct Segment {
        pub(super) generation: u64,
        pub(super) events: Vec<Event>,
        pub(super) head: [u8; 32],
    }
}

impl Record for Segment {
    const KIND: u16 = 4;
    const VERSION: u16 = 2;

    fn of_older(version: u16, fields: &Fields<'_>) -> Result<Option<Self>> {
        if version != 1 {
            return Ok(None);
        }
        let first::Segment { generation, events, head } = fields.decode()?;
        let events = events.into_iter().map(|first::Event { time, kind, subject, version }| Event {
            time,
            kind,
            subject,
            version,
            more: None,
        });
        Ok(Some(Self { generation, events: events.collect(), head }))
    }
}

impl Event {
    /// Bytes of the event in a segment.
    pub(crate) fn encoded_len(&self) -> usize {
        const FIXED: usize = 8 + 2 + 16 + 8 + 1;
        let said = |said: &Said| 3 * 8 + said.labels.len() + said.reason.len() + said.request_id.len();
        let more = |more: &More| {
            let actor = 1 + more.actor.map_or(0, |id| id.len());
            8 + more.path.len() + actor + 4 + 4 + 1 + more.said.as_ref().map_or(0, said)
        };
        FIXED + self.more.as_ref().map_or(0, more)
    }
}

/// The head before the first event.
pub(crate) fn genesis(store_id: &[u8; 16]) -> [u8; 32] {
    sha256(&[b"strongroom/1/audit-genesis", store_id])
}

/// The head after one more event. Every field has a fixed width, or its length in front, so that a script can follow the chain.
pub(crate) fn follow(head: &[u8; 32], sequence: u64, generation: u64, event: &Event) -> [u8; 32] {
    let label: &[u8] = match event.more {
        None => b"strongroom/1/audit",
        Some(_) => b"strongroom/1/audit-event",
    };
    let (sequence, generation) = (sequence.to_le_bytes(), generation.to_le_bytes());
    let (time, kind, version) =
        (event.time.to_le_bytes(), event.kind.to_le_bytes(), event.version.to_le_bytes());
    let mut parts: Vec<&[u8]> =
        vec![label, head, &sequence, &generation, &time, &kind, &event.subject, &version];
    let Some(more) = &event.more else { return sha256(&parts) };
    let (error, count, actor) =
        (more.error.to_le_bytes(), more.count.to_le_bytes(), more.actor.unwrap_or_default());
    let nothing = Said::default();
    let said = more.said.as_ref().unwrap_or(&nothing);
    let texts = [&more.path, &said.labels, &said.reason, &said.request_id];
    let lengths = texts.map(|text| u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
    parts.extend([actor.as_slice(), &error, &count]);
    for (text, length) in texts.iter().zip(&lengths) {
        parts.extend([length.as_slice(), text.as_bytes()]);
    }
    sha256(&parts)
}

/// The head after a segment whose first event has the sequence number `first`.
pub(crate) fn follow_all(head: &[u8; 32], first: u64, generation: u64, events: &[Event]) -> [u8; 32] {
    let numbered = std::iter::successors(Some(first), |sequence| Some(sequence.wrapping_add(1))).zip(events);
    numbered.fold(*head, |head, (sequence, event)| follow(&head, sequence, generation, event))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::codec::encode;

    fn event(more: Option<More>) -> Event {
        Event { time: 1, kind: 2, subject: [3; 16], version: 4, more }
    }

    #[test]
    fn the_length_of_an_event_is_that_of_its_encoding() {
        let said = Said { labels: "a=b\n".into(), reason: "why".into(), request_id: "7".into() };
        let more = More { path: "a/b".into(), actor: Some([5; 16]), error: 10, count: 2, said: Some(said) };
        let bare = More::default();
        for event in [event(None), event(Some(bare)), event(Some(more))] {
            let segment = |events| encode(&Segment { generation: 1, events, head: [0; 32] }).unwrap().len();
            let len = segment(vec![event.clone()]) - segment(Vec::new());
            assert_eq!(event.encoded_len(), len);
        }
    }

    #[test]
    fn the_chain_tells_every_field_and_where_texts_end() {
        let with = |edit: &dyn Fn(&mut More, &mut Said)| {
            let (mut more, mut said) = (More::default(), Said::default());
            edit(&mut more, &mut said);
            more.said = (said != Said::default()).then_some(said);
            follow(&[0; 32], 1, 1, &event(Some(more)))
        };
        let mut heads = vec![
            follow(&[0; 32], 1, 1, &event(None)),
            with(&|_, _| {}),
            with(&|more, _| more.path = "a".into()),
            with(&|more, _| more.actor = Some([1; 16])),
            with(&|more, _| more.error = 1),
            with(&|more, _| more.count = 1),
            with(&|_, said| said.labels = "a".into()),
            with(&|_, said| said.reason = "a".into()),
            with(&|_, said| said.request_id = "a".into()),
            with(&|_, said| said.request_id = "aa".into()),
        ];
        let all = heads.len();
        heads.sort_unstable();
        heads.dedup();
        assert_eq!(heads.len(), all);
    }
}
