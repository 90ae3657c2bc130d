//! Lists of everything, as pages that C owns.

use std::ffi::c_char;
use std::ptr;

use super::error::{free, strongroom_error};
use super::event::{EventRow, strongroom_audit_event};
use super::guard::{guard, or_default};
use super::handle::{self, Kind, Object};
use super::input::invalid;
use super::items::{
    Counted, DueRow, SecretRow, SlotRow, VersionRow, retention_view, strongroom_capability,
    strongroom_due_item, strongroom_namespace, strongroom_retention, strongroom_secret_info, strongroom_slot,
    strongroom_tag_count, strongroom_version_info,
};
use super::output::{Text, fill, out, out_handle};
use super::strongroom_status;
use crate::{
    AuditEvent, AuditPage, Capabilities, Due, KeySlot, Namespace, Result, Retention, SecretInfo, SecretPath,
    TagCount, Usage, VersionInfo,
};

/// A page of a list: secrets, versions, namespaces, tags, key slots, retentions, capabilities, files, events or what is due. It owns what its items point to.
pub struct strongroom_page {
    _private: (),
}

/// The items of a page.
enum Items {
    Secrets(Vec<SecretRow>),
    Versions(Vec<VersionRow>),
    Tags(Vec<Counted>),
    Slots(Vec<SlotRow>),
    Retentions(Vec<(Text, Retention)>),
    Capabilities(Vec<(Text, u64, bool)>),
    Files(Vec<Text>),
    Due(Vec<DueRow>),
    Events(Vec<EventRow>),
}

pub(super) struct Page {
    items: Items,
    namespaces: Vec<Counted>,
    next: Option<Text>,
    has_more: bool,
    total: Option<u64>,
}

impl Object for Page {
    type Opaque = strongroom_page;
    const KIND: Kind = Kind::Page;
}

impl Page {
    fn of(items: Items) -> Self {
        Self { items, namespaces: Vec::new(), next: None, has_more: false, total: None }
    }

    pub(super) fn list(page: crate::Page) -> Self {
        let namespaces =
            page.namespaces().iter().map(|found| Counted::of(found.path.as_str(), found.secrets)).collect();
        Self {
            namespaces,
            next: page.next_cursor().map(|cursor| Text::new(cursor.as_str())),
            has_more: page.has_more(),
            total: page.total(),
            ..Self::secrets(page)
        }
    }

    pub(super) fn secrets(infos: impl IntoIterator<Item = SecretInfo>) -> Self {
        Self::of(Items::Secrets(infos.into_iter().map(SecretRow::new).collect()))
    }

    pub(super) fn versions(infos: impl IntoIterator<Item = VersionInfo>) -> Self {
        Self::of(Items::Versions(infos.into_iter().map(VersionRow::new).collect()))
    }

    pub(super) fn tags(counts: Vec<TagCount>) -> Self {
        Self::of(Items::Tags(counts.iter().map(|count| Counted::of(&count.name, count.secrets)).collect()))
    }

    pub(super) fn namespaces(found: Vec<Namespace>) -> Self {
        let namespaces =
            found.iter().map(|namespace| Counted::of(namespace.path.as_str(), namespace.secrets)).collect();
        Self { namespaces, ..Self::secrets([]) }
    }

    pub(super) fn usages(found: Vec<(String, Usage)>) -> Self {
        let namespaces = found.iter().map(|(name, usage)| Counted::using(name, *usage)).collect();
        Self { namespaces, ..Self::secrets([]) }
    }

    pub(super) fn slots(slots: Vec<KeySlot>) -> Self {
        Self::of(Items::Slots(slots.into_iter().map(SlotRow::new).collect()))
    }

    pub(super) fn retentions(found: Vec<(Option<SecretPath>, Retention)>) -> Self {
        let row = |(under, retention): (Option<SecretPath>, Retention)| {
            (Text::new(under.as_ref().map_or("", SecretPath::as_str)), retention)
        };
        Self::of(Items::Retentions(found.into_iter().map(row).collect()))
    }

    pub(super) fn capabilities(found: &Capabilities) -> Self {
        let features = found.features.iter().map(|name| (Text::new(name), 1, false));
        let limits = found.limits.iter().map(|(name, limit)| (Text::new(name), *limit, true));
        Self::of(Items::Capabilities(features.chain(limits).collect()))
    }

    pub(super) fn files(found: impl IntoIterator<Item = String>) -> Self {
        Self::of(Items::Files(found.into_iter().map(|name| Text::new(&name)).collect()))
    }

