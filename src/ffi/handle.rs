//! Handles: numbers that look like pointers. Nothing is ever read through one, so that a wrong one is an error and no crash.

use std::any::Any;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};
use std::sync::{Arc, LockResult, Mutex, MutexGuard, PoisonError, RwLock, TryLockError, TryLockResult};

use crate::{Error, ErrorKind, Result};

/// A type of object that C holds by a handle.
pub(super) trait Object: Any + Send + Sync {
    /// What C calls it.
    type Opaque;
    const KIND: Kind;
}

/// The types of objects.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    Store,
    Secret,
    Error,
    Key,
    Options,
    Changes,
    Query,
    Page,
    Secrets,
    Clock,
    Copy,
    Context,
    Generator,
    AuditQuery,
    Subscription,
}

impl Kind {
    /// Every type with its number in a handle, and what C calls it. 0 is none: in a true pointer these bits are zero.
    const ALL: [(Self, usize, &'static str); 15] = [
        (Self::Store, 1, "strongroom_store"),
        (Self::Secret, 2, "strongroom_secret"),
        (Self::Error, 3, "strongroom_error"),
        (Self::Key, 4, "strongroom_key"),
        (Self::Options, 5, "strongroom_options"),
        (Self::Changes, 6, "strongroom_changes"),
        (Self::Query, 7, "strongroom_query"),
        (Self::Page, 8, "strongroom_page"),
        (Self::Secrets, 9, "strongroom_secrets"),
        (Self::Clock, 10, "strongroom_clock"),
        (Self::Copy, 11, "strongroom_copy_options"),
        (Self::Context, 12, "strongroom_context"),
        (Self::Generator, 13, "strongroom_generator"),
        (Self::AuditQuery, 14, "strongroom_audit_query"),
        (Self::Subscription, 15, "strongroom_subscription"),
    ];

    fn number(self) -> usize {
        Self::ALL.iter().find(|(kind, ..)| *kind == self).map_or(0, |(_, number, _)| *number)
    }

    fn name(self) -> &'static str {
        Self::name_of(self.number()).unwrap_or_default()
    }

    fn name_of(number: usize) -> Option<&'static str> {
        Self::ALL.iter().find(|(_, candidate, _)| *candidate == number).map(|(.., name)| *name)
    }
}

/// How the bits of a handle are used, from the lowest: place, generation, kind. The kind stands where true pointers of user
/// space have zeros; on machines of 32 bits a true pointer can pass for a handle, but hardly for one that is alive.
const PLACE_BITS: u32 = if usize::BITS >= 64 { 24 } else { 16 };
const KIND_BITS: u32 = if usize::BITS >= 64 { 8 } else { 5 };
const GENERATION_BITS: u32 = usize::BITS - PLACE_BITS - KIND_BITS;
const PLACES_MAX: usize = 1 << PLACE_BITS;
const GENERATIONS_MAX: usize = 1 << GENERATION_BITS;

/// The parts of a handle.
#[derive(Clone, Copy)]
struct Token {
    kind: usize,
    generation: usize,
    place: usize,
}

impl Token {
    fn of(handle: usize) -> Self {
        Self {
            kind: handle >> (PLACE_BITS + GENERATION_BITS),
            generation: (handle >> PLACE_BITS) & (GENERATIONS_MAX - 1),
            place: handle & (PLACES_MAX - 1),
        }
    }

    fn number(self) -> usize {
        (self.kind << (PLACE_BITS + GENERATION_BITS)) | (self.generation << PLACE_BITS) | self.place
    }
}

struct Place {
    /// Of the object that is here, or of the next one.
    generation: usize,
    object: Option<Arc<dyn Any + Send + Sync>>,
}

#[derive(Default)]
struct Table {
    places: Vec<Place>,
    /// The numbers of those that are empty.
    free: Vec<usize>,
    live: u64,
}

/// The handles of one process.
struct Shared {
    process: u32,
    /// The number of the first of its places: behind all places of the process that this one was forked from, so that no handle of a
    /// parent's stands for an object of its child.
    first: usize,
    /// The number behind its last place, for a child, which may wait for no lock.
    end: AtomicUsize,
    table: RwLock<Table>,
    /// Those of the process that this one was forked from. Its memory was copied: what it read is here, and to be wiped here.
    parents: Option<&'static Self>,
}

impl Shared {
    /// Those among which this place is.
    fn with(place: usize) -> Result<&'static Self> {
        let mut shared = shared();
        while place < shared.first {
            shared = shared.parents.ok_or_else(none)?;
        }
        Ok(shared)
    }

    fn read<T>(&self, work: impl FnOnce(&Table) -> Result<T>) -> Result<T> {
        work(&*locked(self.process, self.table.try_read(), || self.table.read())?)
    }

    fn write<T>(&self, work: impl FnOnce(&mut Table) -> Result<T>) -> Result<T> {
        work(&mut *locked(self.process, self.table.try_write(), || self.table.write())?)
    }
}

/// NULL before the first handle. What it points to is never freed, because a thread may always be inside it.
static SHARED: AtomicPtr<Shared> = AtomicPtr::new(ptr::null_mut());

/// Gives an object to C.
pub(super) fn give<T: Object>(object: T) -> Result<*mut T::Opaque> {
    let object: Arc<dyn Any + Send + Sync> = Arc::new(object);
    let shared = own();
    shared.write(|table| {
        let place = match table.free.pop() {
            Some(place) => place,
            None if shared.first + table.places.len() < PLACES_MAX => {
                table.places.push(Place { generation: 0, object: None });
                let end = shared.first + table.places.len();
                shared.end.store(end, Ordering::Relaxed);
                end - 1
            }
            None => {
                let message = "too many objects of this library are alive; free those that are not needed";
                return Err(Error::new(ErrorKind::LimitExceeded, message));
            }
        };
        let taken = table.places.get_mut(place - shared.first).ok_or_else(none)?;
        taken.object = Some(object);
        let token = Token { kind: T::KIND.number(), generation: taken.generation, place };
        table.live += 1;
        Ok(ptr::without_provenance_mut(token.number()))
    })
}

