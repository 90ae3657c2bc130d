//! Generated values.

use std::ffi::c_char;
use std::time::Duration;

use super::changes::{of_put, strongroom_changes};
use super::constants::*;
use super::error::{free, strongroom_error};
use super::guard::guard;
use super::handle::{self, Kind, Lock, Object};
use super::input::{invalid, secret_path, text};
use super::output::{out, out_handle};
use super::rotate::{self, strongroom_rotated};
use super::secret::{Owned, strongroom_secret};
use super::store::{on, strongroom_store};
use super::strongroom_status;
use super::write::{self, check, strongroom_written};
use crate::{Generator, Result, TokenEncoding};

/// How a value is made that nobody has to think of: a password, a token or a passphrase. One object may serve many calls.
pub struct strongroom_generator {
    _private: (),
}

pub(super) struct Recipe(Lock<Generator>);

impl Object for Recipe {
    type Opaque = strongroom_generator;
    const KIND: Kind = Kind::Generator;
}

fn recipe(generator: *const strongroom_generator) -> Result<Generator> {
    let recipe = handle::get::<Recipe>(generator)?;
    let recipe = recipe.0.lock()?;
    Ok(recipe.clone())
}

/// Gives a generator to the caller.
unsafe fn give(
    generator: *mut *mut strongroom_generator,
    error: *mut *mut strongroom_error,
    made: Generator,
) -> strongroom_status {
    // SAFETY: as the caller promises.
    unsafe { guard(error, || out_handle("generator", generator)?.give(Recipe(Lock::new(made)))) }
}

/// Adds to a generator, which stays as it was if that fails.
unsafe fn add(
    generator: *mut strongroom_generator,
    error: *mut *mut strongroom_error,
    add: impl FnOnce(Generator) -> Result<Generator>,
) -> strongroom_status {
    let work = || {
        let recipe = handle::get::<Recipe>(generator)?;
        let mut recipe = recipe.0.lock()?;
        *recipe = add(recipe.clone())?;
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { guard(error, work) }
}

/// Passwords of so many characters, 1 to 1,024: letters in lower and upper case, digits and signs of ASCII.
///
/// Ownership: `*generator` is the caller's, to free with strongroom_generator_free.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT; a number that breaks a rule is refused when it is used.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_generator_password(
    length: u32,
    generator: *mut *mut strongroom_generator,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe { give(generator, error, Generator::password(length)) }
}

/// Tokens of so many random bytes, 16 to 1,024, written in base64url.
///
/// Ownership: `*generator` is the caller's, to free with strongroom_generator_free.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT; a number that breaks a rule is refused when it is used.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_generator_token(
    bytes: u32,
    generator: *mut *mut strongroom_generator,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe { give(generator, error, Generator::token(bytes)) }
}

/// Passphrases of so many words, 3 to 64, of the 7,776 of the EFF's large list, with a "-" between them.
///
/// Ownership: `*generator` is the caller's, to free with strongroom_generator_free.
/// Thread safety: any thread.
/// Errors: INVALID_ARGUMENT; a number that breaks a rule is refused when it is used.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_generator_passphrase(
    words: u32,
    generator: *mut *mut strongroom_generator,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe { give(generator, error, Generator::passphrase(words)) }
}

/// Which characters passwords have: a sum of STRONGROOM_CHARACTERS_…, instead of STRONGROOM_CHARACTERS_ALL.
///
/// Ownership: borrows `generator`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT of another number; of a generator that makes no passwords when it is used.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_generator_characters(
    generator: *mut strongroom_generator,
    characters: u32,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    const KNOWN: u32 =
        STRONGROOM_CHARACTERS_ALL | STRONGROOM_CHARACTERS_NO_LOOK_ALIKES | STRONGROOM_CHARACTERS_EACH_CLASS;
    // SAFETY: as the top of the header says of pointers.
    unsafe {
        add(generator, error, |generator| {
            if characters & !KNOWN != 0 {
                return Err(invalid(format!("{characters} is no sum of STRONGROOM_CHARACTERS_…")));
            }
            let has = |bit: u32| characters & bit != 0;
            Ok(generator
                .lower(has(STRONGROOM_CHARACTERS_LOWER))
                .upper(has(STRONGROOM_CHARACTERS_UPPER))
                .digits(has(STRONGROOM_CHARACTERS_DIGITS))
                .symbols(has(STRONGROOM_CHARACTERS_SYMBOLS))
                .look_alikes(!has(STRONGROOM_CHARACTERS_NO_LOOK_ALIKES))
                .each_class(has(STRONGROOM_CHARACTERS_EACH_CLASS)))
        })
    }
}

