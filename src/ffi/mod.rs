//! The C interface: convert, one call, write the result. `include/strongroom.h` is generated from this module, so its doc
//! comments are written for callers of C.
//!
//! - [`handle`]: what a handle is, and what a wrong one leads to.
//! - [`guard`]: the way out of every function: a status, an error, never a panic.
//! - [`input`] and [`output`]: pointers and lengths to types, and back.

#![allow(non_camel_case_types, reason = "these are the names C sees")]
#![allow(clippy::missing_safety_doc, reason = "the rules for all pointers stand at the top of the header")]
#![allow(unreachable_pub, reason = "exported to C, not to Rust")]

mod audit;
mod audit_query;
mod block;
mod changes;
mod clock;
mod constants;
mod context;
mod copy;
mod error;
mod event;
mod feed;
mod generate;
mod guard;
mod handle;
mod health;
mod input;
mod items;
mod key;
mod library;
mod list;
mod options;
mod output;
mod page;
mod policy;
mod query;
mod read;
mod room;
mod rotate;
mod secret;
mod sign;
mod slots;
mod store;
mod trash;
mod versions;
mod write;

/// What every fallible function returns: `STRONGROOM_OK` or one of `STRONGROOM_E_…`. Treat an unknown value as a failure.
pub type strongroom_status = i32;
