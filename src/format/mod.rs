//! Bytes to types and back, for everything laid by hand: docs/FORMAT.md is the specification. Pure: no cipher
//! is called and no file is read here.

pub(crate) mod aad;
pub(crate) mod header;
pub(crate) mod layout;
pub(crate) mod slot;
pub(crate) mod superblock;
pub(crate) mod wire;
