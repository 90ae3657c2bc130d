//! What a forked child finds: no keys, nothing to read and nothing to write, and a parent that goes on.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;
use std::time::Duration;

use data_encoding::HEXLOWER;

use crate::crypto::arena::fork::fork;
use crate::crypto::arena::{Wish, refusal};
use crate::error::{ErrorKind, Result};
use crate::own_process;
use crate::sealed::unlock::Unlock;
use crate::store::{
    CopyOptions, EventFilter, Query, Retention, SecretRef, Store, StoreOptions, Sweep, Update,
};

/// How the child learns that it is one.
const WAYS: [(&str, Option<Wish>); 2] = [("its pages are empty", None), ("its id", Some(Wish::WipeOnFork))];

/// A folder of this process, removed on drop.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let name = HEXLOWER.encode(&crate::crypto::random::bytes::<8>().unwrap());
        let path = std::env::temp_dir().join(format!("strongroom-forked-{name}"));
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn key() -> Unlock {
    Unlock::raw_key(&[0x5a; 32])
}

/// Runs `test` in a process of its own for each way, with a folder.
fn in_own_processes(name: &str, test: impl FnOnce(&Folder)) {
    let Some(part) = own_process::part() else {
        for (way, _) in WAYS {
            own_process::run(module_path!(), name, way);
        }
        return;
    };
    let (_, refused) = WAYS.into_iter().find(|(way, _)| *way == part).unwrap();
    refusal::set(refused);
    test(&Folder::new());
}

fn kind_of<T>(result: Result<T>) -> String {
    result.map_or_else(|error| format!("{:?}", error.kind()), |_| "accepted".to_owned())
}

/// A store with a few secrets whose pages are in the cache, and a query that goes on in a second page.
fn filled(path: &Path) -> (Store, Query) {
    // A parent waits for its child while another of its threads waits for the parent.
    let patient = StoreOptions::new().write_wait(Duration::from_secs(60));
    let store = patient.create(path, key()).unwrap();
    for name in ["team/a", "team/b", "team/c"] {
        store.put(name, "value").unwrap();
        store.get(name).unwrap();
    }
    let page = store.list(Query::under("team").limit(1)).unwrap();
    let rest = Query::under("team").limit(1).after(page.next_cursor().unwrap().clone());
    assert_eq!(store.list(&rest).unwrap().items().len(), 1);
    (store, rest)
}

/// What each operation of a handle ends with.
fn attempts(store: &Store, rest: &Query) -> Vec<String> {
    vec![
        kind_of(store.get("team/a")),
        kind_of(store.get("no/such/path")),
        kind_of(store.get_version("team/a", 1)),
        kind_of(store.list(Query::all())),
        kind_of(store.list(rest)),
        kind_of(store.put("team/a", "attempted")),
        kind_of(store.transaction(|_| Ok(()))),
        kind_of(store.verify()),
        kind_of(store.health()),
        kind_of(store.memory_status()),
        kind_of(store.pin()),
        kind_of(store.policy().kdf_floor()),
        kind_of(store.slots().list()),
        kind_of(store.slots().check(key())),
        kind_of(store.info("team/a")),
        kind_of(store.versions("team/a")),
        kind_of(store.get_many(["team/a"])),
        kind_of(store.matches("team/a", "value")),
        kind_of(store.scan(Query::all()).collect::<Result<Vec<_>>>()),
        kind_of(store.namespaces()),
        kind_of(store.tag_keys()),
        kind_of(store.tag_values("env")),
        kind_of(store.stats()),
        kind_of(store.policy().retention_at("team/a")),
        kind_of(store.policy().retentions()),
    ]
}

/// As [`attempts`], of what would change the file or the handle.
fn changes(store: &Store, backup: &Path) -> Vec<String> {
    let other = || Unlock::raw_key(&[8; 32]);
    let a = || SecretRef::try_from("team/a").unwrap();
    vec![
        kind_of(store.update("team/a", Update::new().description("attempted"))),
        kind_of(store.rollback("team/a", 1)),
        kind_of(store.rename("team/a", "team/moved")),
        kind_of(store.rename_prefix("team", "moved")),
        kind_of(store.delete_version("team/a", 1)),
        kind_of(store.restore_version("team/a", 1)),
        kind_of(store.destroy_version("team/a", 1)),
        kind_of(store.delete("team/a")),
        kind_of(store.restore(a())),
        kind_of(store.restore_to(a(), "team/restored")),
        kind_of(store.destroy(a())),
        kind_of(store.sweep(Sweep::new())),
        kind_of(store.policy().set_retention(Retention::inherited())),
        kind_of(store.policy().set_retention_under("team", Retention::inherited())),
        kind_of(store.policy().set_kdf_floor(crate::KdfCost::EDGE)),
        kind_of(store.slots().add(other())),
        kind_of(store.slots().add_recovery_code().map(drop)),
        kind_of(store.backup(backup)),
        kind_of(store.compact()),
        kind_of(store.purge()),
        kind_of(store.rekey(other())),
        kind_of(store.lock()),
    ]
}

