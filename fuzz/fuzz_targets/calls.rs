//! Calls the C interface in any order, with any handles. The sequence is that of the tests: `tests/c/sequence.h`.
#![no_main]

use std::ffi::{CString, c_char};
use std::os::unix::ffi::OsStrExt;
use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
// The functions that the sequence calls.
use strongroom as _;

unsafe extern "C" {
    fn strongroom_fuzz_sequence(bytes: *const u8, len: usize, folder: *const c_char);
}

fn folder() -> &'static CString {
    static FOLDER: OnceLock<CString> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = strongroom_fuzz::folder("calls");
        CString::new(folder.as_os_str().as_bytes()).expect("a folder has no NUL in its name")
    })
}

fuzz_target!(|bytes: &[u8]| {
    // SAFETY: all three last as long as the call.
    unsafe { strongroom_fuzz_sequence(bytes.as_ptr(), bytes.len(), folder().as_ptr()) }
});
