//! The fence around bincode: the one place that names it.
//!
//! Only bytes that a seal vouched for are decoded, always inside a limit, always to the last byte. The configuration is
//! `legacy()`: little-endian, fixed width. FORMAT 8.1.

use bincode::config::{Configuration, Fixint, Limit, LittleEndian};

use crate::error::{Error, ErrorKind, Result};
use crate::secret::Plaintext;

/// Bytes of a record.
const LIMIT: usize = 65_536;
/// Bytes of memory that reading a record may take, as bincode counts them: of its lists the size of their items in memory.
const MEMORY: usize = 4 * LIMIT;
const CONFIG: Configuration<LittleEndian, Fixint, Limit<MEMORY>> =
    bincode::config::legacy().with_limit::<MEMORY>();

/// A type with a place in the format: what it is and which shape of it.
pub(crate) trait Record: bincode::Encode + bincode::Decode<()> {
    /// Never used again for something else.
    const KIND: u16;
    /// Rises when the fields change.
    const VERSION: u16;

    /// What an older version of the record says; `None` of a version that never was.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Damaged`] if the fields are not those of that version.
    fn of_older(version: u16, fields: &Fields<'_>) -> Result<Option<Self>> {
        let _ = (version, fields);
        Ok(None)
    }
}

/// Encodes a type as the fields of another, which is made from it and may be refused on the way back.
macro_rules! encoded_as {
    ($record:ty, $shape:ty) => {
        impl bincode::Encode for $record {
            fn encode<E: bincode::enc::Encoder>(
                &self,
                encoder: &mut E,
            ) -> std::result::Result<(), bincode::error::EncodeError> {
                bincode::Encode::encode(&<$shape>::from(self), encoder)
            }
        }

        impl<C> bincode::Decode<C> for $record {
            fn decode<D: bincode::de::Decoder<Context = C>>(
                decoder: &mut D,
            ) -> std::result::Result<Self, bincode::error::DecodeError> {
                let shape = <$shape as bincode::Decode<C>>::decode(decoder)?;
                Self::try_from(shape).map_err(|_| bincode::error::DecodeError::Other(stringify!($record)))
            }
        }
    };
}

pub(crate) use encoded_as;

/// What follows kind and version of a record.
pub(crate) struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    /// All of it as one shape.
    pub(crate) fn decode<T: bincode::Decode<()>>(&self) -> Result<T> {
        let (fields, used) = bincode::decode_from_slice::<T, _>(self.0, CONFIG).map_err(|_| damaged())?;
        if used == self.0.len() { Ok(fields) } else { Err(damaged()) }
    }
}

/// Bytes read from a page that authenticated.
pub(crate) struct Authenticated<'a>(&'a [u8]);

impl<'a> Authenticated<'a> {
    /// `bytes` must come from redb over a sealed file.
    pub(crate) fn from_page(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }
}

/// `kind | version | fields`.
pub(crate) fn encode<R: Record>(record: &R) -> Result<Plaintext> {
    encode_as::<R>(record)
}

/// As [`encode`], of the same fields in a type that borrows them.
pub(crate) fn encode_as<R: Record>(fields: &impl bincode::Encode) -> Result<Plaintext> {
    let bytes = bincode::encode_to_vec((R::KIND, R::VERSION, fields), CONFIG)
        .map(Plaintext::from)
        .map_err(|_| Error::internal("a record cannot be encoded"))?;
    // bincode holds only its decoder to a limit.
    if bytes.len() > LIMIT { Err(Error::internal("a record does not fit its limit")) } else { Ok(bytes) }
}

/// # Errors
///
/// [`ErrorKind::UnsupportedFormat`] for a newer shape; [`ErrorKind::Damaged`] for anything else that is not exactly
/// one record of this type.
pub(crate) fn decode<R: Record>(bytes: &Authenticated<'_>) -> Result<R> {
    if bytes.0.len() > LIMIT {
        return Err(damaged());
    }
    let ((kind, version), head) =
        bincode::decode_from_slice::<(u16, u16), _>(bytes.0, CONFIG).map_err(|_| damaged())?;
    if kind != R::KIND {
        return Err(damaged());
    }
    let fields = Fields(bytes.0.get(head..).unwrap_or_default());
    if version == R::VERSION {
        return fields.decode();
    }
    R::of_older(version, &fields)?.ok_or_else(|| {
        let message = "a record of the store was written by a newer version of strongroom";
        Error::new(ErrorKind::UnsupportedFormat, message)
    })
}

fn damaged() -> Error {
    Error::new(ErrorKind::Damaged, "a record of the store cannot be read; restore a backup")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::secret::VersionRecord;

    #[test]
    fn a_record_that_could_not_be_read_is_not_written() {
        // Kind and version, the fixed fields, and the count of the tail.
        let head = 4 + 30 + 8;
        let record = |tail| VersionRecord { number: 1, tail: vec![4; tail], ..VersionRecord::default() };
        let most = encode(&record(LIMIT - head)).unwrap();
        assert_eq!(decode::<VersionRecord>(&Authenticated::from_page(&most)).unwrap(), record(LIMIT - head));
        assert_eq!(encode(&record(LIMIT - head + 1)).err().unwrap().kind(), ErrorKind::Internal);
    }
}