/// That a store which this process opens itself works.
fn use_another(path: &Path) -> Result<()> {
    let store = Store::create(path, key())?;
    store.put("own", "value")?;
    store.close()?;
    let store = Store::open(path, key())?;
    assert_eq!(store.get("own")?.value().expose(), b"value");
    store.verify()?;
    store.close()
}

#[test]
fn a_child_is_refused_everything_and_the_parent_goes_on() {
    in_own_processes("a_child_is_refused_everything_and_the_parent_goes_on", |folder| {
        let (path, other) = (folder.0.join("s"), folder.0.join("other"));
        let (store, rest) = filled(&path);
        assert!(attempts(&store, &rest).iter().all(|found| found == "accepted" || found == "NotFound"));
        store.put("team/a", "value").unwrap();
        let before = std::fs::read(&path).unwrap();
        let mut child = match fork() {
            Ok(child) => child,
            Err(child) => child.live(|| {
                let mut found = attempts(&store, &rest);
                found.extend(changes(&store, &folder.0.join("backup")));
                found.push(kind_of(use_another(&other)));
                found.push(kind_of(store.close()));
                found.join(" ")
            }),
        };
        assert_eq!(child.told(), format!("{}accepted Forked", "Forked ".repeat(47)));
        assert!(std::fs::read(&path).unwrap() == before, "the child wrote to the file");
        // The child has dropped its handle, and lives: nothing of it is in the way.
        assert_eq!(store.get("team/a").unwrap().value().expose(), b"value");
        store.put("team/a", "written while the child lives").unwrap();
        store.close().unwrap();
        let store = Store::open(&path, key()).unwrap();
        assert_eq!(store.open_report().discarded_generation, None);
        child.end();
        assert_eq!(store.get("team/a").unwrap().value().expose(), b"written while the child lives");
        assert_eq!(store.list(&rest).unwrap().items().len(), 1);
        store.put("team/b", "written when the child is gone").unwrap();
        store.verify().unwrap();
        store.close().unwrap();
    });
}

/// The child shares the lock on the file, and would write beside its parent.
#[test]
fn a_child_does_not_unlock_what_was_locked_before_it_was_forked() {
    in_own_processes("a_child_does_not_unlock_what_was_locked_before_it_was_forked", |folder| {
        let (store, _) = filled(&folder.0.join("s"));
        store.lock().unwrap();
        let mut child = match fork() {
            Ok(child) => child,
            Err(child) => {
                child.live(|| format!("{} {}", kind_of(store.unlock(key())), kind_of(store.get("team/a"))))
            }
        };
        assert_eq!(child.told(), "Forked Locked");
        child.end();
        store.unlock(key()).unwrap();
        store.verify().unwrap();
    });
}

/// What the parent is building has a name, and the child that gives it up must not take it away.
#[test]
fn a_child_that_is_forked_during_a_copy_leaves_the_copy_to_its_parent() {
    in_own_processes("a_child_that_is_forked_during_a_copy_leaves_the_copy_to_its_parent", |folder| {
        let (store, _) = filled(&folder.0.join("s"));
        let backup = folder.0.join("backup");
        let mut forked = None;
        let progress = |_| match fork() {
            Ok(mut child) => {
                assert_eq!(child.told(), "Cancelled");
                child.end();
                ControlFlow::Continue(())
            }
            Err(child) => {
                forked = Some(child);
                ControlFlow::Break(())
            }
        };
        let outcome = store.backup_with(&backup, CopyOptions::new().progress(progress));
        if let Some(child) = forked {
            child.live(|| kind_of(outcome));
        }
        outcome.unwrap();
        Store::open(&backup, key()).unwrap().verify().unwrap();
    });
}

#[test]
fn a_child_that_is_forked_inside_a_transaction_commits_nothing() {
    in_own_processes("a_child_that_is_forked_inside_a_transaction_commits_nothing", |folder| {
        let path = folder.0.join("s");
        let (store, _) = filled(&path);
        let before = std::fs::read(&path).unwrap();
        for fails in [false, true] {
            let mut forked = None;
            let mut inside = Vec::new();
            let outcome = store.transaction(|tx| {
                tx.put("team/d", "written by the parent")?;
                match fork() {
                    Ok(mut child) => {
                        let told = child.told();
                        assert_eq!(told, "Forked Forked Forked Forked Forked Forked Forked, then Forked");
                        assert!(std::fs::read(&path).unwrap() == before, "the child wrote to the file");
                        child.end();
                        Err(crate::Error::new(ErrorKind::Cancelled, "the parent has seen enough"))
                    }
                    Err(child) => {
                        forked = Some(child);
                        inside = vec![
                            kind_of(tx.get("team/a")),
                            kind_of(tx.get_version("team/a", 1)),
                            kind_of(tx.list(Query::all())),
                            kind_of(tx.info("team/a")),
                            kind_of(tx.matches("team/a", "value")),
                        ];
                        if fails {
                            inside.push(kind_of(tx.put("team/a", "written by the child")));
                            inside.push(kind_of(tx.delete("team/b")));
                        } else {
                            inside.extend(["Forked".to_owned(), "Forked".to_owned()]);
                        }
                        Ok(())
                    }
                }
            });
            if let Some(child) = forked {
                let end = match (fails, kind_of(outcome).as_str()) {
                    // A write inside that failed is its own reason to refuse.
                    (true, "InvalidArgument") => "Forked".to_owned(),
                    (_, other) => other.to_owned(),
                };
                child.live(|| format!("{}, then {end}", inside.join(" ")));
            }
            assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Cancelled);
        }
        assert_eq!(store.get("team/d").unwrap_err().kind(), ErrorKind::NotFound);
        store.put("team/d", "written afterwards").unwrap();
        store.verify().unwrap();
    });
}

