//! The file system below a store: whether its locks keep others out, and its syncs reach a medium.

use std::fs::File;

use super::checks::Allowed;
use crate::error::{Error, ErrorKind, Result};

/// Refuses a file or directory on a network or user-space file system, unless that is allowed.
pub(super) fn check_file_system(file: &File, allowed: Allowed) -> Result<()> {
    let magic = magic_of(file)?;
    match remote_name(magic) {
        Some(name) if !allowed.network_fs => Err(Error::new(
            ErrorKind::FileRefused,
            format!(
                "the store lies on a network or user-space file system ({name}), whose locks and syncs may not hold; \
                 move it to a local disk, or set allow_network_fs"
            ),
        )),
        _ => Ok(()),
    }
}

/// The number by which `statfs` names the type of a file system.
fn magic_of(file: &File) -> Result<u32> {
    #[cfg(test)]
    if let Some(magic) = pretended::get() {
        return Ok(magic);
    }
    let found = rustix::fs::fstatfs(file)
        .map_err(|error| Error::io("ask for the file system of the store", error.into()))?;
    // Of machine-dependent width, and negative where it is signed and narrow.
    Ok(u32::try_from(i128::from(found.f_type) & i128::from(u32::MAX)).unwrap_or_default())
}

/// The name of a file system that is not local and in the kernel. The numbers are those of linux/magic.h and of
/// the table in coreutils' `stat`.
fn remote_name(magic: u32) -> Option<&'static str> {
    Some(match magic {
        0x0000_6969 => "NFS",
        0x0000_517B => "SMB",
        0xFF53_4D42 => "CIFS",
        0xFE53_4D42 => "SMB2",
        0x6573_5546 => "FUSE",
        0x0102_1997 => "9P",
        0x5346_414F | 0x6B41_4653 => "AFS",
        0x7375_7245 => "CODA",
        0x00C3_6400 => "CEPH",
        0x0000_564C => "NCP",
        0x0BD0_0BD0 => "Lustre",
        0x0116_1970 => "GFS2",
        0x7461_636F => "OCFS2",
        0x786F_4256 => "VirtualBox shared folder",
        0xBACB_ACBC => "VMware shared folder",
        _ => return None,
    })
}

/// Another file system than the real one, for tests on machines that cannot mount any.
#[cfg(test)]
pub(super) mod pretended {
    use std::cell::Cell;

    thread_local!(static MAGIC: Cell<Option<u32>> = const { Cell::new(None) });

    /// From now on this thread meets files on this file system; `None` ends it.
    pub(crate) fn set(magic: Option<u32>) {
        MAGIC.set(magic);
    }

    pub(super) fn get() -> Option<u32> {
        MAGIC.get()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{pretended, remote_name};
    use crate::sealed::disk::scratch::Scratch;
    use crate::{ErrorKind, Store, StoreOptions, Unlock};

    const NFS: u32 = 0x6969;

    #[test]
    fn file_systems_whose_locks_and_syncs_may_lie_are_known() {
        for magic in [
            NFS,
            0x517B,
            0xFF53_4D42,
            0xFE53_4D42,
            0x6573_5546,
            0x0102_1997,
            0x5346_414F,
            0x6B41_4653,
            0x7375_7245,
            0x00C3_6400,
            0x564C,
            0x0BD0_0BD0,
            0x0116_1970,
            0x7461_636F,
            0x786F_4256,
            0xBACB_ACBC,
        ] {
            assert!(remote_name(magic).is_some(), "{magic:#x}");
        }
        // ext4, tmpfs, btrfs, XFS, overlayfs, ZFS, F2FS, SquashFS, exFAT, none.
        for magic in [
            0xEF53,
            0x0102_1994,
            0x9123_683E,
            0x5846_5342,
            0x794C_7630,
            0x2FC1_2FC1,
            0xF2F5_2010,
            0x7371_7368,
            0x2011_BAB0,
            0,
        ] {
            assert_eq!(remote_name(magic), None, "{magic:#x}");
        }
    }

    #[test]
    fn creating_and_opening_on_one_is_refused_unless_it_is_allowed() {
        let (scratch, key) = (Scratch::new(), Unlock::raw_key(&[1; 32]));
        let path = scratch.join("s");
        // Another test may be starting a program, which has a copy of a file that was closed here until it begins.
        let patient = || StoreOptions::new().wait(Duration::from_secs(60));
        let remote = || patient().allow_network_fs(true);
        pretended::set(Some(NFS));
        let error = Store::create(&path, &key).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::FileRefused);
        assert_eq!(scratch.names(), Vec::<String>::new());
        remote().create(&path, &key).unwrap().put("name", "value").unwrap();
        for read_only in [true, false] {
            let error = patient().read_only(read_only).open(&path, &key).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::FileRefused);
            assert!(error.to_string().contains("(NFS)"), "{error}");
            assert!(error.to_string().contains("allow_network_fs"), "{error}");
            remote().read_only(read_only).open(&path, &key).unwrap().get("name").unwrap();
        }
        pretended::set(None);
        patient().open(&path, &key).unwrap().get("name").unwrap();
    }
}
