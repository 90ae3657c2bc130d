//! Folders that vanish, stores in them, and seeds that can be repeated.

use std::fs;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use strongroom::{
    AuditEventKind, AuditQuery, CopyOptions, Error, ErrorKind, KdfCost, Query, Store, StoreOptions, Unlock,
};

/// A fresh folder that anybody may enter, removed on drop.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        Self::under(&std::env::temp_dir())
    }

    /// In memory where the system has such a place, for thousands of stores of which none has to be durable.
    pub(crate) fn in_memory() -> Self {
        let (memory, temporary) = (Path::new("/dev/shm"), std::env::temp_dir());
        Self::under(if memory.is_dir() { memory } else { &temporary })
    }

    fn under(place: &Path) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let path = loop {
            let count = COUNT.fetch_add(1, Ordering::Relaxed);
            let path = place.join(format!("strongroom-it-{}-{count}", std::process::id()));
            match fs::create_dir(&path) {
                // A process that was killed left it, and this one has its number.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                created => {
                    created.unwrap();
                    break path;
                }
            }
        };
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        Self(path.canonicalize().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The names of what is in it, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let names = fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The key of every store that needs no passphrase.
pub(crate) fn key() -> Unlock {
    Unlock::raw_key(&[0x5a; 32])
}

/// Long enough for another process on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Options that wait for the file: while another thread starts a process, the child shares every open file for the
/// instant before it becomes another program, and a closed store stays locked so long.
pub(crate) fn patient() -> StoreOptions {
    StoreOptions::new().wait(PATIENCE)
}

/// Options whose passphrases cost as little as the window allows.
pub(crate) fn cheap() -> StoreOptions {
    patient().kdf_cost(KdfCost::EDGE)
}

pub(crate) fn passphrase(text: &str) -> Unlock {
    Unlock::passphrase(text)
}

/// A raw key by number.
pub(crate) fn raw(number: u8) -> Unlock {
    Unlock::raw_key(&[number; 32])
}

/// A time and a value.
pub(crate) type Version = (i64, Vec<u8>);

/// Every secret with the time of its creation and every version of it that was kept.
pub(crate) fn contents(store: &Store) -> Vec<(String, i64, Vec<Version>)> {
    let page = store.list(Query::all().limit(1_000)).unwrap();
    page.into_iter()
        .map(|info| {
            let versions = store.versions(info.path()).unwrap().into_iter().map(|version| {
                let secret = store.get_version(info.path(), version.number).unwrap();
                (secret.version_created_at().as_millis(), secret.value().expose().to_vec())
            });
            (info.path().to_string(), info.created_at().as_millis(), versions.collect())
        })
        .collect()
}

/// How many events the audit log has of what was done. Those of reads, refusals and opening come with whatever commit is next.
#[track_caller]
pub(crate) fn events(store: &Store) -> u64 {
    store.verify().unwrap();
    let mut query = AuditQuery::all().success(true).limit(1_000);
    let mut count = 0;
    loop {
        let page = store.audit().query(&query).unwrap();
        let beside = [AuditEventKind::SecretAccessed, AuditEventKind::Opened];
        let done = page.events().iter().filter(|event| event.is_durable() && !beside.contains(&event.kind()));
        count += done.count() as u64;
        match page.next_cursor() {
            Some(cursor) => query = query.after(cursor.clone()),
            None => return count,
        }
    }
}

#[track_caller]
pub(crate) fn create(path: &Path) -> Store {
    Store::create(path, key()).unwrap()
}

#[track_caller]
pub(crate) fn open(path: &Path) -> Store {
    patient().open(path, key()).unwrap()
}

#[track_caller]
pub(crate) fn open_read_only(path: &Path) -> Store {
    patient().read_only(true).open(path, key()).unwrap()
}

/// A closed store with one secret, `name` = `value`.
pub(crate) fn small_store(path: &Path) {
    let store = create(path);
    store.put("name", "value").unwrap();
    store.close().unwrap();
}

/// The file at `path` as a power cut leaves it after one more write, closed: the newest superblock is there, one of the
/// blocks it vouches for is not.
pub(crate) fn cut_short(path: &Path, write: impl FnOnce(&Store)) -> Vec<u8> {
    const BLOCKS: usize = 0xa000;
    const BLOCK_LEN: usize = 4136;
    let store = open(path);
    store.put("before", "the commit that stays").unwrap();
    let stable = fs::read(path).unwrap();
    write(&store);
    let mut bytes = fs::read(path).unwrap();
    drop(store);
    let mut blocks = (BLOCKS..bytes.len()).step_by(BLOCK_LEN).map(|at| at..at + BLOCK_LEN);
    let written = |block: &std::ops::Range<usize>| {
        stable.get(block.clone()) != bytes.get(block.clone())
            && bytes[block.clone()].iter().any(|byte| *byte != 0)
    };
    let torn = blocks.rfind(written).unwrap();
    bytes[torn.start + 100] ^= 1;
    bytes
}

/// A file of this content that is its owner's alone, as a store has to be. It is never the one that was at `path`, which
/// may be locked for a while after it was closed, see `patient`; nobody ever locked this one.
pub(crate) fn write_private(path: &Path, bytes: impl AsRef<[u8]>) {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        removed => removed.unwrap(),
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    options.open(path).unwrap().write_all(bytes.as_ref()).unwrap();
}

/// The call failed with this kind; gives the error for a closer look.
#[track_caller]
pub(crate) fn check_refused<T>(result: Result<T, Error>, kind: ErrorKind) -> Error {
    match result {
        Ok(_) => panic!("accepted instead of {kind:?}"),
        Err(error) => {
            assert_eq!(error.kind(), kind, "{error}");
            error
        }
    }
}

/// Does `work` on a thread of its own and gives what it returns; fails if it waits for ever.
#[track_caller]
pub(crate) fn ends<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || tell.send(work()));
    told.recv_timeout(PATIENCE).expect("it returns")
}

