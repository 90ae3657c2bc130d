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

/// An [`Event`] whose texts lie elsewhere. It is encoded in the same way.
#[derive(Clone, Copy, Encode)]
pub(crate) struct EventRef<'a> {
    pub(crate) time: i64,
    pub(crate) kind: u16,
    pub(crate) subject: [u8; 16],
    pub(crate) version: u64,
    pub(crate) more: Option<MoreRef<'a>>,
}

/// As [`More`].
#[derive(Clone, Copy, Encode)]
pub(crate) struct MoreRef<'a> {
    pub(crate) path: &'a str,
    pub(crate) actor: Option<[u8; 16]>,
    pub(crate) error: i32,
    pub(crate) count: u32,
    pub(crate) said: Option<&'a Said>,
}

/// As [`Segment`].
#[derive(Encode)]
pub(crate) struct SegmentRef<'a> {
    pub(crate) generation: u64,
    pub(crate) events: &'a [EventRef<'a>],
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
    pub(crate) fn view(&self) -> EventRef<'_> {
        let Self { time, kind, subject, version, ref more } = *self;
        EventRef { time, kind, subject, version, more: more.as_ref().map(More::view) }
    }
}

impl More {
    fn view(&self) -> MoreRef<'_> {
        let Self { ref path, actor, error, count, ref said } = *self;
        MoreRef { path, actor, error, count, said: said.as_ref() }
    }
}

impl EventRef<'_> {
    pub(crate) fn to_owned(self) -> Event {
        let Self { time, kind, subject, version, more } = self;
        let more = more.map(|MoreRef { path, actor, error, count, said }| More {
            path: path.to_owned(),
            actor,
            error,
            count,
            said: said.cloned(),
        });
        Event { time, kind, subject, version, more }
    }

    /// Bytes of the event in a segment.
    pub(crate) fn encoded_len(&self) -> usize {
        const FIXED: usize = 8 + 2 + 16 + 8 + 1;
        let said = |said: &Said| 3 * 8 + said.labels.len() + said.reason.len() + said.request_id.len();
        let more = |more: &MoreRef<'_>| {
            let actor = 1 + more.actor.map_or(0, |id| id.len());
            8 + more.path.len() + actor + 4 + 4 + 1 + more.said.map_or(0, said)
        };
        FIXED + self.more.as_ref().map_or(0, more)
    }
}

/// The head before the first event.
pub(crate) fn genesis(store_id: &[u8; 16]) -> [u8; 32] {
    sha256(&[b"strongroom/1/audit-genesis", store_id])
}

/// The head after events in a row, of which the first has the sequence number `first`.
pub(crate) fn follow_all<'a>(
    head: &[u8; 32],
    first: u64,
    generation: u64,
    events: impl IntoIterator<Item = EventRef<'a>>,
) -> [u8; 32] {
    let numbers = std::iter::successors(Some(first), |sequence| Some(sequence.wrapping_add(1)));
    let (mut head, mut hashed) = (*head, Vec::new());
    for (sequence, event) in numbers.zip(events) {
        hashed.clear();
        link(&mut hashed, &head, sequence, generation, &event);
        head = sha256(&[&hashed]);
    }
    head
}

/// What is hashed for the head after one more event. Every field has a fixed width, or its length in front, so that a script can
/// follow the chain.
fn link(hashed: &mut Vec<u8>, head: &[u8; 32], sequence: u64, generation: u64, event: &EventRef<'_>) {
    let label: &[u8] = match event.more {
        None => b"strongroom/1/audit",
        Some(_) => b"strongroom/1/audit-event",
    };
    let mut put = |bytes: &[u8]| hashed.extend_from_slice(bytes);
    put(label);
    put(head);
    put(&sequence.to_le_bytes());
    put(&generation.to_le_bytes());
    put(&event.time.to_le_bytes());
    put(&event.kind.to_le_bytes());
    put(&event.subject);
    put(&event.version.to_le_bytes());
    let Some(more) = &event.more else { return };
    put(&more.actor.unwrap_or_default());
    put(&more.error.to_le_bytes());
    put(&more.count.to_le_bytes());
    let [labels, reason, request_id] =
        more.said.map_or([""; 3], |said| [&said.labels, &said.reason, &said.request_id]);
    for text in [more.path, labels, reason, request_id] {
        put(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
        put(text.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::codec::{encode, encode_as};

    fn event(more: Option<More>) -> Event {
        Event { time: 1, kind: 2, subject: [3; 16], version: 4, more }
    }

    #[test]
    fn an_event_is_the_same_whether_it_is_lent_or_owned() {
        let said = Said { labels: "a=b\n".into(), reason: "why".into(), request_id: "7".into() };
        let more = More { path: "a/b".into(), actor: Some([5; 16]), error: 10, count: 2, said: Some(said) };
        let bare = More::default();
        for event in [event(None), event(Some(bare)), event(Some(more))] {
            let segment = |events| encode(&Segment { generation: 1, events, head: [0; 32] }).unwrap();
            let one = segment(vec![event.clone()]);
            assert_eq!(event.view().encoded_len(), one.len() - segment(Vec::new()).len());
            assert_eq!(event.view().to_owned(), event);
            let lent = SegmentRef { generation: 1, events: &[event.view()], head: [0; 32] };
            assert_eq!(*encode_as::<Segment>(&lent).unwrap(), *one);
        }
    }

    #[test]
    fn the_chain_tells_every_field_and_where_texts_end() {
        let with = |edit: &dyn Fn(&mut More, &mut Said)| {
            let (mut more, mut said) = (More::default(), Said::default());
            edit(&mut more, &mut said);
            more.said = (said != Said::default()).then_some(said);
            follow_all(&[0; 32], 1, 1, [event(Some(more)).view()])
        };
        let mut heads = vec![
            follow_all(&[0; 32], 1, 1, [event(None).view()]),
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
