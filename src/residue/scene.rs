//! What the child does before it is looked into.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;

use rustix::process::{PTracer, set_ptracer};

use super::process::REACHED;
use super::secrets::{Given, HELD, MOVED, READ, RESTORED, STORES, WRITTEN};
use crate::error::ErrorKind;
use crate::sealed::disk::Disk;
use crate::sealed::disk::memory::MemoryDisk;
use crate::store::{Query, Secret, SecretRef, Store, StoreOptions, VerifyAtOpen};

/// Where the child finds its files.
pub(super) const FOLDER: &str = "STRONGROOM_RESIDUE_FOLDER";
/// What a core must hold, or nothing that is missing in one means anything. Stands inverted in the binary.
pub(super) const MARKER: [u8; 24] = *b"kept in ordinary memory!";

/// The child's side of a run.
pub(super) struct Scene {
    given: Given,
    folder: PathBuf,
    stores: Vec<Store>,
    held: Vec<Secret>,
}

/// Reaches a state, says so, and stays in it until the parent has looked.
pub(super) fn play(reach: fn(&mut Scene)) {
    // Where only ancestors may trace a process, a debugger that the parent starts is none.
    let _ = set_ptracer(PTracer::Any);
    // The standard library would keep what it read in a buffer of its own.
    let mut pipe = File::from(io::stdin().as_fd().try_clone_to_owned().unwrap());
    let given = Given::read_from(&mut pipe);
    let folder = PathBuf::from(std::env::var_os(FOLDER).unwrap());
    let mut scene = Scene { given, folder, stores: Vec::new(), held: Vec::new() };
    reach(&mut scene);
    let Scene { stores, held, given, .. } = scene;
    // What the child was given is its own, and goes first.
    drop(given);
    // Not as it stands in the binary.
    let marker: Vec<u8> = MARKER.iter().map(|byte| byte ^ 0x20).collect();
    println!("\n{REACHED}");
    let _ = pipe.read(&mut [0]);
    drop((stores, held, std::hint::black_box(marker)));
}

impl Scene {
    fn open_all(&mut self, options: &StoreOptions) {
        for store in STORES {
            let unlock = self.given.unlock(store, &self.folder);
            self.stores.push(options.open(self.folder.join(store), &unlock).unwrap());
        }
    }

    /// Everything a program does with a store.
    fn work(&mut self) {
        for store in &self.stores {
            assert_eq!(store.get(READ).unwrap().value().expose(), &*self.given.read);
            store.put(WRITTEN, &*self.given.written).unwrap();
            let both = store.transaction(|tx| {
                tx.put(WRITTEN, &*self.given.written)?;
                Ok(tx.get(WRITTEN)?.value().expose() == tx.get_version(WRITTEN, 1)?.value().expose())
            });
            assert!(both.unwrap());
            let page = store.list(Query::all().limit(1)).unwrap();
            store.list(Query::all().limit(1).after(page.next_cursor().unwrap().clone())).unwrap();
            self.change_everything(store);
            store.verify().unwrap();
        }
    }

    /// Every operation that opens a value or seals one anew, and is no put.
    fn change_everything(&self, store: &Store) {
        let (read, written) = (&*self.given.read, &*self.given.written);
        assert!(store.matches(WRITTEN, written).unwrap() && !store.matches(WRITTEN, read).unwrap());
        for payload in ["one", "another"] {
            let signature = store.sign_payload(WRITTEN, payload).unwrap().to_string();
            assert!(store.verify_payload(WRITTEN, payload, &signature).unwrap().is_valid());
            assert!(!store.verify_payload(READ, payload, &signature).unwrap().is_valid());
        }
        for found in store.get_many([READ, WRITTEN, "no/such/path"]).unwrap().into_iter().flatten() {
            assert!([read.len(), written.len()].contains(&found.value().len()));
        }
        store.put(MOVED, read).unwrap();
        store.put(MOVED, written).unwrap();
        store.rollback(MOVED, 1).unwrap();
        store.rename(MOVED, RESTORED).unwrap();
        store.rename_prefix("restored", "moved").unwrap();
        store.rename("moved/here", MOVED).unwrap();
        store.delete_version(MOVED, 2).unwrap();
        store.restore_version(MOVED, 2).unwrap();
        store.destroy_version(MOVED, 2).unwrap();
        store.delete(MOVED).unwrap();
        store.restore_to(SecretRef::try_from(MOVED).unwrap(), RESTORED).unwrap();
        assert!(store.matches(RESTORED, read).unwrap());
        let inside = store.transaction(|tx| Ok((tx.matches(RESTORED, read)?, tx.get_many([READ])?.len())));
        assert_eq!(inside.unwrap(), (true, 1));
        store.destroy(SecretRef::try_from(RESTORED).unwrap()).unwrap();
    }
}

pub(super) fn wrong_passphrase(scene: &mut Scene) {
    for store in ["passphrase", "both"] {
        let unlock = match store {
            "both" => {
                let wrong = std::str::from_utf8(&scene.given.wrong).unwrap();
                crate::Unlock::key_file(scene.folder.join("key")).unwrap().and_passphrase(wrong).unwrap()
            }
            _ => scene.given.wrong(),
        };
        let refused = StoreOptions::new().open(scene.folder.join(store), unlock).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::WrongKey);
    }
}

