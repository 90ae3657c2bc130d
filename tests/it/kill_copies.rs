//! A real process killed with SIGKILL while it copies its store: the old file or the new one is there, whole.

use std::path::Path;

use strongroom::{CopyOptions, ErrorKind, Listed, Put, Query, SecretInfo, Store, Tier, VersionInfo};

use crate::child::{Process, answer};
use crate::fixture::{Folder, campaign, create, key, open, patient};

const WAYS: [&str; 4] = ["backup", "compact", "purge", "rekey"];

/// What the child does, again and again: a put that is acknowledged, then a copy that is.
pub(crate) fn copy_until_killed(path: &Path, there: &Path, way: &str) -> ! {
    let store = patient().open(path, key()).unwrap();
    for number in 0_u64.. {
        let put = Put::new().tag("number", number.to_string()).max_versions(0);
        let version = store.put_with("counter", number.to_string(), put).unwrap().version();
        answer(&format!("put {version}"));
        match way {
            "backup" => store.backup(there.join(format!("backup-{version}"))),
            "compact" => store.compact(),
            "purge" => store.purge_with(CopyOptions::new()),
            _ => store.rekey(key()),
        }
        .unwrap();
        answer(&format!("copied {version}"));
    }
    unreachable!("numbers do not end");
}

/// The number behind `word` in an answer.
fn number_after(answer: &str, word: &str) -> Option<u64> {
    answer.strip_prefix(word)?.trim().parse().ok()
}

type Version = (VersionInfo, Option<Vec<u8>>);

/// Everything but the counter: metadata, trash, versions, and each value that can be read.
fn fixed_part(store: &Store) -> Vec<(SecretInfo, Vec<Version>)> {
    let infos = store.scan(Query::all().state(Listed::All)).map(Result::unwrap);
    let others = infos.filter(|info| info.path().as_str() != "counter");
    others
        .map(|info| {
            let live = info.trashed().is_none();
            let versions = if live { store.versions(info.path()).unwrap() } else { Vec::new() };
            let read = |version: VersionInfo| {
                let value = store.get_version(info.path(), version.number).ok();
                assert_eq!(value.is_some(), version.state.is_readable());
                (version, value.map(|secret| secret.value().expose().to_vec()))
            };
            (info.clone(), versions.into_iter().map(read).collect())
        })
        .collect()
}

fn version(store: &Store) -> u64 {
    match store.get("counter") {
        Err(error) if error.kind() == ErrorKind::NotFound => 0,
        found => found.unwrap().version(),
    }
}

/// What is left in the folder of the store and in that of the backups, and what a writer makes of it.
#[track_caller]
fn check_folders(folder: &Folder, there: &Folder, way: &str) -> u64 {
    let strays = |folder: &Folder| folder.names().iter().filter(|name| name.ends_with(".tmp")).count() as u64;
    let found = strays(folder) + strays(there);
    assert!(found <= 1, "{way}: {:?} {:?}", folder.names(), there.names());
    let store = open(&folder.join("store"));
    assert_eq!(folder.names(), ["store"], "{way}: a writer clears what was left");
    store.backup(there.join("cleared")).unwrap();
    assert_eq!(strays(there), 0, "{way}: so does a backup");
    for name in there.names() {
        let backup = patient().read_only(true).open(there.join(&name), key()).unwrap();
        backup.verify().unwrap();
        drop(backup);
        std::fs::remove_file(there.join(&name)).unwrap();
    }
    found
}

#[test]
fn a_copy_that_is_killed_leaves_the_old_store_or_the_new_one() {
    let (kills, mut random) = campaign("STRONGROOM_COPY_KILLS", 80);
    let (folder, there) = (Folder::new(), Folder::new());
    let path = folder.join("store");
    let store = create(&path);
    store.put("large", vec![7; 200_000]).unwrap();
    for name in 0..30 {
        store.put(format!("many/{name}").as_str(), vec![name; 900]).unwrap();
    }
    for name in 0..10 {
        let path = format!("laden/{name}");
        let put = Put::new().tag("env", "prod").tier(Tier::Sensitive).description("d".repeat(900));
        store.put_with(&path, vec![name; 5_000], put).unwrap();
        store.put_with(&path, vec![name; 80], Put::new().note("rotated")).unwrap();
        store.delete_version(&path, 1).unwrap();
        if name > 4 {
            store.delete(&path).unwrap();
        }
    }
    let fixed = fixed_part(&store);
    drop(store);
    let (mut last, mut strays, mut copied) = (0, 0, 0);
    for kill in 0..kills {
        let way = WAYS[kill as usize % WAYS.len()];
        let mut process = Process::start();
        process.tell(&[
            "copy-until-killed".as_ref(),
            path.as_os_str(),
            there.path().as_os_str(),
            way.as_ref(),
        ]);
        for _ in 0..1 + random.below(3) {
            let answer = process.next_answer().expect("the child is gone");
            last = number_after(&answer, "put").unwrap_or(last);
            copied += u64::from(answer.starts_with("copied"));
        }
        for _ in 0..random.below(3_000_000) {
            std::hint::spin_loop();
        }
        process.kill();
        while let Some(answer) = process.next_answer() {
            last = number_after(&answer, "put").unwrap_or(last);
        }
        strays += check_folders(&folder, &there, way);
        let store = open(&path);
        let found = version(&store);
        assert!(found == last || found == last + 1, "{way}: {last} acknowledged, {found} found");
        last = found;
        assert!(fixed_part(&store) == fixed, "{way}: a secret, its metadata or its trash is lost");
        store.verify().unwrap();
    }
    let store = open(&path);
    (5..10).for_each(|name| drop(store.restore(format!("laden/{name}").as_str()).unwrap()));
    (0..10).for_each(|name| drop(store.restore_version(format!("laden/{name}").as_str(), 1).unwrap()));
    for name in 0..10 {
        let found = store.get_version(format!("laden/{name}").as_str(), 1).unwrap();
        assert_eq!(found.value().expose(), [name; 5_000]);
    }
    println!("{kills} kills, {strays} in the middle of a copy, {copied} copies seen to end");
    assert!(kills < 40 || (strays > 0 && copied > 0), "{strays} strays and {copied} copies in {kills} kills");
}
