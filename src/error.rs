//! The one error type, and the one table of kinds.

use std::borrow::Cow;
use std::io;

/// The result of every fallible call in this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// What went wrong, to branch on. The discriminant is the status code of the C interface.
///
/// Codes are never renumbered and never used again for something else.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
#[repr(i32)]
pub enum ErrorKind {
    /// An argument breaks a documented rule. Found by reading the calling code, never caused by data.
    InvalidArgument = 1,
    /// Of the C interface alone: a handle that is none, or of another type.
    BadHandle = 2,
    /// A handle that was closed or freed, or came from a store that was closed.
    Closed = 3,
    /// A write through the store by a thread that is inside a transaction of the same store.
    Reentrant = 4,
    /// Of the C interface alone: the caller's buffer is too small; how many bytes it needs is told.
    BufferTooSmall = 5,
    /// A cursor that this store did not issue for this query.
    InvalidCursor = 7,
    /// Above a documented limit: size of a value, items of a page, a count.
    LimitExceeded = 8,
    /// No such file, path or version.
    NotFound = 10,
    /// The file or the secret exists already.
    AlreadyExists = 11,
    /// The secret is not at the version the write expected. Read it again, and decide anew.
    Conflict = 12,
    /// A progress callback asked to stop. What was under way is undone.
    Cancelled = 13,
    /// The idempotency key was used before for a call of the same operation with other arguments, or for one that cannot be
    /// compared any more. Nothing was done.
    IdempotencyConflict = 14,
    /// Another handle holds the file: the error's [`holder`](Error::holder) says whether readers or a writer.
    InUse = 15,
    /// A write through a handle, to a file or on a medium that cannot be written.
    ReadOnly = 16,
    /// The store is locked; [`unlock`](crate::Store::unlock) it.
    Locked = 17,
    /// The value of this version is gone for good: destroyed, pruned, or past its time in the trash.
    Destroyed = 18,
    /// The grace of this version is over: another one was rotated in, or it was revoked.
    VersionExpired = 19,
    /// No key slot of this store opens with this key. A slot altered on purpose looks the same, and must.
    WrongKey = 20,
    /// Something sealed does not authenticate: it was altered, moved or put back from an older copy,
    /// or the medium decayed where no checksum could tell the two apart.
    Tampered = 21,
    /// The key slots ask for a key derivation outside the accepted window or budget.
    KdfLimits = 22,
    /// The operating system gave no randomness.
    RandomFailed = 23,
    /// The file is older than the pin says it must be: an older copy was put back.
    RolledBack = 24,
    /// The pin belongs to another store.
    WrongStore = 25,
    /// The file has the age the pin asks for, but another history: two copies of the store went separate ways.
    ForkedHistory = 26,
    /// Reserved for credentials that are revoked, used up or no credentials: nothing fails with it yet.
    InvalidCredential = 27,
    /// Reserved for principals with fewer rights than the owner: nothing fails with it yet.
    PermissionDenied = 28,
    /// The secret has expired: no value of it is read until its expiry is changed.
    Expired = 29,
    /// The operating system refused an input or output operation; the source has its error.
    Io = 30,
    /// No space left. The store is as it was before the write, and the handle stays usable.
    DiskFull = 31,
    /// The file is broken in a way that accident explains: cut short, overwritten, half copied.
    Damaged = 32,
    /// Written by a newer version of the format, or with a feature this version does not know.
    UnsupportedFormat = 33,
    /// Not a strongroom file.
    NotAStore = 34,
    /// Not opened: another file than the one expected lies at the path, or its type, owner, mode, links, directory or
    /// file system are refused. The sentence says how to put it right.
    FileRefused = 36,
    /// The handle belongs to the process that this one was forked from. Open the store again here.
    Forked = 90,
    /// An earlier write or sync failed. What the file holds is known again after reopening it.
    Poisoned = 91,
    /// Not enough memory for the key derivation, or for the pages that hold keys.
    OutOfMemory = 92,
    /// A bug in this crate or a broken promise of a library below it. Please report it.
    Internal = 99,
}

macro_rules! names {
    ($($kind:ident $name:literal,)*) => {
        impl ErrorKind {
            /// Every kind, in the order of their codes.
            pub const ALL: &'static [Self] = &[$(Self::$kind),*];

            /// The name, such as `not_found`. The C interface has it as `STRONGROOM_E_NOT_FOUND`.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)*
                }
            }
        }
    };
}

