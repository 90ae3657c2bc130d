//! Another static library in Rust, with a standard library of its own, that panics and catches it.

use std::collections::HashMap;

/// 1 if the panic was caught, and a thread came back.
#[unsafe(no_mangle)]
pub extern "C" fn other_catches() -> i32 {
    let mut found: HashMap<&str, i32> = HashMap::new();
    found.insert("thread", std::thread::spawn(|| 1).join().unwrap_or(0));
    let caught = std::panic::catch_unwind(|| if std::env::args().count() < 100 { panic!("the other one's") });
    i32::from(caught.is_err() && found["thread"] == 1)
}
