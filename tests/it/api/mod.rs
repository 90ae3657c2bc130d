//! What each operation of a store does, through the public API alone.

mod bulk;
mod clocks;
mod copied_clock;
mod copies;
mod floor;
mod histories;
mod hostile;
mod lists;
mod lock;
mod memory;
mod metadata;
mod paths;
mod pins;
mod recovery;
mod rename;
mod replacing;
mod silence;
mod slots;
mod transactions;
mod trash;
mod unlocking;
mod values;
mod versions;
mod walks;