/// The object of a handle, for one call.
pub(super) fn get<T: Object>(handle: *const T::Opaque) -> Result<Arc<T>> {
    let token = check_kind::<T>(handle)?;
    let shared = Shared::with(token.place)?;
    let object = shared.read(|table| {
        let place = table.places.get(token.place - shared.first).ok_or_else(none)?;
        place.object(token).cloned()
    })?;
    object.downcast().map_err(|_| none())
}

/// Takes an object back from C. Its handle is closed from now on.
pub(super) fn take<T: Object>(handle: *const T::Opaque) -> Result<Arc<T>> {
    let token = check_kind::<T>(handle)?;
    let shared = Shared::with(token.place)?;
    shared.write(|table| {
        let place = table.places.get_mut(token.place - shared.first).ok_or_else(none)?;
        let object = place.object(token)?.clone().downcast().map_err(|_| none())?;
        // The table's own share goes now; the caller's is dropped outside of the lock.
        place.object = None;
        place.generation += 1;
        // A place whose generations are used up is never used again, or an old handle would be good again.
        if place.generation < GENERATIONS_MAX {
            table.free.push(token.place);
        }
        table.live -= 1;
        Ok(object)
    })
}

/// How many objects C holds, with those that a forked child has of its parents.
pub(super) fn live() -> u64 {
    let chain = std::iter::successors(Some(shared()), |shared| shared.parents);
    chain.filter_map(|shared| shared.read(|table| Ok(table.live)).ok()).sum()
}

impl Place {
    fn object(&self, token: Token) -> Result<&Arc<dyn Any + Send + Sync>> {
        match &self.object {
            Some(object) if self.generation == token.generation => Ok(object),
            _ if token.generation < self.generation => Err(Error::new(
                ErrorKind::Closed,
                format!("this {} was closed or freed", Kind::name_of(token.kind).unwrap_or("handle")),
            )),
            _ => Err(none()),
        }
    }
}

fn check_kind<T: Object>(handle: *const T::Opaque) -> Result<Token> {
    let name = T::KIND.name();
    if handle.is_null() {
        return Err(Error::new(ErrorKind::InvalidArgument, format!("a {name} is NULL")));
    }
    let token = Token::of(handle.addr());
    if token.kind == T::KIND.number() {
        return Ok(token);
    }
    let message = match Kind::name_of(token.kind) {
        Some(other) => format!("a {other} was given for a {name}"),
        None => format!("this is no handle of a {name}"),
    };
    Err(Error::new(ErrorKind::BadHandle, message))
}

fn none() -> Error {
    Error::new(ErrorKind::BadHandle, "this handle was not made by this library in this process")
}

fn shared() -> &'static Shared {
    let present = SHARED.load(Ordering::Acquire);
    // SAFETY: NULL, or a box that was leaked below.
    unsafe { present.as_ref() }.unwrap_or_else(|| replace(None))
}

/// Those that this process may add to: in a forked child others than those of its parent.
fn own() -> &'static Shared {
    let shared = shared();
    if shared.process == std::process::id() { shared } else { replace(Some(shared)) }
}

/// Puts an empty table in the place of `present`, unless another thread was faster.
fn replace(present: Option<&'static Shared>) -> &'static Shared {
    let first = present.map_or(0, |parents| parents.end.load(Ordering::Relaxed));
    let fresh = Box::into_raw(Box::new(Shared {
        process: std::process::id(),
        first,
        end: AtomicUsize::new(first),
        table: RwLock::default(),
        parents: present,
    }));
    let present = present.map_or(ptr::null_mut(), |present| ptr::from_ref(present).cast_mut());
    match SHARED.compare_exchange(present, fresh, Ordering::AcqRel, Ordering::Acquire) {
        // SAFETY: it was leaked just now, and nobody frees it.
        Ok(_) => unsafe { &*fresh },
        Err(faster) => {
            // SAFETY: nobody else has seen it.
            drop(unsafe { Box::from_raw(fresh) });
            // SAFETY: not NULL, because only boxes are put there, and leaked.
            unsafe { &*faster }
        }
    }
}

/// What an object changes inside.
pub(super) struct Lock<T> {
    process: u32,
    inside: Mutex<T>,
}

impl<T> Lock<T> {
    pub(super) fn new(inside: T) -> Self {
        Self { process: std::process::id(), inside: Mutex::new(inside) }
    }

    /// # Errors
    ///
    /// [`ErrorKind::Forked`] in a child that was forked while another thread was inside.
    pub(super) fn lock(&self) -> Result<MutexGuard<'_, T>> {
        locked(self.process, self.inside.try_lock(), || self.inside.lock())
    }
}

/// A lock that was made in this process or in one that it was forked from. The thread that holds one of those may not exist here, and
/// waiting for it would never end.
fn locked<G>(process: u32, attempt: TryLockResult<G>, wait: impl FnOnce() -> LockResult<G>) -> Result<G> {
    match attempt {
        Ok(guard) => Ok(guard),
        Err(TryLockError::Poisoned(guard)) => Ok(guard.into_inner()),
        Err(TryLockError::WouldBlock) if process == std::process::id() => {
            Ok(wait().unwrap_or_else(PoisonError::into_inner))
        }
        Err(TryLockError::WouldBlock) => Err(Error::new(
            ErrorKind::Forked,
            "the process was forked while another thread used this; make it anew here",
        )),
    }
}
