//! What a secret, a version and an event are: pure types, and their encoding.

pub(crate) mod audit;
pub(crate) mod audit_head;
pub(crate) mod codec;
pub(crate) mod context;
pub(crate) mod duration;
pub(crate) mod environment;
pub(crate) mod event_id;
pub(crate) mod event_kind;
pub(crate) mod event_list;
pub(crate) mod expiry;
pub(crate) mod id;
pub(crate) mod idempotency;
pub(crate) mod path;
pub(crate) mod path_list;
pub(crate) mod pin;
pub(crate) mod policy;
pub(crate) mod secret;
pub(crate) mod signature;
pub(crate) mod slot;
pub(crate) mod tag;
pub(crate) mod text;
pub(crate) mod tier;
pub(crate) mod value;
pub(crate) mod version;
