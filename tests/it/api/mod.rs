//! What each operation of a store does, through the public API alone.

mod copied_clock;
mod copies;
mod floor;
mod histories;
mod hostile;
mod lists;
mod lock;
mod memory;
mod paths;
mod pins;
mod recovery;
mod replacing;
mod silence;
mod slots;
mod transactions;
mod unlocking;
mod values;
mod versions;
