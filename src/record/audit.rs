//! The audit chain: every mutation is an event, every event hashes the one before it. FORMAT 8.6.

use std::sync::Arc;

use bincode::{Decode, Encode};

use super::codec::{Fields, Record, encoded_as};
use super::context::Said;
pub(crate) use super::event_kind::AuditEventKind as EventKind;
use super::event_list;
use crate::crypto::mac::sha256;
use crate::error::Result;
use crate::format::wire::Malformed;

/// One event as it is stored. Its sequence number follows from its row, its generation from its segment.
#[derive(Clone, Debug, Decode, Eq, PartialEq)]
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
#[derive(Clone, Debug, Decode, Default, Eq, PartialEq)]
pub(crate) struct More {
    /// Where the secret was when this was over, or the namespace concerned; empty if there is none.
    pub(crate) path: String,
    /// The key slot that unlocked the handle.
    pub(crate) actor: Option<[u8; 16]>,
    /// 0, or the code of the error it failed with.
    pub(crate) error: i32,
    /// How often.
    pub(crate) count: u32,
    /// Shared: it may be long, and that of thousands.
    pub(crate) said: Option<Arc<Said>>,
}

/// The events of one commit, or a part of them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Segment {
    /// The generation of the commit.
    pub(crate) generation: u64,
    /// The chain's head after the last event.
    pub(crate) head: [u8; 32],
    pub(crate) events: Vec<Event>,
}

/// The fields of a [`Segment`], with the events in the form of [`event_list`].
#[derive(Decode, Encode)]
struct SegmentShape {
    generation: u64,
    head: [u8; 32],
    events: Vec<u8>,
}

/// As a [`Segment`] is encoded, from a list that lies elsewhere.
#[derive(Encode)]
pub(crate) struct SegmentRef<'a> {
    pub(crate) generation: u64,
    pub(crate) head: [u8; 32],
    pub(crate) events: &'a [u8],
}

/// An [`Event`] whose texts lie elsewhere.
#[derive(Clone, Copy)]
pub(crate) struct EventRef<'a> {
    pub(crate) time: i64,
    pub(crate) kind: u16,
    pub(crate) subject: [u8; 16],
    pub(crate) version: u64,
    pub(crate) more: Option<MoreRef<'a>>,
}

/// As [`More`].
#[derive(Clone, Copy)]
pub(crate) struct MoreRef<'a> {
    pub(crate) path: &'a str,
    pub(crate) actor: Option<[u8; 16]>,
    pub(crate) error: i32,
    pub(crate) count: u32,
    pub(crate) said: Option<&'a Arc<Said>>,
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

impl Record for Segment {
    const KIND: u16 = 4;
    const VERSION: u16 = 3;

    fn of_older(version: u16, fields: &Fields<'_>) -> Result<Option<Self>> {
        let (generation, events, head) = match version {
            1 => fields.decode::<(_, Vec<(_, _, _, _)>, _)>().map(|(generation, events, head)| {
                let event =
                    |(time, kind, subject, version)| Event { time, kind, subject, version, more: None };
                (generation, events.into_iter().map(event).collect(), head)
            })?,
            2 => fields.decode()?,
            _ => return Ok(None),
        };
        Ok(Some(Self { generation, head, events }))
    }
}

encoded_as!(Segment, SegmentShape);

impl From<&Segment> for SegmentShape {
    fn from(segment: &Segment) -> Self {
        let Segment { generation, head, ref events } = *segment;
        let mut list = event_list::Writer::default();
        events.iter().for_each(|event| _ = list.push(&event.view(), usize::MAX));
        Self { generation, head, events: list.bytes().to_vec() }
    }
}

impl TryFrom<SegmentShape> for Segment {
    type Error = Malformed;

    fn try_from(
        SegmentShape { generation, head, events }: SegmentShape,
    ) -> std::result::Result<Self, Malformed> {
        Ok(Self { generation, head, events: event_list::read(&events)? })
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
    let mut chain = Follower::at(first, *head);
    events.into_iter().for_each(|event| chain.follow(generation, &event));
    chain.head
}

/// A place in the chain: the number of the next event, and the head before it.
pub(crate) struct Follower {
    pub(crate) next: u64,
    pub(crate) head: [u8; 32],
    /// Room for what is hashed.
    hashed: Vec<u8>,
}

impl Follower {
    pub(crate) fn at(next: u64, head: [u8; 32]) -> Self {
        Self { next, head, hashed: Vec::new() }
    }

    pub(crate) fn follow(&mut self, generation: u64, event: &EventRef<'_>) {
        self.hashed.clear();
        link(&mut self.hashed, &self.head, self.next, generation, event);
        self.head = sha256(&[&self.hashed]);
        self.next = self.next.wrapping_add(1);
    }
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

    fn event(more: Option<More>) -> Event {
        Event { time: 1, kind: 2, subject: [3; 16], version: 4, more }
    }

    #[test]
    fn an_event_is_the_same_whether_it_is_lent_or_owned() {
        let said = Said { labels: "a=b\n".into(), reason: "why".into(), request_id: "7".into() };
        let more = More {
            path: "a/b".into(),
            actor: Some([5; 16]),
            error: 10,
            count: 2,
            said: Some(Arc::new(said)),
        };
        for event in [event(None), event(Some(More::default())), event(Some(more))] {
            assert_eq!(event.view().to_owned(), event);
        }
    }

    #[test]
    fn the_chain_tells_every_field_and_where_texts_end() {
        let with = |edit: &dyn Fn(&mut More, &mut Said)| {
            let (mut more, mut said) = (More::default(), Said::default());
            edit(&mut more, &mut said);
            more.said = (said != Said::default()).then(|| Arc::new(said));
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
