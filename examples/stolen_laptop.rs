//! After a laptop was stolen: which of changing the passphrase, rekeying and replacing the secrets helps against what.
//!
//! ```text
//! cargo run --example stolen_laptop
//! ```
//!
//! It plays the thief. The thief has the file as it was on the laptop, and one day learns the passphrase of that day, from a
//! camera, a note, or a guess that came true. The owner has another copy of the store, on another machine, and acts.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program says what it does")]

use std::env;
use std::error::Error;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::ExitCode;

use strongroom::{ErrorKind, KdfCost, Store, StoreOptions, Unlock};

const OLD: &str = "the passphrase of that day";
const NEW: &str = "the passphrase since then";

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    let folder = env::temp_dir().join(format!("strongroom-laptop-{}", std::process::id()));
    let done = fs::create_dir(&folder).map_err(Into::into).and_then(|()| play(&folder));
    let _ = fs::remove_dir_all(&folder);
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn play(folder: &Path) -> Outcome<()> {
    let (ours, stolen) = (folder.join("ours"), folder.join("stolen"));
    // The least cost there is, so that the play is short. A real store keeps the default.
    let store = StoreOptions::new().kdf_cost(KdfCost::EDGE).create(&ours, Unlock::passphrase(OLD))?;
    store.put("bank/token", "token of the first day")?;
    store.close()?;
    take(&ours, &stolen)?;

    println!("1. Change the passphrase: seconds, and the header only.");
    let store = Store::open(&ours, Unlock::passphrase(OLD))?;
    store.slots().change_passphrase(Unlock::passphrase(OLD), Unlock::passphrase(NEW))?;
    store.close()?;
    show("our file with the old passphrase", &ours, OLD)?;
    show("the stolen file with the old passphrase", &stolen, OLD)?;
    println!("   It helps if somebody may have seen the passphrase and has no copy of the file.");
    println!(
        "   The thief has one: for that copy nothing has changed, and with its master key every later copy opens.\n"
    );

    println!("2. Rekey: the whole file anew, under keys that the thief never had.");
    let store = Store::open(&ours, Unlock::passphrase(NEW))?;
    store.rekey(Unlock::passphrase(NEW))?;
    store.put("bank/pin", "written after the theft")?;
    store.close()?;
    show("the stolen file with the old passphrase", &stolen, OLD)?;
    println!(
        "   It protects whatever is written from now on, even if the thief gets at the file again and again."
    );
    println!("   What was in the stolen copy is still in it.\n");

    println!(
        "3. Replace the secrets themselves, where they are used. Only this takes from the thief what he has."
    );
    let store = Store::open(&ours, Unlock::passphrase(NEW))?;
    store.put("bank/token", "token of today, and the bank has revoked the first")?;
    let token = store.get("bank/token")?;
    println!(
        "   our token is at version {}; the thief has version 1, which opens nothing any more",
        token.version()
    );
    println!("\nSo: rekey first, then replace every secret that was in the file, the most valuable first.");
    Ok(store.close()?)
}

/// The thief's copy.
fn take(from: &Path, to: &Path) -> Outcome<()> {
    fs::copy(from, to)?;
    Ok(fs::set_permissions(to, fs::Permissions::from_mode(0o600))?)
}

fn show(what: &str, path: &Path, passphrase: &str) -> Outcome<()> {
    match Store::open(path, Unlock::passphrase(passphrase)) {
        Ok(store) => println!("   {what}: opens, {} bytes of token", store.get("bank/token")?.value().len()),
        Err(error) if error.kind() == ErrorKind::WrongKey => println!("   {what}: refused, {error}"),
        Err(error) => return Err(error.into()),
    }
    Ok(())
}
