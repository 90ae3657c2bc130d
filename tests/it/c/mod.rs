//! The C interface.

mod conformance;
mod header;
mod library;
mod symbols;
