//! What each operation of a store does, through the public API alone.

mod floor;
mod hostile;
mod lists;
mod memory;
mod paths;
mod recovery;
mod silence;
mod slots;
mod transactions;
mod unlocking;
mod values;
mod versions;
