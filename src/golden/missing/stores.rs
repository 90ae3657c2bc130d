//! Whole stores, made with the real generator of randomness.

use std::path::Path;
use std::time::Duration;

use crate::format::layout::file_len;
use crate::golden::contents::contents_of;
use crate::golden::directory;
use crate::golden::stores::{Sidecar, access_of, open};
use crate::golden::text::bytes_of;
use crate::golden::unlocking::unlock_of;
use crate::sealed::disk::scratch::Scratch;
use crate::{KdfCost, ManualClock, Query, Result, Store, StoreOptions, Timestamp, Unlock};

/// A name, a comment, what unlocks, whether it is closed, and what is put in.
type Recipe = (&'static str, &'static str, &'static str, &'static str, Vec<(&'static str, &'static str)>);

fn recipes() -> [Recipe; 4] {
    let raw = "raw-key 5ea1ed0000000000000000000000000000000000000000000000000000000001";
    let few = vec![
        ("production/openai/api-key", "736b2d70726f6a2d616263313233"),
        ("production/db/password", "68756e74657232"),
        ("production/openai/api-key", "736b2d70726f6a2d646566343536"),
        ("empty", "00*0"),
        ("Gr\u{fc}\u{df}e/\u{1f511}", "f09f9491"),
    ];
    let large = vec![
        ("backup/bundle", "count*70000"),
        ("backup/bundle", "5a*1172"),
        ("backup/bundle", "count*4100"),
        ("backup/key", "a5*20000"),
    ];
    [
        ("raw-key", "a raw key, five puts, closed", raw, "orderly", few.clone()),
        (
            "passphrase",
            "a passphrase at the least cost, closed",
            "passphrase Correct h\u{f6}rse",
            "orderly",
            few.clone(),
        ),
        ("unclean", "copied while it was open: no repeat mark", raw, "no", few),
        ("large-values", "values in pieces, of one and two chunks", raw, "orderly", large),
    ]
}

pub(in crate::golden) fn write_stores() {
    super::everything::write_everything();
    super::left::write_left();
    super::rotated::write_rotated();
    super::audited::write_audited();
    for (name, comment, unlock, closed, puts) in recipes() {
        let target = directory().join(format!("{name}.store"));
        if !target.exists() {
            write_store(&target, &format!("comment: {comment}\nunlock: {unlock}\nclosed: {closed}\n"), &puts)
                .unwrap_or_else(|error| panic!("{name}: {error}"));
        }
    }
    super::slot_stores::write_slot_stores();
}

/// Writes the store that `make` makes as the file `new`, unless it is there. `head` begins the text beside it.
pub(super) fn write_once(
    name: &str,
    head: &str,
    make: impl FnOnce(&Scratch, &ManualClock, &Unlock) -> Result<(String, u64)>,
) {
    let target = directory().join(format!("{name}.store"));
    if !target.exists() {
        let scratch = Scratch::new();
        let key = unlock_of(Sidecar::parse(head).text("unlock"));
        let (text, len) = make(&scratch, &start(), &key).unwrap();
        save(&target, std::fs::read(scratch.join("new")).unwrap(), len, &text);
    }
}

/// A clock that shows the same time for every store.
pub(super) fn start() -> ManualClock {
    ManualClock::start(Timestamp::from_millis(1_795_219_200_000))
}

pub(super) fn options(clock: &ManualClock) -> StoreOptions {
    StoreOptions::new().kdf_cost(KdfCost::EDGE).clock(clock)
}

fn write_store(target: &Path, head: &str, puts: &[(&str, &str)]) -> Result<()> {
    let (scratch, clock) = (Scratch::new(), start());
    let path = scratch.join("new");
    let sidecar = Sidecar::parse(head);
    let store = options(&clock).create(&path, unlock_of(sidecar.text("unlock")))?;
    for (secret, value) in puts {
        clock.advance(Duration::from_millis(1));
        put(&store, secret, value)?;
    }
    let (text, len) = describe(&store, head, &clock)?;
    if sidecar.is_closed() {
        store.close()?;
    }
    save(target, std::fs::read(&path).unwrap(), len, &text);
    Ok(())
}

/// Puts a value that is spelled as in the text beside a store.
pub(super) fn put(store: &Store, secret: &str, value: &str) -> Result<()> {
    store.put(secret, bytes_of(value).unwrap()).map(drop)
}

/// The text beside a store, at the time of its clock, and how long its file is without room to spare.
pub(super) fn describe(store: &Store, head: &str, clock: &ManualClock) -> Result<(String, u64)> {
    let mut text = format!("{head}now: {}\n{}", clock.now().as_millis(), access_of(store)?);
    let report = store.verify()?;
    let (blocks, unreachable) = (report.blocks, report.unreachable_blocks);
    let counts = report.opened.unwrap();
    text += &format!("blocks: {blocks}\nunreachable: {unreachable}\n");
    let (secrets, trashed) = (counts.secrets, counts.trashed);
    text += &format!("counts: {secrets} {trashed} {} {}\n", counts.versions, counts.events);
    let page = store.list(Query::all().limit(1))?;
    let cursor = page.next_cursor().unwrap().clone();
    let next = store.list(Query::all().limit(1).after(cursor.clone()))?;
    text += &format!("cursor: {} {cursor}\n", next.items()[0].path());
    Ok((text, file_len(blocks + unreachable)))
}

/// The text with what is in the store that the bytes are of: a look at the trash takes a store that can be written.
fn with_contents(text: &str, bytes: &[u8]) -> String {
    let sidecar = Sidecar::parse(text);
    let store = open(bytes, &sidecar).unwrap();
    text.to_owned() + &contents_of(&store).unwrap()
}

pub(super) fn save(target: &Path, mut bytes: Vec<u8>, len: u64, text: &str) {
    bytes.truncate(usize::try_from(len).unwrap());
    let text = with_contents(text, &bytes);
    std::fs::write(target, bytes).unwrap();
    std::fs::write(target.with_extension("txt"), text).unwrap();
}
