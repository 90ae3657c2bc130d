//! Key files: read, hashed, made.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use data_encoding::HEXLOWER;
use rustix::fs::{CWD, Mode, OFlags};
use zeroize::Zeroizing;

use crate::crypto::keys::KEY_LEN;
use crate::crypto::mac::{DIGEST_LEN, sha256_secret};
use crate::crypto::random;
use crate::error::{Error, ErrorKind, Result};
use crate::limits::KEY_FILE_LEN_MAX;
use crate::secret::{Plaintext, SecretBytes};

/// The digest that stands for the file at `path`.
pub(super) fn read(path: &Path) -> Result<SecretBytes> {
    let failed = |source| Error::io("read the key file", source);
    let refused = |why| Error::new(ErrorKind::InvalidArgument, why);
    // NONBLOCK: a named pipe put at the path must not hang the host.
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    let mut file =
        rustix::fs::openat(CWD, path, flags, Mode::empty()).map(File::from).map_err(|e| failed(e.into()))?;
    if !file.metadata().map_err(failed)?.is_file() {
        return Err(refused("the key file is not a regular file"));
    }
    // One byte more than allowed, in a buffer that never grows: no copy is left behind unwiped.
    let mut bytes = Plaintext::zeros(KEY_FILE_LEN_MAX + 1);
    let mut len = 0;
    while let Some(rest) = bytes.get_mut(len..).filter(|rest| !rest.is_empty()) {
        match file.read(rest) {
            Ok(0) => break,
            Ok(read) => len += read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(failed(error)),
        }
    }
    match bytes.get(..len) {
        Some([]) => Err(refused("the key file is empty")),
        Some(content) if len <= KEY_FILE_LEN_MAX => Ok(digest(content)),
        _ => Err(refused("a key file is at most 65,536 bytes long")),
    }
}

/// Writes a key file of 32 random bytes in hexadecimal at `path`, where nothing may be yet.
pub(super) fn create(path: &Path) -> Result<SecretBytes> {
    let mut key = Plaintext::zeros(KEY_LEN);
    random::fill(&mut key)?;
    let mut text = Plaintext::zeros(2 * KEY_LEN);
    HEXLOWER.encode_mut(&key, &mut text);
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let failed = |source| Error::io("write the key file", source);
    let mut file = rustix::fs::openat(CWD, path, flags, Mode::RUSR | Mode::WUSR)
        .map(File::from)
        .map_err(|error| failed(error.into()))?;
    // The umask may have taken from the mode. And a store that only this key opens must not outlive it: its name is made
    // durable too.
    let modes = rustix::fs::fchmod(&file, Mode::RUSR | Mode::WUSR).map_err(std::io::Error::from);
    let written = modes.and_then(|()| file.write_all(&text)).and_then(|()| file.sync_all()).and_then(|()| {
        let path = std::path::absolute(path)?;
        File::open(path.parent().unwrap_or(&path))?.sync_all()
    });
    if let Err(error) = written {
        let _ = std::fs::remove_file(path);
        return Err(failed(error));
    }
    Ok(digest(&text))
}

/// `SHA-256("strongroom/1/key-file" | bytes)`. FORMAT 5.1.
fn digest(bytes: &[u8]) -> SecretBytes {
    let mut digest = Zeroizing::new([0; DIGEST_LEN]);
    sha256_secret(&[b"strongroom/1/key-file", bytes], &mut digest);
    digest.as_slice().into()
}