    pub(super) fn due(found: Vec<Due>) -> Self {
        Self::of(Items::Due(found.into_iter().map(DueRow::new).collect()))
    }

    pub(super) fn events(page: &AuditPage) -> Self {
        Self {
            next: page.next_cursor().map(|cursor| Text::new(cursor.as_str())),
            has_more: page.has_more(),
            ..Self::feed(page.events().iter().cloned())
        }
    }

    pub(super) fn feed(events: impl IntoIterator<Item = AuditEvent>) -> Self {
        Self::of(Items::Events(events.into_iter().map(EventRow::new).collect()))
    }

    fn len(&self) -> usize {
        match &self.items {
            Items::Secrets(rows) => rows.len(),
            Items::Versions(rows) => rows.len(),
            Items::Tags(rows) => rows.len(),
            Items::Slots(rows) => rows.len(),
            Items::Retentions(rows) => rows.len(),
            Items::Capabilities(rows) => rows.len(),
            Items::Files(rows) => rows.len(),
            Items::Due(rows) => rows.len(),
            Items::Events(rows) => rows.len(),
        }
    }
}

/// Gives a page to the caller.
pub(super) unsafe fn give(
    page: *mut *mut strongroom_page,
    error: *mut *mut strongroom_error,
    make: impl FnOnce() -> Result<Page>,
) -> strongroom_status {
    // SAFETY: as the caller promises.
    unsafe { guard(error, || out_handle("page", page)?.give(make()?)) }
}

/// The number of items of a page; 0 for what is no page. Namespaces are counted by strongroom_page_namespaces.
///
/// Ownership: borrows `page`.
/// Thread safety: any thread.
/// Errors: none.
#[unsafe(no_mangle)]
pub extern "C" fn strongroom_page_len(page: *const strongroom_page) -> usize {
    or_default(|| handle::get::<Page>(page).map(|page| page.len()))
}

/// The number of namespaces of a page; 0 for what is no page.
///
/// Ownership: borrows `page`.
/// Thread safety: any thread.
/// Errors: none.
#[unsafe(no_mangle)]
pub extern "C" fn strongroom_page_namespaces(page: *const strongroom_page) -> usize {
    or_default(|| handle::get::<Page>(page).map(|page| page.namespaces.len()))
}

/// What to give to strongroom_query_after, or strongroom_audit_query_after, for the next page; NULL behind the last one. It ends with a NUL.
///
/// Ownership: borrowed from `page`, until that is freed.
/// Thread safety: any thread.
/// Errors: none.
#[unsafe(no_mangle)]
pub extern "C" fn strongroom_page_next_cursor(page: *const strongroom_page) -> *const c_char {
    let cursor =
        or_default(|| handle::get::<Page>(page).map(|page| page.next.as_ref().map(|text| text.view().data)));
    cursor.unwrap_or(ptr::null())
}

/// Whether there is a page behind this one (1 or 0).
///
/// Ownership: borrows `page`.
/// Thread safety: any thread.
/// Errors: none.
#[unsafe(no_mangle)]
pub extern "C" fn strongroom_page_has_more(page: *const strongroom_page) -> i32 {
    or_default(|| handle::get::<Page>(page).map(|page| i32::from(page.has_more)))
}

/// How many secrets there are in all, if that was asked for and this is the first page.
///
/// Ownership: borrows `page`; writes `*total`.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED; NOT_FOUND if it was not counted.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_page_total(
    page: *const strongroom_page,
    total: *mut u64,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let total = unsafe { out("total", total) }?;
        let counted = handle::get::<Page>(page)?.total.ok_or_else(|| {
            crate::Error::new(
                crate::ErrorKind::NotFound,
                "only the first page of a query that counts has a total",
            )
        })?;
        total.write(counted);
        Ok(())
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// Writes item `index` of a page, if it is one of its kind.
macro_rules! item {
    ($page:ident, $index:ident, $item:ident, $error:ident, |$found:ident| $rows:expr, $view:expr) => {{
        let work = || {
            let $found = handle::get::<Page>($page)?;
            let rows = $rows.ok_or_else(|| invalid("the items of this page are of another kind"))?;
            let row = rows.get($index).ok_or_else(|| past($index, rows.len()))?;
            // SAFETY: as the top of the header says of pointers.
            unsafe { fill("item", $item, &$view(row)) }
        };
        // SAFETY: as above.
        unsafe { guard($error, work) }
    }};
}

