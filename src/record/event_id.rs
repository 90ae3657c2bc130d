//! Names of events.

use std::fmt;
use std::str::FromStr;

use super::id::{parse_id, write_id};
use crate::crypto::mac::sha256;
use crate::error::{Error, ErrorKind, Result};

/// The id of an event: its sequence number, and eight bytes that depend on it and on the store. It is shown as `evt_` and 26
/// characters of Crockford's base 32, and sorts as the numbers do.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct AuditEventId([u8; 16]);

impl AuditEventId {
    /// The id of the event with this number in a store.
    pub(crate) fn new(store_id: &[u8; 16], sequence: u64) -> Self {
        let number = sequence.to_be_bytes();
        let digest = sha256(&[b"strongroom/1/event-id", store_id, &number]);
        let mut bytes = [0; 16];
        bytes.iter_mut().zip(number.into_iter().chain(digest)).for_each(|(place, byte)| *place = byte);
        Self(bytes)
    }

    /// The number in it, if it is the id of an event of this store.
    pub(crate) fn sequence(self, store_id: &[u8; 16]) -> Option<u64> {
        let sequence = u64::from_be_bytes(*self.0.first_chunk()?);
        (self == Self::new(store_id, sequence)).then_some(sequence)
    }
}

impl fmt::Display for AuditEventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_id(f, "evt_", self.0)
    }
}

impl FromStr for AuditEventId {
    type Err = Error;

    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] for a text that is no id of an event.
    fn from_str(text: &str) -> Result<Self> {
        let invalid = || Error::new(ErrorKind::InvalidArgument, "this is not the id of an event: evt_…");
        parse_id(text, "evt_").map(Self).ok_or_else(invalid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_leads_to_its_event_in_its_store_only() {
        let id = AuditEventId::new(&[7; 16], 300);
        assert_eq!(id.to_string().parse::<AuditEventId>().unwrap(), id);
        assert_eq!((id.sequence(&[7; 16]), id.sequence(&[8; 16])), (Some(300), None));
        assert!(AuditEventId::new(&[7; 16], 301) > id && AuditEventId::new(&[7; 16], 299) < id);
        assert_eq!(
            "sec_01ARYZ6S41ZZZZZZZZZZZZZZZZ".parse::<AuditEventId>().unwrap_err().kind(),
            ErrorKind::InvalidArgument
        );
    }
}
