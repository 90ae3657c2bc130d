//! The C interface.

mod header;
