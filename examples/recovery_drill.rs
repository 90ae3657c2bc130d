//! A recovery drill: proves, before the day it is needed, that a store comes back from its backup with the recovery code.
//!
//! ```text
//! cargo run --example recovery_drill [-- STORE BACKUP]
//! ```
//!
//! With STORE and BACKUP it drills on a store of yours: it asks for the recovery code that was written down, backs the store
//! up to BACKUP, opens the *backup* with the code alone, opens every value in it, and holds it against a pin of the original.
//! The store's passphrase comes from `STRONGROOM_PASSPHRASE`, the code from `STRONGROOM_RECOVERY_CODE`. Without arguments
//! it makes a store in a temporary folder and plays both parts.
//!
//! A backup that was never opened is a hope. So is a recovery code that was never typed.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program says what it does")]

use std::env;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use strongroom::{NewSlot, RecoveryCode, Store, StoreOptions, Unlock};
use zeroize::Zeroizing;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    let arguments: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    let done = match arguments.as_slice() {
        [] => rehearse(),
        [store, backup] => from_environment("STRONGROOM_PASSPHRASE").and_then(|passphrase| {
            let code = from_environment("STRONGROOM_RECOVERY_CODE")?;
            drill(&Store::open(store, Unlock::passphrase(&passphrase))?, backup, &code)
        }),
        _ => {
            eprintln!("usage: recovery_drill [STORE BACKUP]");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("THE DRILL FAILED: {error}");
            ExitCode::FAILURE
        }
    }
}

fn from_environment(name: &str) -> Outcome<Zeroizing<String>> {
    Ok(Zeroizing::new(env::var(name).map_err(|_| format!("give it in {name}"))?))
}

/// The drill: from here on nothing but the backup and the code on paper is used.
fn drill(store: &Store, backup: &Path, typed: &str) -> Outcome<()> {
    // Says at once which group was misread, without a look at any store.
    RecoveryCode::check(typed)?;
    println!("the code was typed without an error");

    let pin = store.pin()?;
    let copied = store.backup(backup)?;
    println!("backed up commit {} in {} bytes", copied.generation, copied.file_len);

    // On the day, the store and its passphrase are gone: this opens the backup, read-only, with the code alone. The pin
    // shows that it is this store's history, and not an older file of the same name.
    let options = StoreOptions::new().read_only(true).pin(pin);
    let restored = options.open(backup, Unlock::recovery_code(typed)?)?;
    let opened = restored.verify()?.opened.ok_or("the verification opened nothing")?;
    println!("opened {} secrets in {} versions from the backup", opened.secrets, opened.versions);

    println!("the drill succeeded; put the code back where it was, and the backup on another medium");
    Ok(())
}

fn rehearse() -> Outcome<()> {
    let folder = env::temp_dir().join(format!("strongroom-drill-{}", std::process::id()));
    std::fs::create_dir(&folder)?;
    let done = rehearse_in(&folder);
    std::fs::remove_dir_all(&folder)?;
    done
}

fn rehearse_in(folder: &Path) -> Outcome<()> {
    let store = Store::create(folder.join("store"), Unlock::passphrase("correct horse battery staple"))?;
    for number in 0..20 {
        store.put(format!("drill/secret-{number}").as_str(), "value")?;
    }
    let (_, code) = store.slots().add_recovery_code_with(NewSlot::new().label("paper in the safe"))?;
    println!("write this down, it is shown once: {}", code.expose());
    drill(&store, &folder.join("backup"), code.expose())
}