names! {
    InvalidArgument "invalid_argument",
    BadHandle "bad_handle",
    Closed "closed",
    Reentrant "reentrant",
    BufferTooSmall "buffer_too_small",
    InvalidCursor "invalid_cursor",
    LimitExceeded "limit_exceeded",
    NotFound "not_found",
    AlreadyExists "already_exists",
    Conflict "conflict",
    Cancelled "cancelled",
    IdempotencyConflict "idempotency_conflict",
    InUse "in_use",
    ReadOnly "read_only",
    Locked "locked",
    Destroyed "destroyed",
    VersionExpired "version_expired",
    WrongKey "wrong_key",
    Tampered "tampered",
    KdfLimits "kdf_limits",
    RandomFailed "random_failed",
    RolledBack "rolled_back",
    WrongStore "wrong_store",
    ForkedHistory "forked_history",
    InvalidCredential "invalid_credential",
    PermissionDenied "permission_denied",
    Expired "expired",
    Io "io",
    DiskFull "disk_full",
    Damaged "damaged",
    UnsupportedFormat "unsupported_format",
    NotAStore "not_a_store",
    FileRefused "file_refused",
    Forked "forked",
    Poisoned "poisoned",
    OutOfMemory "out_of_memory",
    Internal "internal",
}

impl ErrorKind {
    /// The code, which is the discriminant.
    pub(crate) fn code(self) -> i32 {
        #[expect(clippy::as_conversions, reason = "the one way to a discriminant")]
        let code = self as i32;
        code
    }

    /// The kind with this code.
    pub(crate) fn of(code: i32) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.code() == code)
    }

    /// Whether the very same call may succeed later: what was in the way may go by itself.
    #[must_use]
    pub fn is_retryable(self) -> bool {
        matches!(self, Self::InUse | Self::DiskFull | Self::OutOfMemory | Self::RandomFailed)
    }
}

/// Who holds a file that is in use.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Holder {
    /// One or more handles opened read-only.
    Readers,
    /// A handle opened for writing.
    Writer,
}

/// An error: a [kind](Error::kind) to branch on, and one sentence for a person.
///
/// The sentence never holds a secret, a key or a passphrase. It holds the path of a secret only if the caller passed it in,
/// or the id or the namespace that led to it.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    kind: ErrorKind,
    message: Cow<'static, str>,
    holder: Option<Holder>,
    source: Option<io::Error>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self { kind, message: message.into(), holder: None, source: None }
    }

    pub(crate) fn in_use(holder: Holder) -> Self {
        let message = match holder {
            Holder::Readers => "the store is open in read-only handles; close them, or wait longer, to write",
            Holder::Writer => "the store is open in a handle that may write; close it, or wait longer",
        };
        Self::new(ErrorKind::InUse, message).held_by(holder)
    }

    pub(crate) fn held_by(self, holder: Holder) -> Self {
        Self { holder: Some(holder), ..self }
    }

    pub(crate) fn caused_by(self, source: io::Error) -> Self {
        Self { source: Some(source), ..self }
    }

    /// Wraps an error of the operating system. `doing` completes "could not …".
    pub(crate) fn io(doing: &str, source: io::Error) -> Self {
        let kind = match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                ErrorKind::DiskFull
            }
            io::ErrorKind::NotFound => ErrorKind::NotFound,
            io::ErrorKind::AlreadyExists => ErrorKind::AlreadyExists,
            io::ErrorKind::ReadOnlyFilesystem => ErrorKind::ReadOnly,
            _ => ErrorKind::Io,
        };
        Self { source: Some(source), ..Self::new(kind, format!("could not {doing}")) }
    }

    /// The same failure with what it is to be seen with.
    pub(crate) fn within(self, what: &str) -> Self {
        Self { message: format!("{what}: {}", self.message).into(), ..self }
    }

    /// The same failure where room had been made before: a full disk is then a broken promise of the disk, and
    /// [`ErrorKind::DiskFull`] would promise a handle that works.
    pub(crate) fn despite_reservation(self) -> Self {
        match self.kind {
            ErrorKind::DiskFull => Self { kind: ErrorKind::Io, ..self },
            _ => self,
        }
    }

    pub(crate) fn internal(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Internal, message)
    }

    /// The kind, to branch on.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Who holds the file, for [`ErrorKind::InUse`].
    #[must_use]
    pub fn holder(&self) -> Option<Holder> {
        self.holder
    }

    /// The number the operating system gave for its own error, if one is behind this.
    #[must_use]
    pub fn raw_os_error(&self) -> Option<i32> {
        self.source.as_ref().and_then(io::Error::raw_os_error)
    }

    /// The same error once more, for a handle that has to report its first failure again and again.
    pub(crate) fn repeat(&self) -> Self {
        Self {
            kind: self.kind,
            message: self.message.clone(),
            holder: self.holder,
            source: self.source.as_ref().map(|source| match source.raw_os_error() {
                Some(code) => io::Error::from_raw_os_error(code),
                None => io::Error::from(source.kind()),
            }),
        }
    }
}

impl From<std::convert::Infallible> for Error {
    fn from(never: std::convert::Infallible) -> Self {
        match never {}
    }
}
