//! Texts that programs hand in: refused, or kept in their normal form.

use std::sync::OnceLock;

use unicode_normalization::UnicodeNormalization;

use super::input::Input;
use crate::limits::{
    DESCRIPTION_LEN_MAX, NOTE_LEN_MAX, PATH_LEN_MAX, PATH_SEGMENTS_MAX, SEGMENT_LEN_MAX, TAG_KEY_LEN_MAX,
    TAG_VALUE_LEN_MAX,
};
use crate::{Error, ErrorKind, Put, Query, Result, SecretInfo, SecretPath, Store, Tags, Transaction, Update};

const PROBE: &str = "probe";

/// A path, a tag, a description, a content type and a note, each alone and all at once: they are accepted exactly if
/// the rule says so, shown in Unicode NFC, accepted again as they are shown, and found in lists.
///
/// # Panics
///
/// If anything is otherwise.
pub fn texts(bytes: &[u8]) {
    static STORE: OnceLock<Result<Store>> = OnceLock::new();
    let given = Given::new(&mut Input::new(bytes));
    let store = STORE.get_or_init(Store::in_memory).as_ref();
    assert!(store.is_ok(), "{store:?}");
    let mut checked = Ok(());
    let ended = store.map(|store| {
        store.transaction(|tx| -> Result<()> {
            checked = given.check(tx);
            Err(Error::new(ErrorKind::Cancelled, "the next input finds the same store"))
        })
    });
    assert!(ended.is_ok_and(|ended| ended.is_err()), "a transaction was committed");
    assert!(checked.is_ok(), "an operation failed that must not: {checked:?} {given:?}");
}

#[derive(Debug)]
struct Given {
    path: String,
    key: String,
    value: String,
    description: String,
    content_type: String,
    note: String,
}

/// Bytes, once or as often as it takes to come near to a limit.
fn long_text(input: &mut Input<'_>) -> String {
    let times = if input.seldom(8) { input.below(256) } else { 1 };
    input.text().repeat(times)
}

/// The normal form of a text, if it has so many bytes and no control characters but those allowed.
fn normal(text: &str, least: usize, most: usize, allowed: &str) -> Option<String> {
    let normal: String = text.nfc().collect();
    let controls = normal.chars().any(|letter| letter.is_control() && !allowed.contains(letter));
    (!controls && (least..=most).contains(&normal.len())).then_some(normal)
}

impl Given {
    fn new(input: &mut Input<'_>) -> Self {
        let mut next = || long_text(input);
        Self {
            path: next(),
            key: next(),
            value: next(),
            description: next(),
            content_type: next(),
            note: next(),
        }
    }

    fn check(&self, tx: &mut Transaction<'_, '_>) -> Result<()> {
        tx.put(PROBE, "")?;
        let path = self.check_path();
        let tag = self.check_tag();
        let description = normal(&self.description, 0, DESCRIPTION_LEN_MAX, "\n\t");
        let described = kept(tx, &self.description, Update::description, SecretInfo::description)?;
        assert!(described == description, "{described:?} is described for {description:?}");
        let content_type = kept(tx, &self.content_type, Update::content_type, SecretInfo::content_type)?;
        let in_form = content_type.as_ref().is_none_or(|shown| shown.is_empty() || shown.contains('/'));
        assert!(in_form, "{content_type:?} is a content type");
        let note = normal(&self.note, 0, NOTE_LEN_MAX, "");
        self.check_note(tx, note.as_deref())?;

        let put = Put::new()
            .tag(&self.key, &self.value)
            .description(&self.description)
            .content_type(&self.content_type)
            .note(&self.note);
        let written = tx.put_with(&self.path, "", &put);
        let (Some(path), Some((key, value)), Some(_), Some(description), Some(content_type)) =
            (path, tag, note, description, content_type)
        else {
            let kind = written.map_err(|error| error.kind()).err();
            assert!(kind == Some(ErrorKind::InvalidArgument), "{kind:?}: one of the texts breaks a rule");
            return Ok(());
        };
        assert!(*written?.path() == path, "it is written to another path");
        let info = tx.info(&self.path)?;
        assert!(info == tx.info(&path)?, "two spellings are two paths");
        assert!((info.description(), info.content_type()) == (&description, &content_type));
        assert!(info.tags().iter().eq([(key.as_str(), value.as_str())]), "{:?} are the tags", info.tags());
        self.check_lists(tx, &info, &key, &value)
    }