/// How tokens are written: STRONGROOM_ENCODING_BASE64URL, _BASE32, _HEX or _RAW.
///
/// Ownership: borrows `generator`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT of another number; of a generator that makes no tokens when it is used.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_generator_encoding(
    generator: *mut strongroom_generator,
    encoding: u32,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe {
        add(generator, error, |generator| {
            let encoding = match encoding {
                STRONGROOM_ENCODING_BASE64URL => TokenEncoding::Base64Url,
                STRONGROOM_ENCODING_BASE32 => TokenEncoding::Base32,
                STRONGROOM_ENCODING_HEX => TokenEncoding::Hex,
                STRONGROOM_ENCODING_RAW => TokenEncoding::Raw,
                _ => return Err(invalid(format!("{encoding} is no STRONGROOM_ENCODING_…"))),
            };
            Ok(generator.encoding(encoding))
        })
    }
}

/// What stands between the words of passphrases: one character.
///
/// Ownership: borrows `generator` and `separator`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT of another text than one character; of a generator that makes no passphrases when it is used.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_generator_separator(
    generator: *mut strongroom_generator,
    separator: *const c_char,
    separator_len: usize,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    // SAFETY: as the top of the header says of pointers.
    unsafe {
        add(generator, error, |generator| {
            let mut letters = text("the separator", separator, separator_len)?.chars();
            match (letters.next(), letters.next()) {
                (Some(separator), None) => Ok(generator.separator(separator)),
                _ => Err(invalid("a separator is one character")),
            }
        })
    }
}

/// How many bits of entropy a value has that is made so: how hard it is to guess.
///
/// Ownership: borrows `generator`; writes `*bits`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_generator_entropy_bits(
    generator: *const strongroom_generator,
    bits: *mut f64,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        unsafe { out("bits", bits) }?.write(recipe(generator)?.entropy_bits()?);
        Ok(())
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// Makes a value, of no secret yet.
///
/// Ownership: borrows `generator`. `*secret` is the caller's, to free with strongroom_secret_free.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED, INVALID_ARGUMENT, RANDOM_FAILED.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_generate(
    generator: *const strongroom_generator,
    secret: *mut *mut strongroom_secret,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        let secret = unsafe { out_handle("secret", secret) }?;
        secret.give(Owned::bytes(recipe(generator)?.generate()?))
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// As strongroom_put, of a value that is made for it: nobody sees it before it is read.
///
/// Ownership: borrows `store`, `path`, `generator` and `changes`, which may be NULL; writes `*written`, unless that is NULL.
/// Thread safety: any thread.
/// Errors: as strongroom_put and strongroom_generate.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_put_generated(
    store: *mut strongroom_store,
    path: *const c_char,
    path_len: usize,
    generator: *const strongroom_generator,
    changes: *const strongroom_changes,
    written: *mut strongroom_written,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        unsafe { check("written", written) }?;
        // SAFETY: as above.
        let path = unsafe { secret_path(path, path_len) }?;
        let (generator, put) = (recipe(generator)?, of_put(changes)?);
        let what = on!(store, |on| on.put_generated(path, &generator, &put))?;
        // SAFETY: as above.
        unsafe { write::tell(written, &what) }
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// As strongroom_rotate, to a value that is made for it: nobody sees it before it is read.
///
/// Ownership: borrows `store`, `path`, `generator` and `changes`, which may be NULL; writes `*rotated`, unless that is NULL.
/// Thread safety: any thread.
/// Errors: as strongroom_rotate and strongroom_generate.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strongroom_rotate_generated(
    store: *mut strongroom_store,
    path: *const c_char,
    path_len: usize,
    generator: *const strongroom_generator,
    grace_seconds: u64,
    changes: *const strongroom_changes,
    rotated: *mut strongroom_rotated,
    error: *mut *mut strongroom_error,
) -> strongroom_status {
    let work = || {
        // SAFETY: as the top of the header says of pointers.
        unsafe { check("rotated", rotated) }?;
        // SAFETY: as above.
        let path = unsafe { secret_path(path, path_len) }?;
        let (generator, put) = (recipe(generator)?, of_put(changes)?);
        let grace = Duration::from_secs(grace_seconds);
        let what = on!(store, |on| on.rotate_generated(path, &generator, grace, &put))?;
        // SAFETY: as above.
        unsafe { rotate::tell(rotated, &what) }
    };
    // SAFETY: as above.
    unsafe { guard(error, work) }
}

/// Frees a generator. NULL is fine.
///
/// Ownership: takes `generator`.
/// Thread safety: any thread.
/// Errors: BAD_HANDLE, CLOSED.
#[unsafe(no_mangle)]
pub extern "C" fn strongroom_generator_free(generator: *mut strongroom_generator) -> strongroom_status {
    free::<Recipe>(generator)
}
