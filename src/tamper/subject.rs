//! The store that is attacked: small, closed, with its whole past.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::judge::{Contents, Judged, judge};
use super::patched::Patched;
use crate::format::layout::{BLOCK_LEN, DATA_OFFSET};
use crate::sealed::disk::recording::RecordingDisk;
use crate::{Put, Retention, Store, StoreOptions, Tier, Unlock, Update};

/// Where block 1 lies.
pub(super) const BLOCKS: usize = DATA_OFFSET as usize;

/// A state of a store as a file.
pub(super) struct State {
    pub(super) image: Arc<[u8]>,
    pub(super) contents: Contents,
}

/// A store, closed after every step of its life; the last state is the one that is attacked.
pub(super) struct Subject {
    pub(super) past: Vec<State>,
    pub(super) now: State,
    /// The last state as a crash leaves it: committed, not closed.
    pub(super) unclean: State,
    /// Another store under the same key.
    pub(super) foreign: State,
}

pub(super) const KEY: [u8; 32] = [0xc3; 32];

pub(super) fn unlock() -> Unlock {
    Unlock::raw_key(&KEY)
}

/// The same store for every test of a run.
pub(super) fn subject() -> &'static Subject {
    static SUBJECT: OnceLock<Subject> = OnceLock::new();
    SUBJECT.get_or_init(build)
}

/// Blocks of an image, spare ones included.
pub(super) fn block_count(image: &[u8]) -> usize {
    (image.len() - BLOCKS) / BLOCK_LEN
}

pub(super) fn block(image: &[u8], index: usize) -> &[u8] {
    &image[BLOCKS + index * BLOCK_LEN..][..BLOCK_LEN]
}

pub(super) fn block_at(index: usize) -> usize {
    BLOCKS + index * BLOCK_LEN
}

fn build() -> Subject {
    const STEPS: usize = 24;
    let disk = Arc::new(RecordingDisk::default());
    StoreOptions::new().create_on(disk.clone(), &unlock()).unwrap().close().unwrap();
    let mut past = vec![state(disk.image())];
    let mut unclean = None;
    for step in 0..STEPS {
        let store = StoreOptions::new().open_on(disk.clone(), &unlock()).unwrap();
        write(&store, step);
        unclean = Some(disk.image());
        store.close().unwrap();
        past.push(state(disk.image()));
    }
    let now = past.pop().unwrap();
    let other = Arc::new(RecordingDisk::default());
    let store = StoreOptions::new().create_on(other.clone(), &unlock()).unwrap();
    (0..STEPS).for_each(|step| write(&store, step + 1_000));
    store.close().unwrap();
    Subject { past, now, unclean: state(unclean.unwrap()), foreign: state(other.image()) }
}

/// A store with everything that secrets have. The last thing that is done to it is a delete.
fn write(store: &Store, step: usize) {
    let value = format!("value of step {step}");
    let tagged = Put::new().tag("step", step.to_string()).tag("env", "prod").description(value.as_str());
    match step % 1_000 {
        6 => store.update("app/token-0", Update::new().tier(Tier::Critical).tag("step", "6")).map(drop),
        9 => store.delete("app/token-1").map(drop),
        10 => store.delete_version("app/token-0", 1).map(drop),
        13 => store.restore("app/token-1").map(drop),
        15 => store.policy().set_retention_under("app", Retention::inherited().keep_versions(5)),
        16 => store.rename("app/token-1", "other/token").map(drop),
        17 => store.rotate("db/user", value.as_str(), Duration::from_secs(1 << 31)).map(drop),
        18 => store.destroy_version("app/certificate", 1).map(drop),
        19 => store.delete("other/token").map(drop),
        20 => store.update("db/user", Update::new().expires_in(Duration::from_secs(1 << 31))).map(drop),
        21 => store.rollback("db/user", 1).map(drop),
        23 => store.delete("db/user").map(drop),
        step => match step % 6 {
            2 => store.put_with("app/certificate", value.repeat(700), tagged).map(drop),
            5 => store.transaction(|tx| {
                tx.put_with("db/user", value.as_str(), &tagged)?;
                tx.put("db/password", value.as_str()).map(drop)
            }),
            odd => store.put_with(&format!("app/token-{}", odd % 3), value.as_str(), tagged).map(drop),
        },
    }
    .unwrap();
}

pub(super) fn state(image: Vec<u8>) -> State {
    let image: Arc<[u8]> = image.into();
    match judge(Patched::new(&image), &[]) {
        Judged::Other(contents) => State { image, contents: *contents },
        judged => panic!("the untouched store is refused: {judged:?}"),
    }
}
