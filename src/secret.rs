//! Bytes that are wiped when they are dropped.

use std::ops::{Deref, DerefMut, Range};

use zeroize::{Zeroizing, optimization_barrier};

/// Secret bytes: wiped on drop, never printed, never compared, never copied by accident.
///
/// [`expose`](Self::expose) is the only way in, so a search for it is an audit. Copies the caller makes of what
/// it returns are the caller's to wipe.
///
/// ```compile_fail,E0277
/// println!("{:?}", strongroom::SecretBytes::from("value"));
/// ```
/// ```compile_fail,E0277
/// println!("{}", strongroom::SecretBytes::from("value"));
/// ```
/// ```compile_fail,E0599
/// let twice = strongroom::SecretBytes::from("value").clone();
/// ```
/// ```compile_fail,E0369
/// use strongroom::SecretBytes;
/// assert!(SecretBytes::from("one") == SecretBytes::from("one"));
/// ```
pub struct SecretBytes {
    bytes: Plaintext,
    /// Where among them: what stands beside a value is wiped with it, and need not be cut off by a copy.
    place: Range<usize>,
}

impl SecretBytes {
    /// The bytes, borrowed.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        self.bytes.get(self.place.clone()).unwrap_or_default()
    }

    /// The number of bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.expose().len()
    }

    /// Whether there are no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.expose().is_empty()
    }
}

impl From<&[u8]> for SecretBytes {
    fn from(bytes: &[u8]) -> Self {
        Plaintext::from(bytes.to_vec()).into()
    }
}

impl From<&str> for SecretBytes {
    fn from(text: &str) -> Self {
        text.as_bytes().into()
    }
}

impl From<Zeroizing<Vec<u8>>> for SecretBytes {
    fn from(bytes: Zeroizing<Vec<u8>>) -> Self {
        bytes.as_slice().into()
    }
}

impl From<Plaintext> for SecretBytes {
    fn from(bytes: Plaintext) -> Self {
        let place = 0..bytes.len();
        Self { bytes, place }
    }
}

impl AsRef<[u8]> for SecretBytes {
    fn as_ref(&self) -> &[u8] {
        self.expose()
    }
}

/// Secret bytes on their way: wiped on drop, and of one length for good, so that growing leaves no copy behind.
pub(crate) struct Plaintext(Vec<u8>);

impl Plaintext {
    pub(crate) fn zeros(len: usize) -> Self {
        Self(vec![0; len])
    }

    /// What stands at `place`; nothing if that is not inside.
    pub(crate) fn narrowed(self, place: Range<usize>) -> SecretBytes {
        SecretBytes { bytes: self, place }
    }
}

impl Drop for Plaintext {
    fn drop(&mut self) {
        // In one sweep over all there is room for: a write of its own for each byte takes longer than opening a value.
        self.0.clear();
        self.0.resize(self.0.capacity(), 0);
        optimization_barrier(self.0.as_slice());
    }
}

impl From<Vec<u8>> for Plaintext {
    /// Takes over a buffer that never grew.
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl Deref for Plaintext {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl DerefMut for Plaintext {
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }
}