#[test]
fn a_child_of_a_process_with_a_reader_in_the_way_drops_its_handle_without_waiting() {
    in_own_processes(
        "a_child_of_a_process_with_a_reader_in_the_way_drops_its_handle_without_waiting",
        |folder| {
            let (store, _) = filled(&folder.0.join("s"));
            let (inside, leave) = (std::sync::Barrier::new(2), std::sync::Barrier::new(2));
            std::thread::scope(|scope| {
                let writer = scope.spawn(|| {
                    store.transaction(|tx| {
                        inside.wait();
                        leave.wait();
                        tx.put("team/e", "written meanwhile")
                    })
                });
                inside.wait();
                let mut child = match fork() {
                    Ok(child) => child,
                    Err(child) => {
                        // The thread that holds the engine does not exist here, and the handle ends as it does in `drop`.
                        let store: *const Store = &raw const store;
                        child.live(|| crate::crypto::arena::fork::drop_in_child(store))
                    }
                };
                assert_eq!(child.told(), "dropped");
                leave.wait();
                writer.join().unwrap().unwrap();
                child.end();
            });
            assert_eq!(store.get("team/e").unwrap().value().expose(), b"written meanwhile");
        },
    );
}

/// The thread that locks holds on to the state of the handle while it waits, and does not exist in the child.
#[test]
fn a_child_that_is_forked_while_another_thread_locks_waits_for_nobody() {
    in_own_processes("a_child_that_is_forked_while_another_thread_locks_waits_for_nobody", |folder| {
        let (store, rest) = filled(&folder.0.join("s"));
        let mut child_found = None;
        std::thread::scope(|scope| {
            let progress = |_| {
                if child_found.is_none() {
                    let store = &store;
                    let locking = scope.spawn(|| store.lock());
                    while !store.is_being_locked() {
                        assert!(!locking.is_finished(), "it waits until the copy has ended");
                        std::thread::yield_now();
                    }
                    child_found = Some(match fork() {
                        Ok(mut child) => {
                            let told = child.told();
                            child.end();
                            told
                        }
                        Err(child) => child.live(|| {
                            let mut found = attempts(store, &rest);
                            found.push(kind_of(store.lock()));
                            found.push(kind_of(store.unlock(key())));
                            found.join(" ")
                        }),
                    });
                }
                ControlFlow::Continue(())
            };
            let copied = store.backup_with(folder.0.join("backup"), CopyOptions::new().progress(progress));
            assert_eq!(copied.unwrap_err().kind(), ErrorKind::Locked);
        });
        assert_eq!(child_found.unwrap().trim_end(), ["Forked"; 27].join(" "));
    });
}

/// The thread that is inside the callback does not exist in the child, and never leaves it there.
#[test]
fn a_child_that_is_forked_while_a_callback_runs_drops_the_subscription_without_waiting() {
    in_own_processes(
        "a_child_that_is_forked_while_a_callback_runs_drops_the_subscription_without_waiting",
        |folder| {
            let (store, _) = filled(&folder.0.join("s"));
            let (inside, is_inside) = channel();
            let (leave, leaves) = channel();
            let subscription = store.subscribe(EventFilter::all(), move |event| {
                inside.send(event.sequence()).unwrap();
                leaves.recv().unwrap();
            });
            let subscription = subscription.unwrap();
            std::thread::scope(|scope| {
                let writer = scope.spawn(|| store.put("team/f", "told meanwhile"));
                let told = is_inside.recv().unwrap();
                let mut child = match fork() {
                    Ok(child) => child,
                    Err(child) => {
                        let subscription = &raw const subscription;
                        child.live(|| crate::crypto::arena::fork::drop_in_child(subscription))
                    }
                };
                let child_told = child.told();
                leave.send(()).unwrap();
                writer.join().unwrap().unwrap();
                assert_eq!(child_told, "dropped");
                child.end();
                assert!(!subscription.is_closed());
                leave.send(()).unwrap();
                store.put("team/f", "told once more").unwrap();
                assert!(is_inside.recv().unwrap() > told);
            });
            drop(subscription);
            store.put("team/f", "told to nobody").unwrap();
            assert!(is_inside.recv().is_err());
        },
    );
}