/// Waits for what another thread brings about; fails if it never comes.
#[track_caller]
pub(crate) fn wait_until(reached: impl Fn() -> bool) {
    let began = Instant::now();
    while !reached() {
        assert!(began.elapsed() < PATIENCE, "it never comes");
        std::thread::yield_now();
    }
}

/// Sets what other threads look at to end, when it is dropped: also where the thread that has it fails.
pub(crate) struct Ends<'a>(pub(crate) &'a AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Options of a copy that does not end before whoever counts has begun and ended something beside it. Two threads may each
/// be about to count what they ended before, the third is new.
pub(crate) fn beside(count: &AtomicU64) -> CopyOptions<'_> {
    CopyOptions::new().progress(move |progress| {
        if progress.done == progress.total {
            let before = count.load(Ordering::SeqCst);
            wait_until(|| count.load(Ordering::SeqCst) >= before + 3);
        }
        ControlFlow::Continue(())
    })
}

/// How many, which `size` may say, and a random stream: where it does and no seed is given another one each time, to look elsewhere.
pub(crate) fn campaign(size: &str, default: u64) -> (u64, Random) {
    let random = match std::env::var_os(size) {
        Some(_) => Random::from(std::time::UNIX_EPOCH.elapsed().unwrap().as_nanos() as u64),
        None => Random::new(),
    };
    (number_from(size, default), random)
}

/// The number in an environment variable, or a default.
pub(crate) fn number_from(variable: &str, default: u64) -> u64 {
    match std::env::var(variable) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{variable} must be a number, not {text:?}")),
        Err(_) => default,
    }
}

/// A random stream that says what it started from.
pub(crate) struct Random(u64);

impl Random {
    /// From `STRONGROOM_SEED`, else the same in every run; printed, and shown when the test fails.
    pub(crate) fn new() -> Self {
        Self::from(1)
    }

    fn from(usual: u64) -> Self {
        let seed = number_from("STRONGROOM_SEED", usual);
        println!("STRONGROOM_SEED={seed}");
        Self(seed)
    }

    /// SplitMix64 (Steele, Lea, Flood 2014).
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}
