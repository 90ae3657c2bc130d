//! The file among other processes: locks, permissions, names, and what the operating system is asked to do.

mod creation;
mod locks;
mod permissions;
mod replaced;
mod syscalls;
