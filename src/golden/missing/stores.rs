//! Whole stores, made with the real generator of randomness.

use std::path::Path;

use crate::format::layout::file_len;
use crate::golden::directory;
use crate::golden::stores::{Sidecar, access_of};
use crate::golden::text::bytes_of;
use crate::golden::unlocking::unlock_of;
use crate::sealed::disk::scratch::Scratch;
use crate::{KdfCost, Query, Result, Store, StoreOptions};

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
    for (name, comment, unlock, closed, puts) in recipes() {
        let target = directory().join(format!("{name}.store"));
        if !target.exists() {
            write_store(&target, &format!("comment: {comment}\nunlock: {unlock}\nclosed: {closed}\n"), &puts)
                .unwrap_or_else(|error| panic!("{name}: {error}"));
        }
    }
    super::slot_stores::write_slot_stores();
}

fn write_store(target: &Path, head: &str, puts: &[(&str, &str)]) -> Result<()> {
    let scratch = Scratch::new();
    let path = scratch.join("new");
    let sidecar = Sidecar::parse(head);
    let store =
        StoreOptions::new().kdf_cost(KdfCost::EDGE).create(&path, unlock_of(sidecar.text("unlock")))?;
    let mut versions = String::new();
    for (secret, value) in puts {
        versions += &put(&store, secret, value)?;
    }
    let (text, len) = describe(&store, head, &versions)?;
    if sidecar.is_closed() {
        store.close()?;
    }
    save(target, std::fs::read(&path).unwrap(), len, &text);
    Ok(())
}

/// Puts a value, and gives the line that says so.
pub(super) fn put(store: &Store, secret: &str, value: &str) -> Result<String> {
    let written = store.put(secret, bytes_of(value).unwrap())?;
    let (id, time) = (written.id(), written.updated_at().as_millis());
    Ok(format!("version: {secret} {} {id} {time} {value}\n", written.version()))
}

/// The text beside a store that holds `versions`, and how long its file is without room to spare.
pub(super) fn describe(store: &Store, head: &str, versions: &str) -> Result<(String, u64)> {
    let mut text = head.to_owned() + &access_of(store)? + versions;
    let report = store.verify()?;
    let (blocks, unreachable) = (report.blocks, report.unreachable_blocks);
    let counts = report.opened.unwrap();
    text += &format!("blocks: {blocks}\nunreachable: {unreachable}\n");
    text += &format!("counts: {} {} {}\n", counts.secrets, counts.versions, counts.events);
    let page = store.list(Query::all().limit(1))?;
    let cursor = page.next_cursor().unwrap().clone();
    let next = store.list(Query::all().limit(1).after(cursor.clone()))?;
    text += &format!("cursor: {} {cursor}\n", next.items()[0].path());
    Ok((text, file_len(blocks + unreachable)))
}

pub(super) fn save(target: &Path, mut bytes: Vec<u8>, len: u64, text: &str) {
    bytes.truncate(usize::try_from(len).unwrap());
    std::fs::write(target, bytes).unwrap();
    std::fs::write(target.with_extension("txt"), text).unwrap();
}
