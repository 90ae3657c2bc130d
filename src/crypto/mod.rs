//! Seal and open, wrap and derive: knows no file, row or time.
//!
//! ```text
//! passphrase (NFC) -> Argon2id(salt, m, t, p) --+
//! key file (any file up to 64 KiB, hashed)      +-- HKDF-Extract(slot salt) -> slot PRK
//! raw key 32 bytes                              |        +- Expand slot-commit -> commitment (compared first)
//! recovery code 256 bit ------------------------+        +- Expand slot-wrap   -> KEK
//!
//! KEK unwraps MK (32 random bytes, the same for every owner slot)
//! MK -> HKDF-Extract(store id || epoch)
//!       +- FK file key      -> header MAC (first), superblock, block, cursor
//!       +- AK authority key -> header MAC (second), idempotency
//!       +- VK value root    -> one derivation per path segment -> key of that path
//! ```

pub(crate) mod aead;
#[expect(unsafe_code, reason = "memory with protections comes from the operating system only")]
pub(crate) mod arena;
pub(crate) mod derive;
pub(crate) mod draws;
pub(crate) mod kdf;
pub(crate) mod keys;
pub(crate) mod mac;
pub(crate) mod random;
pub(crate) mod stack;

#[cfg(test)]
mod vectors;