    fn check_path(&self) -> Option<SecretPath> {
        let rule = |path: &str| {
            let segment =
                |part: &str| (1..=SEGMENT_LEN_MAX).contains(&part.len()) && part != "." && part != "..";
            path.split('/').count() <= PATH_SEGMENTS_MAX && path.split('/').all(segment)
        };
        let expected = normal(&self.path, 1, PATH_LEN_MAX, "").filter(|path| rule(path));
        let path = SecretPath::parse(&self.path).ok();
        let shown = path.as_ref().map(SecretPath::as_str);
        assert!(shown == expected.as_deref(), "{shown:?} is the path for {expected:?}");
        let again = shown.and_then(|shown| SecretPath::parse(shown).ok());
        assert!(again == path, "a path is another one as it is shown");
        path
    }

    fn check_tag(&self) -> Option<(String, String)> {
        let key = normal(&self.key, 1, TAG_KEY_LEN_MAX, "").filter(|key| !key.contains('='));
        let expected = key.zip(normal(&self.value, 0, TAG_VALUE_LEN_MAX, ""));
        let tags = Tags::new().with(&self.key, &self.value);
        let Some((key, value)) = &expected else {
            let kind = tags.map_err(|error| error.kind()).err();
            assert!(kind == Some(ErrorKind::InvalidArgument), "{kind:?} for a tag that breaks a rule");
            return None;
        };
        assert!(tags.is_ok(), "{tags:?}: it keeps to the rules");
        let tags = tags.unwrap_or_default();
        assert!(tags.iter().eq([(key.as_str(), value.as_str())]), "{tags:?} for {expected:?}");
        assert!(tags.get(key) == Some(value) && tags.len() == 1 && !tags.is_empty());
        assert!(tags.labels().count() == usize::from(value.is_empty()), "a label has no value");
        for (key, value) in [(&self.key, &self.value), (key, value)] {
            assert!(
                tags.clone().with(key, value).is_ok_and(|again| again == tags),
                "once more is another one"
            );
        }
        // What a record has is read as it was written.
        assert!(
            Tags::from_text(tags.clone().into_text()).as_ref() == Some(&tags),
            "{tags:?} are read otherwise"
        );
        expected
    }

    fn check_note(&self, tx: &mut Transaction<'_, '_>, expected: Option<&str>) -> Result<()> {
        let written = tx.put_with(PROBE, "", Put::new().note(&self.note));
        assert!(written.is_ok() == expected.is_some(), "{written:?} for the note {expected:?}");
        if written.is_ok() {
            let versions = tx.versions(PROBE)?;
            let shown = versions.last().map(|version| version.note.as_str());
            assert!(shown == expected, "{shown:?} is the note for {expected:?}");
        }
        Ok(())
    }

    /// By either spelling it is found, and by nothing it has not.
    fn check_lists(&self, tx: &Transaction<'_, '_>, info: &SecretInfo, key: &str, value: &str) -> Result<()> {
        let another = if value.is_empty() { "another" } else { "" };
        let lists = |query: Query| Ok::<_, Error>(tx.list(query)?.items().contains(info));
        for (own, other) in [(self.key.as_str(), self.value.as_str()), (key, value)] {
            assert!(lists(Query::all().tag(own, other))? && lists(Query::all().has_tag(own))?);
            assert!(!lists(Query::all().without_tag(own))? && !lists(Query::all().tag(own, another))?);
            let values = tx.tag_values(own)?;
            assert!(values.iter().any(|count| count.name == value), "{values:?} lack {value:?}");
        }
        assert!(tx.tag_keys()?.iter().any(|count| count.name == key), "a key is not counted");
        if let Some(parent) = info.path().parent() {
            assert!(lists(Query::under(&parent))? && lists(Query::under(&parent).tag(key, value))?);
        }
        let below = Query::under(info.path());
        assert!(!lists(below)?, "a secret lies below itself");
        Ok(())
    }
}

/// What a field of the metadata becomes when it is set to `text`; `None` if it is refused. Set to what it became, it is
/// the same.
fn kept(
    tx: &mut Transaction<'_, '_>,
    text: &str,
    set: impl Fn(Update, String) -> Update,
    show: impl Fn(&SecretInfo) -> &str,
) -> Result<Option<String>> {
    match tx.update(PROBE, set(Update::new(), text.to_owned())) {
        Ok(info) => {
            let shown = show(&info).to_owned();
            let again = tx.update(PROBE, set(Update::new(), shown.clone()))?;
            assert!(again == info, "{shown:?} is kept otherwise when it is set once more");
            Ok(Some(shown))
        }
        Err(error) => {
            assert!(error.kind() == ErrorKind::InvalidArgument, "{error:?}");
            Ok(None)
        }
    }
}
