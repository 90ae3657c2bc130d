//! A store on a file system of user space, mounted for real where that is possible.

use std::ffi::CString;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::fd::AsRawFd;
use std::path::Path;
use std::process::Command;

use rustix::mount::{MountFlags, mount};

use super::permissions::am_root;
use crate::child::Process;
use crate::fixture::{Folder, small_store};

/// A process with a mount of its own at `folder/remote`, which holds the store `s`; `None` where nobody may mount.
fn process_with_mount(folder: &Folder) -> Option<Process> {
    let mut launcher = Command::new("/usr/bin/unshare");
    launcher.args(if am_root() {
        ["--mount", "--"].as_slice()
    } else {
        &["--map-root-user", "--mount", "--"]
    });
    let mut process = Path::new("/usr/bin/unshare").exists().then(|| Process::start_under(launcher))?;
    process.tell(&["mount".as_ref(), folder.join("remote").as_os_str(), folder.join("s").as_os_str()]);
    match process.next_answer().as_deref() {
        Some("ok") => Some(process),
        // Without the right to a name space of its own it never starts.
        None => None,
        Some(answer) if answer.contains("without a mount: ") => None,
        Some(answer) => panic!("{answer}"),
    }
}

#[test]
fn a_store_on_a_mounted_fuse_is_refused_unless_it_is_allowed() {
    let folder = Folder::new();
    small_store(&folder.join("s"));
    fs::create_dir(folder.join("remote")).unwrap();
    let Some(mut process) = process_with_mount(&folder) else {
        // The same refusals are tested without a mount beside the table of file systems.
        println!("not tried: this user may not mount a FUSE file system here");
        return;
    };
    let (store, new) = (folder.join("remote/s"), folder.join("remote/new"));
    let opening = |access: &'static str, path| [access.as_ref(), "ro".as_ref(), "60000".as_ref(), path];
    let refused = "FileRefused: the store lies on a network or user-space file system (FUSE), ";
    let answer = process.ask(&opening("open", store.as_os_str()));
    assert!(answer.starts_with(refused) && answer.contains("allow_network_fs"), "{answer}");
    let answer = process.ask(&["create".as_ref(), new.as_os_str()]);
    assert!(answer.starts_with(refused), "{answer}");
    process.must(&opening("open-remote", store.as_os_str()));
    assert_eq!(process.must(&["get", "name", "1"]), "value");
    process.must(&["close"]);
    // The same file where it really lies.
    process.must(&opening("open", folder.join("s").as_os_str()));
}

/// Mounts at `target` a FUSE file system with one read-only file `s`, the content of `file`, and serves it for ever.
pub(crate) fn mount_and_serve(target: &Path, file: &Path) -> Result<(), String> {
    let content = fs::read(file).unwrap();
    let device =
        File::options().read(true).write(true).open("/dev/fuse").map_err(|error| error.to_string())?;
    let data = format!("fd={},rootmode=40000,user_id=0,group_id=0", device.as_raw_fd());
    let data = CString::new(data).unwrap();
    let flags = MountFlags::NOSUID | MountFlags::NODEV;
    mount("strongroom-test", target, "fuse", flags, data.as_c_str()).map_err(|error| error.to_string())?;
    std::thread::spawn(move || Server { device, content }.serve());
    Ok(())
}

/// As much of the protocol as opening and reading takes; see `linux/fuse.h`.
struct Server {
    device: File,
    content: Vec<u8>,
}

const ROOT: u64 = 1;
const STORE: u64 = 2;
const ENOENT: i32 = 2;
const ENOSYS: i32 = 38;

impl Server {
    fn serve(mut self) {
        let mut request = vec![0; 1 << 17];
        while let Ok(len) = self.device.read(&mut request) {
            let (head, body) = request[..len].split_at(40);
            let number = |at: usize| u64::from_le_bytes(head[at..at + 8].try_into().unwrap());
            let opcode = u32::from_le_bytes(head[4..8].try_into().unwrap());
            let Some(answer) = self.answer(opcode, number(16), body) else { continue };
            let (error, payload) = answer.map_or_else(|errno| (-errno, Vec::new()), |payload| (0, payload));
            let mut reply = u32::try_from(16 + payload.len()).unwrap().to_le_bytes().to_vec();
            reply.extend(error.to_le_bytes());
            reply.extend(&head[8..16]);
            reply.extend(payload);
            // A request that was interrupted wants no reply.
            let _ = self.device.write(&reply);
        }
    }

    /// `None` for what is not to be answered.
    fn answer(&self, opcode: u32, node: u64, body: &[u8]) -> Option<Result<Vec<u8>, i32>> {
        Some(match opcode {
            // LOOKUP
            1 if body == b"s\0" => {
                Ok([&longs(&[STORE, 0, 0, 0, 0]), self.attributes(STORE).as_slice()].concat())
            }
            1 => Err(ENOENT),
            // FORGET, INTERRUPT, BATCH_FORGET
            2 | 36 | 42 => return None,
            // GETATTR
            3 => Ok([longs(&[0, 0]), self.attributes(node)].concat()),
            // OPEN, OPENDIR
            14 | 27 => Ok(longs(&[0, 0])),
            // READ
            15 => {
                let offset = u64::from_le_bytes(body[8..16].try_into().unwrap()) as usize;
                let len = u32::from_le_bytes(body[16..20].try_into().unwrap()) as usize;
                let end = self.content.len().min(offset + len);
                Ok(self.content[offset.min(end)..end].to_vec())
            }
            // STATFS
            17 => Ok(vec![0; 80]),
            // RELEASE, RELEASEDIR
            18 | 29 => Ok(Vec::new()),
            // INIT: version 7.31, writes of 4 KiB.
            26 => Ok([ints(&[7, 31, 0, 0, 0, 4096]), vec![0; 40]].concat()),
            _ => Err(ENOSYS),
        })
    }

    /// `struct fuse_attr`.
    fn attributes(&self, node: u64) -> Vec<u8> {
        let len = self.content.len() as u64;
        let (mode, links) = if node == ROOT { (0o040_755, 2) } else { (0o100_600, 1) };
        let owner = rustix::process::geteuid().as_raw();
        [longs(&[node, len, 0, 0, 0, 0]), ints(&[0, 0, 0, mode, links, owner, 0, 0, 4096, 0])].concat()
    }
}

fn longs(values: &[u64]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn ints(values: &[u32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}
