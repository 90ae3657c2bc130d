//! Whole stores with several key slots, with other keys than their first, and as a crash leaves them.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::stores::{describe, options, put, save, start};
use crate::golden::directory;
use crate::golden::unlocking::unlock_of;
use crate::sealed::disk::recording::{Asked, RecordingDisk};
use crate::sealed::disk::scratch::Scratch;
use crate::{CopyOptions, KdfCost, NewSlot, Result};

const RAW: &str = "raw-key 5ea1ed0000000000000000000000000000000000000000000000000000000002";
const OLD: &str = "passphrase Trou\u{308}ba\u{301}dour 3";
const NEW: &str = "passphrase correct horse battery staple";
const KEY_FILE: &str = "key-file count*300";
const JOINED: &str = "passphrase-and-key-file 00ff00ff two halves, one key";

/// A name, and what writes the store and its text to a path.
type Recipe = (&'static str, fn(PathBuf) -> Result<()>);

pub(super) fn write_slot_stores() {
    let recipes: [Recipe; 5] = [
        ("all-slots", all_slots),
        ("rekeyed", rekeyed),
        ("compacted", compacted),
        ("mid-change", |target| cut_off(target, true)),
        ("abandoned-change", |target| cut_off(target, false)),
    ];
    for (name, write) in recipes {
        let target = directory().join(format!("{name}.store"));
        if !target.exists() {
            write(target).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
    }
}

/// The first lines of a sidecar.
fn head(comment: &str, unlocks: &[&str], wrong: &[&str], closed: &str) -> String {
    let unlocks: String = unlocks.iter().map(|unlock| format!("unlock: {unlock}\n")).collect();
    let wrong: String = wrong.iter().map(|wrong| format!("wrong-key: {wrong}\n")).collect();
    format!("comment: {comment}\n{unlocks}{wrong}closed: {closed}\n")
}

fn all_slots(target: PathBuf) -> Result<()> {
    let former = "key-file a5*32";
    let (scratch, clock) = (Scratch::new(), start());
    let path = scratch.join("new");
    let store = options(&clock).create(&path, unlock_of(RAW))?;
    put(&store, "production/db/password", "68756e74657232")?;
    for (unlock, label) in
        [(OLD, "laptop"), (KEY_FILE, "USB-Stick, grün"), (former, "former"), (JOINED, "at the notary's")]
    {
        store.slots().add_with(unlock_of(unlock), NewSlot::new().label(label))?;
    }
    let (code_id, code) = store.slots().add_recovery_code_with(NewSlot::new().label("in the safe"))?;
    let code = format!("recovery-code {}", code.expose());
    let (_, lost) = store.slots().add_recovery_code()?;
    let lost = format!("recovery-code {}", lost.expose());
    clock.advance(Duration::from_secs(60));
    put(&store, "production/db/password", "616e6f74686572")?;
    store.slots().change_passphrase(unlock_of(OLD), unlock_of(NEW))?;
    for gone in [former, &lost] {
        let id = store.slots().check(unlock_of(gone))?.unwrap();
        assert_ne!(id, code_id);
        store.slots().remove(id)?;
    }
    store.policy().set_kdf_floor(KdfCost::new(20_480, 2, 1)?)?;
    store.close()?;
    let store = options(&clock).open(&path, unlock_of(KEY_FILE))?;
    put(&store, "by/key-file", "00*64")?;
    let unlocks = [RAW, NEW, KEY_FILE, JOINED, code.as_str()];
    let comment = "every kind of slot, two removed, a changed passphrase, a floor that no slot has met yet";
    let head = head(comment, &unlocks, &[OLD, former, &lost], "orderly");
    let (text, len) = describe(&store, &head, &clock)?;
    store.close()?;
    save(&target, std::fs::read(&path).unwrap(), len, &text);
    Ok(())
}

fn rekeyed(target: PathBuf) -> Result<()> {
    let (scratch, clock) = (Scratch::new(), start());
    let path = scratch.join("new");
    let store = options(&clock).create(&path, unlock_of(OLD))?;
    store.slots().add(unlock_of(RAW))?;
    for (secret, value) in
        [("backup/bundle", "count*70000"), ("backup/key", "a5*20000"), ("backup/bundle", "5a*1172")]
    {
        put(&store, secret, value)?;
    }
    store.purge_with(CopyOptions::new().drop_other_slots(true))?;
    put(&store, "backup/bundle", "count*4100")?;
    store.rekey_with(
        unlock_of(JOINED),
        CopyOptions::new().new_slot(NewSlot::new().label("since the audit")),
    )?;
    store.slots().add_with(unlock_of(KEY_FILE), NewSlot::new().label("after it"))?;
    put(&store, "backup/bundle", "00*0")?;
    let head = head("epoch 2: purged, then rekeyed", &[KEY_FILE, JOINED], &[OLD, RAW], "orderly");
    let (text, len) = describe(&store, &head, &clock)?;
    store.close()?;
    save(&target, std::fs::read(&path).unwrap(), len, &text);
    Ok(())
}

fn compacted(target: PathBuf) -> Result<()> {
    let (scratch, clock) = (Scratch::new(), start());
    let path = scratch.join("new");
    let store = options(&clock).create(&path, unlock_of(RAW))?;
    store.slots().add_with(unlock_of(NEW), NewSlot::new().label("for people"))?;
    for value in ["count*9000", "a5*70", "00*1", "count*40000"] {
        put(&store, "a/large/one", value)?;
        put(&store, "b", value)?;
    }
    store.compact()?;
    let head = head("compacted, and nothing written since", &[RAW, NEW], &[OLD], "orderly");
    let (text, len) = describe(&store, &head, &clock)?;
    store.close()?;
    save(&target, std::fs::read(&path).unwrap(), len, &text);
    Ok(())
}

/// A change of slots that was cut off: behind its commit, or between its new header and its commit.
fn cut_off(target: PathBuf, committed: bool) -> Result<()> {
    let disk = Arc::new(RecordingDisk::default());
    let clock = start();
    let store = options(&clock).create_on(disk.clone(), &unlock_of(RAW))?;
    store.slots().add_with(unlock_of(OLD), NewSlot::new().label("laptop"))?;
    store.close()?;
    // Both header copies are alike, so a handle that opens takes copy A, and changes copy B first.
    let store = options(&clock).open_on(disk.clone(), &unlock_of(RAW))?;
    put(&store, "name", "76616c7565")?;
    put(&store, "other", "count*5000")?;
    let before = disk.image();
    disk.take();
    let head = if committed {
        store.slots().change_passphrase(unlock_of(OLD), unlock_of(NEW))?;
        let comment = "cut off between the commit of a changed passphrase and the other header copy";
        head(comment, &[RAW, NEW], &[OLD, KEY_FILE], "no")
    } else {
        store.slots().add_with(unlock_of(KEY_FILE), NewSlot::new().label("never there"))?;
        let comment = "cut off between the header with one slot more and the commit that was to name it";
        head(comment, &[RAW, OLD], &[KEY_FILE, NEW], "no")
    };
    let mut image = before;
    let mut headers = 0;
    for asked in disk.take_changes() {
        match asked {
            Asked::Write { offset, data } => {
                let start = usize::try_from(offset).unwrap();
                headers += u32::from(data.len() == 0x4000 && start < 0x8000);
                if headers == 2 {
                    break;
                }
                image[start..start + data.len()].copy_from_slice(&data);
            }
            Asked::Sync if !committed => break,
            Asked::Reserve(len) => image.resize(image.len().max(usize::try_from(len).unwrap()), 0),
            Asked::Sync | Asked::Read { .. } | Asked::SetLen(_) => {}
        }
    }
    let cut = Arc::new(RecordingDisk::holding(&image));
    let store = options(&clock).read_only(true).open_on(cut, &unlock_of(RAW))?;
    let (text, len) = describe(&store, &head, &clock)?;
    save(&target, image, len, &text);
    Ok(())
}
