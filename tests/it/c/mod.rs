//! The C interface.

mod header;
mod library;
mod misuse;
mod misuse_table;
mod prototypes;
