//! The C interface.

mod compile;
mod conformance;
mod header;
mod library;
mod misuse;
mod misuse_table;
mod prototypes;
mod suite;
mod symbols;
