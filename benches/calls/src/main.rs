//! What a call through the C interface costs beyond the same call in Rust. Both take turns, on the same store in one process.

use std::ffi::c_char;
use std::hint::black_box;
use std::ptr;
use std::time::Instant;

use strongroom::Store;

/// As `include/strongroom.h` declares it.
#[repr(C)]
struct Opaque {
    _private: [u8; 0],
}

unsafe extern "C" {
    fn strongroom_in_memory(options: *const Opaque, store: *mut *mut Opaque, error: *mut *mut Opaque) -> i32;
    fn strongroom_put(
        store: *mut Opaque,
        path: *const c_char,
        path_len: usize,
        value: *const u8,
        value_len: usize,
        changes: *const Opaque,
        written: *mut Opaque,
        error: *mut *mut Opaque,
    ) -> i32;
    fn strongroom_get_into(
        store: *const Opaque,
        path: *const c_char,
        path_len: usize,
        version: u64,
        buffer: *mut u8,
        buffer_len: usize,
        value_len: *mut usize,
        error: *mut *mut Opaque,
    ) -> i32;
    fn strongroom_close(store: *mut *mut Opaque, error: *mut *mut Opaque) -> i32;
}

const PATH: &str = "production/team-07/service-0042/api-key";
const VALUE: [u8; 64] = [7; 64];
const ROUNDS: usize = 200;
const CALLS: u32 = 1_000;

/// Nanoseconds of one call.
fn timed(mut call: impl FnMut()) -> f64 {
    let start = Instant::now();
    for _ in 0..CALLS {
        call();
    }
    start.elapsed().as_secs_f64() * 1e9 / f64::from(CALLS)
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn main() {
    let store = Store::in_memory().expect("a store in memory");
    store.put(PATH, VALUE).expect("a put");
    let mut handle: *mut Opaque = ptr::null_mut();
    let path = PATH.as_ptr().cast();
    // SAFETY: as the header asks for; all pointers are valid or NULL where that is allowed.
    unsafe {
        assert_eq!(strongroom_in_memory(ptr::null(), &mut handle, ptr::null_mut()), 0);
        let (changes, written) = (ptr::null(), ptr::null_mut());
        let put = strongroom_put(
            handle,
            path,
            PATH.len(),
            VALUE.as_ptr(),
            VALUE.len(),
            changes,
            written,
            ptr::null_mut(),
        );
        assert_eq!(put, 0);
    }
    let (mut rust, mut c) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let in_rust = timed(|| drop(black_box(store.get(black_box(PATH)).expect("the secret"))));
        let in_c = timed(|| {
            let (mut buffer, mut len) = ([0; 64], 0);
            // SAFETY: as above.
            let status = unsafe {
                strongroom_get_into(
                    black_box(handle),
                    path,
                    PATH.len(),
                    0,
                    buffer.as_mut_ptr(),
                    buffer.len(),
                    &mut len,
                    ptr::null_mut(),
                )
            };
            assert_eq!((status, len), (0, 64));
            black_box(buffer);
        });
        // The first round only warms up.
        if round > 0 {
            rust.push(in_rust);
            c.push(in_c);
        }
    }
    // SAFETY: as above.
    assert_eq!(unsafe { strongroom_close(&mut handle, ptr::null_mut()) }, 0);
    let (rust, c) = (median(rust), median(c));
    println!("| get of 64 B, medians of {ROUNDS} rounds | ns |\n|---|---:|");
    println!("| in Rust | {rust:.0} |\n| through C | {c:.0} |\n| beyond | {:.0} |", c - rust);
}
