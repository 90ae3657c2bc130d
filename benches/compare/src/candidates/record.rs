//! A secret as the candidates over redb write it: a fixed front, the tags, the value.

/// A secret with its current version.
pub(super) struct Record {
    pub(super) id: [u8; 16],
    pub(super) version: u64,
    pub(super) created_at: i64,
    pub(super) updated_at: i64,
    pub(super) tags: Vec<(String, String)>,
}

impl Record {
    pub(super) fn encode(&self, value: &[u8]) -> Vec<u8> {
        let tags: String = self.tags.iter().map(|(key, value)| format!("{key}={value}\n")).collect();
        let tags_len = u16::try_from(tags.len()).expect("few tags");
        [
            &self.id[..],
            &self.version.to_le_bytes(),
            &self.created_at.to_le_bytes(),
            &self.updated_at.to_le_bytes(),
            &tags_len.to_le_bytes(),
            tags.as_bytes(),
            value,
        ]
        .concat()
    }

    /// The record, and its value where it lies.
    pub(super) fn decode(bytes: &[u8]) -> (Self, &[u8]) {
        let (id, rest) = bytes.split_first_chunk().expect("an id");
        let (version, rest) = rest.split_first_chunk().expect("a version");
        let (created_at, rest) = rest.split_first_chunk().expect("a time");
        let (updated_at, rest) = rest.split_first_chunk().expect("a time");
        let (tags_len, rest) = rest.split_first_chunk().expect("a length");
        let (tags, value) = rest.split_at(usize::from(u16::from_le_bytes(*tags_len)));
        let pair = |line: &str| {
            let (key, value) = line.split_once('=').expect("a tag");
            (key.to_owned(), value.to_owned())
        };
        let record = Self {
            id: *id,
            version: u64::from_le_bytes(*version),
            created_at: i64::from_le_bytes(*created_at),
            updated_at: i64::from_le_bytes(*updated_at),
            tags: std::str::from_utf8(tags).expect("text").lines().map(pair).collect(),
        };
        (record, value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_as_it_is_written() {
        let tags = vec![("env".to_owned(), "prod".to_owned()), ("owner".to_owned(), String::new())];
        let record = Record { id: [3; 16], version: 4, created_at: -5, updated_at: 6, tags };
        let bytes = record.encode(b"value");
        let (read, value) = Record::decode(&bytes);
        assert_eq!((read.id, read.version, read.created_at, read.updated_at), ([3; 16], 4, -5, 6));
        assert_eq!((read.tags, value), (record.tags, b"value".as_slice()));
    }
}