fn past(index: usize, len: usize) -> crate::Error {
    invalid(format!("there is no item {index} on a page of {len}"))
}

macro_rules! rows_of {
    ($page:ident, $kind:ident) => {
        match &$page.items {
            Items::$kind(rows) => Some(rows),
            _ => None,
        }
    };
}

/// What is known of a secret of a page.
///
/// Ownership: writes `*item`, whose texts are borrowed from `page`, until that is freed.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_page_secret(
    page: *const strongroom_page,
    index: usize,
    item: *mut strongroom_secret_info,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    item!(page, index, item, error, |found| rows_of!(found, Secrets), SecretRow::view)
}

/// What is known of a version of a page.
///
/// Ownership: writes `*item`, whose texts are borrowed from `page`, until that is freed.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_page_version(
    page: *const strongroom_page,
    index: usize,
    item: *mut strongroom_version_info,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    item!(page, index, item, error, |found| rows_of!(found, Versions), VersionRow::view)
}

/// A namespace of a page; there are strongroom_page_namespaces of them.
///
/// Ownership: writes `*item`, whose texts are borrowed from `page`, until that is freed.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_page_namespace(
    page: *const strongroom_page,
    index: usize,
    item: *mut strongroom_namespace,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    item!(page, index, item, error, |found| Some(&found.namespaces), Counted::namespace)
}

/// A key or a value of tags of a page.
///
/// Ownership: writes `*item`, whose texts are borrowed from `page`, until that is freed.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_page_tag_count(
    page: *const strongroom_page,
    index: usize,
    item: *mut strongroom_tag_count,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    item!(page, index, item, error, |found| rows_of!(found, Tags), Counted::tag_count)
}

/// A key slot of a page.
///
/// Ownership: writes `*item`, whose texts are borrowed from `page`, until that is freed.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_page_slot(
    page: *const strongroom_page,
    index: usize,
    item: *mut strongroom_slot,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    item!(page, index, item, error, |found| rows_of!(found, Slots), SlotRow::view)
}

/// A retention of a page.
///
/// Ownership: writes `*item`, whose texts are borrowed from `page`, until that is freed.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_page_retention(
    page: *const strongroom_page,
    index: usize,
    item: *mut strongroom_retention,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let view = |(under, retention): &(Text, Retention)| retention_view(under.view(), retention);
    item!(page, index, item, error, |found| rows_of!(found, Retentions), view)
}

/// A capability of a page.
///
/// Ownership: writes `*item`, whose texts are borrowed from `page`, until that is freed.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_page_capability(
    page: *const strongroom_page,
    index: usize,
    item: *mut strongroom_capability,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let view = |(name, value, is_limit): &(Text, u64, bool)| strongroom_capability {
        struct_size: 0,
        name: name.view(),
        value: *value,
        is_limit: i32::from(*is_limit),
        reserved: 0,
    };
    item!(page, index, item, error, |found| rows_of!(found, Capabilities), view)
}

/// Something that is due, of a page.
///
/// Ownership: writes `*item`, whose texts are borrowed from `page`, until that is freed.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_page_due(
    page: *const strongroom_page,
    index: usize,
    item: *mut strongroom_due_item,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    item!(page, index, item, error, |found| rows_of!(found, Due), DueRow::view)
}

/// An event of a page.
///
/// Ownership: writes `*item`, whose texts are borrowed from `page`, until that is freed.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT, BAD_HANDLE, CLOSED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_page_event(
    page: *const strongroom_page,
    index: usize,
    item: *mut strongroom_audit_event,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    item!(page, index, item, error, |found| rows_of!(found, Events), EventRow::view)
}

/// The name of a file of a page; NULL for what is none. What is not UTF-8 in it is replaced. It ends with a NUL.
///
/// Ownership: borrowed from `page`, until that is freed.
/// Thread safety: any thread.
/// Errors: none.
#[unsafe(no_mangle)]
pub extern "C" fn strongroom_page_file(page: *const strongroom_page, index: usize) -> *const c_char {
    let name = or_default(|| {
        let found: Result<_> = handle::get::<Page>(page);
        let found = found?;
        Ok(rows_of!(found, Files).and_then(|rows| rows.get(index)).map(|text| text.view().data))
    });
    name.unwrap_or(ptr::null())
}

/// Frees a page and what its items point to. NULL is fine.
///
/// Ownership: takes `page`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED.
#[unsafe(no_mangle)]
pub extern "C" fn strongroom_page_free(page: *mut strongroom_page) -> strongroom_status {
    free::<Page>(page)
}
