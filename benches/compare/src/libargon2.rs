//! Argon2id of the reference implementation in C.

/// `argon2_context` of libargon2's argon2.h, version 20190702.
#[repr(C)]
struct Context {
    out: *mut u8,
    out_len: u32,
    password: *mut u8,
    password_len: u32,
    salt: *mut u8,
    salt_len: u32,
    secret: *mut u8,
    secret_len: u32,
    data: *mut u8,
    data_len: u32,
    passes: u32,
    memory_kib: u32,
    lanes: u32,
    threads: u32,
    version: u32,
    allocate: *const std::ffi::c_void,
    free: *const std::ffi::c_void,
    flags: u32,
}

#[link(name = "argon2")]
unsafe extern "C" {
    fn argon2id_ctx(context: *mut Context) -> i32;
}

/// One derivation on one thread, as strongroom does it.
pub(crate) fn derive(memory_kib: u32, passes: u32, lanes: u32) {
    let (mut out, mut password, mut salt) = ([0; 32], *b"correct horse battery staple", [7; 32]);
    let null = std::ptr::null_mut();
    let mut context = Context {
        out: out.as_mut_ptr(),
        out_len: 32,
        password: password.as_mut_ptr(),
        password_len: 28,
        salt: salt.as_mut_ptr(),
        salt_len: 32,
        secret: null,
        secret_len: 0,
        data: null,
        data_len: 0,
        passes,
        memory_kib,
        lanes,
        threads: 1,
        version: 0x13,
        allocate: std::ptr::null(),
        free: std::ptr::null(),
        flags: 0,
    };
    // SAFETY: every pointer is to a buffer of the length beside it, or null with length 0.
    let status = unsafe { argon2id_ctx(&raw mut context) };
    assert_eq!(status, 0, "libargon2 failed");
}