pub(super) fn open(scene: &mut Scene) {
    scene.open_all(&StoreOptions::new());
    scene.work();
}

pub(super) fn open_with_a_value(scene: &mut Scene) {
    open(scene);
    scene.held = scene.stores.iter().map(|store| store.get(HELD).unwrap()).collect();
}

pub(super) fn closed(scene: &mut Scene) {
    open_with_a_value(scene);
    scene.held.clear();
    scene.stores.drain(..).for_each(|store| store.close().unwrap());
}

pub(super) fn dropped(scene: &mut Scene) {
    open_with_a_value(scene);
    scene.held.clear();
    scene.stores.clear();
}

/// The handles live on, without their keys.
pub(super) fn locked(scene: &mut Scene) {
    open_with_a_value(scene);
    scene.held.clear();
    scene.stores.iter().for_each(|store| store.lock().unwrap());
}

pub(super) fn locked_and_tried(scene: &mut Scene) {
    locked(scene);
    for store in &scene.stores {
        assert_eq!(store.unlock(scene.given.wrong()).unwrap_err().kind(), ErrorKind::WrongKey);
    }
}

pub(super) fn unlocked_again(scene: &mut Scene) {
    locked(scene);
    for (name, store) in STORES.iter().zip(&scene.stores) {
        store.unlock(scene.given.unlock(name, &scene.folder)).unwrap();
    }
}

/// Whatever wraps the master key anew, or reads everything to seal it anew.
pub(super) fn changed_and_copied(scene: &mut Scene) {
    open(scene);
    for (number, (name, store)) in STORES.iter().zip(&scene.stores).enumerate() {
        let unlock = || scene.given.unlock(name, &scene.folder);
        let (recovery, _) = store.slots().add_recovery_code().unwrap();
        if *name == "passphrase" {
            store.slots().change_passphrase(unlock(), scene.given.wrong()).unwrap();
            store.slots().change_passphrase(scene.given.wrong(), unlock()).unwrap();
        }
        store.backup(scene.folder.join(format!("backup-{number}"))).unwrap();
        store.compact().unwrap();
        store.slots().remove_last_for_people(recovery).unwrap();
        store.purge().unwrap();
        store.rekey(unlock()).unwrap();
    }
    scene.stores.drain(..).for_each(|store| store.close().unwrap());
}

/// Every block is altered, and is met by the verification or by the engine.
pub(super) fn tampered(scene: &mut Scene) {
    for store in STORES {
        let path = scene.folder.join(store);
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[0xa000..].chunks_mut(4_136).for_each(|block| block[100] ^= 1);
        std::fs::write(&path, bytes).unwrap();
        let unlock = scene.given.unlock(store, &scene.folder);
        for verify in [VerifyAtOpen::Never, VerifyAtOpen::Always] {
            let refused = StoreOptions::new().verify(verify).open(&path, &unlock).unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::Tampered);
        }
    }
}

/// A medium that has no room for one more block.
struct FullDisk(MemoryDisk);

impl Disk for FullDisk {
    fn len(&self) -> io::Result<u64> {
        self.0.len()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.0.read_at(offset, buffer)
    }

    fn write_at(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.0.write_at(offset, data)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.0.set_len(len)
    }

    fn reserve(&self, _: u64) -> io::Result<()> {
        Err(io::ErrorKind::StorageFull.into())
    }

    fn sync(&self) -> io::Result<()> {
        self.0.sync()
    }

    fn is_in_place(&self) -> io::Result<bool> {
        self.0.is_in_place()
    }
}

pub(super) fn full_disk(scene: &mut Scene) {
    for name in STORES {
        let bytes = std::fs::read(scene.folder.join(name)).unwrap();
        let disk = MemoryDisk::default();
        disk.set_len(bytes.len() as u64).unwrap();
        disk.write_at(0, &bytes).unwrap();
        let unlock = scene.given.unlock(name, &scene.folder);
        let store = StoreOptions::new().open_on(Arc::new(FullDisk(disk)), &unlock).unwrap();
        let refused = store.put(WRITTEN, &*scene.given.written).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::DiskFull);
        assert_eq!(store.get(READ).unwrap().value().len(), scene.given.read.len());
        scene.stores.push(store);
    }
}

pub(super) fn panicked(scene: &mut Scene) {
    open(scene);
    std::panic::set_hook(Box::new(|_| {}));
    let given = &scene.given;
    for store in &scene.stores {
        let unwound = catch_unwind(AssertUnwindSafe(|| {
            store.transaction::<()>(|tx| {
                tx.put(WRITTEN, &*given.written)?;
                let held = tx.get(READ)?;
                panic!("with {} bytes in hand", held.value().len())
            })
        }));
        assert!(unwound.is_err());
    }
}

/// What a careless program does: only an allocator that wipes helps it.
pub(super) fn leaky(scene: &mut Scene) {
    drop(std::hint::black_box(scene.given.held.to_vec()));
}
