//! Creation that is cut off or raced: no store at the path, or a good one.

use std::sync::Barrier;

use strongroom::{ErrorKind, Store, Unlock};

use crate::child::Process;
use crate::fixture::{Folder, Random, check_refused, key, open, patient, small_store};

#[test]
fn a_creation_that_is_killed_leaves_no_store_or_a_good_one() {
    let mut random = Random::new();
    let (mut none, mut some) = (0, 0);
    for _ in 0..60 {
        let folder = Folder::new();
        let path = folder.join("s");
        let mut process = Process::start();
        // A first answer: from here on the child does nothing but create.
        process.must(&["peak-memory-kib"]);
        process.tell(&["create".as_ref(), path.as_os_str()]);
        for _ in 0..random.below(1_500_000) {
            std::hint::spin_loop();
        }
        process.kill();
        if path.exists() {
            some += 1;
            let store = open(&path);
            store.put("name", "value").unwrap();
            store.verify().unwrap();
        } else {
            none += 1;
            // What was cut off is no obstacle to the next attempt.
            Store::create(&path, key()).unwrap();
        }
        assert_eq!(folder.names(), ["s"], "what the kill left is gone with the next writer");
    }
    println!("{none} kills before the store had its name, {some} after");
}

#[test]
fn of_many_creations_one_wins_and_the_others_leave_nothing() {
    let folder = Folder::new();
    let path = folder.join("s");
    let start = Barrier::new(6);
    let results: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..6u8)
            .map(|thread| {
                let (path, start) = (&path, &start);
                scope.spawn(move || {
                    start.wait();
                    Store::create(path, Unlock::raw_key(&[thread; 32])).map(drop)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let won: Vec<u8> = (0..6u8).filter(|thread| results[usize::from(*thread)].is_ok()).collect();
    assert_eq!(won.len(), 1, "{results:?}");
    let lost = results.iter().filter_map(|result| result.as_ref().err());
    lost.for_each(|error| assert_eq!(error.kind(), ErrorKind::AlreadyExists));
    assert_eq!(folder.names(), ["s"]);
    patient().open(&path, Unlock::raw_key(&[won[0]; 32])).unwrap();
}

#[test]
fn the_longest_name_of_a_file_can_be_a_stores() {
    let folder = Folder::new();
    let name = "n".repeat(255);
    small_store(&folder.join(&name));
    assert!(folder.names() == [name.as_str()]);
    assert_eq!(open(&folder.join(&name)).get("name").unwrap().version(), 1);
}

#[test]
fn a_creation_that_fails_leaves_nothing() {
    let folder = Folder::new();
    check_refused(Store::create(folder.join(&"n".repeat(256)), key()), ErrorKind::Io);
    assert_eq!(folder.names(), Vec::<String>::new());
}

#[test]
fn a_relative_path_means_the_folder_of_that_moment() {
    let (folder, elsewhere) = (Folder::new(), Folder::new());
    let mut process = Process::start();
    for question in [["create", "s"].as_slice(), &["open", "rw", "60000", "s"]] {
        process.must(&["enter".as_ref(), folder.path().as_os_str()]);
        process.must(question);
        process.must(&["enter".as_ref(), elsewhere.path().as_os_str()]);
        process.must(&["put", "name", "value"]);
        process.must(&["close"]);
    }
    assert_eq!((folder.names(), elsewhere.names()), (vec!["s".to_owned()], vec![]));
    assert_eq!(open(&folder.join("s")).get("name").unwrap().version(), 2);
}
