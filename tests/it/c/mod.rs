//! The C interface, the C++ interface over it, and how both are installed. The programs stand in `tests/c` and `tests/cpp`.

mod compile;
mod conformance;
mod desktop;
mod documents;
mod header;
mod install;
mod interface;
mod library;
mod misuse;
mod misuse_table;
mod prototypes;
mod sequence;
mod sequence_table;
mod suite;
mod symbols;
mod wrapper;
