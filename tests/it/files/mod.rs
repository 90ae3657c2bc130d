//! The file among other processes: locks, permissions, names, and what the operating system is asked to do.

mod after_kill;
mod creation;
mod health;
mod key_files;
mod locks;
mod permissions;
pub(crate) mod remote;
mod replaced;
mod shared;
mod strays;
mod syscalls;
