//! Plays scenarios through the Rust interface. Usage: play FOLDER SCENARIO...; stores are made in the folder.
//!
//! What a scenario may say stands in `bindings/conformance/README.md`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test: what does not fit ends it, and it says what it found"
)]

mod arguments;
mod audit;
mod shapes;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use serde_json::{Value, json};
use strongroom::{
    Context, Error, ManualClock, Retention, Secret, SecretRef, Store, StoreOptions, Timestamp, Transaction,
    Unlock, parse_duration,
};

use arguments::Arguments;
use audit::{Listeners, export, on_audit, subscribe};
use shapes::{
    bytes, check, counts, due, generated, hex, info, namespace, rotated, seconds, secret, swept, usage,
    version, written,
};

/// When every scenario begins.
pub(crate) const START: i64 = 1_800_000_000_000;

/// Calls that are the same on a store and on a transaction.
macro_rules! common {
    ($on:expr, $call:expr, $with:expr) => {{
        let (on, with) = ($on, $with);
        match $call {
            "put" => with
                .put()
                .and_then(|put| match with.generator() {
                    Some(how) => on.put_generated(with.path("path"), &how, put),
                    None => on.put_with(with.path("path"), with.value("value"), put),
                })
                .map(written),
            "rotate" => with
                .put()
                .and_then(|put| {
                    let (path, grace) = (with.path("path"), with.duration("grace_seconds")?);
                    match with.generator() {
                        Some(how) => on.rotate_generated(path, &how, grace, put),
                        None => on.rotate_with(path, with.value("value"), grace, put),
                    }
                })
                .map(rotated),
            "accepted" => on.accepted(with.path("path")).map(|all| all.into_iter().map(secret).collect()),
            "verify_any" => on.verify_any(with.path("path"), with.value("candidate")).map(Value::from),
            "revoke_version" => on.revoke_version(with.path("path"), with.version()).map(|one| version(&one)),
            "due" => with
                .duration("within")
                .and_then(|within| on.due(within))
                .map(|found| found.iter().map(due).collect()),
            "sign_payload" => on
                .sign_payload(with.path("path"), with.value("payload"))
                .map(|signature| signature.to_string().into()),
            "verify_payload" => on
                .verify_payload(with.path("path"), with.value("payload"), with.path("signature"))
                .map(check),
            "sign_request" => on
                .sign_request(with.path("path"), with.unix_time(), with.value("body"))
                .map(|signature| signature.to_string().into()),
            "verify_request" => on
                .verify_request(
                    with.path("path"),
                    with.unix_time(),
                    with.value("body"),
                    with.path("signature"),
                )
                .map(check),
            "generate" => generated(&with.generator().unwrap()),
            "parse_duration" => parse_duration(with.path("text")).map(|found| found.as_secs().into()),
            "get" => match with.number("version") {
                None => on.get(with.path("path")).map(secret),
                Some(version) => on.get_version(with.path("path"), version).map(secret),
            },
            "info" => on.info(with.path("path")).map(|found| info(&found)),
            "update" => with
                .update()
                .and_then(|update| on.update(with.path("path"), update))
                .map(|found| info(&found)),
            "versions" => on.versions(with.path("path")).map(|found| found.iter().map(version).collect()),
            "rollback" => on.rollback(with.path("path"), with.version()).map(written),
            "rename" => on.rename(with.path("path"), with.path("to")).map(written),
            "rename_prefix" => on.rename_prefix(with.path("path"), with.path("to")).map(Value::from),
            "delete" => on.delete(with.path("path")).map(|gone| {
                let (deleted, purge) = (seconds(gone.deleted_at), seconds(gone.purge_at));
                json!({"id": gone.id.to_string(), "deleted_at": deleted, "purge_at": purge})
            }),
            "restore" => with.path("secret").parse::<SecretRef>().and_then(|secret| match with.text("to") {
                None => on.restore(secret).map(written),
                Some(to) => on.restore_to(secret, to).map(written),
            }),
            "destroy" => {
                with.path("secret").parse::<SecretRef>().and_then(|secret| on.destroy(secret)).map(Value::from)
            }
            "delete_version" => on.delete_version(with.path("path"), with.version()).map(|one| version(&one)),
            "restore_version" => on.restore_version(with.path("path"), with.version()).map(|one| version(&one)),
            "destroy_version" => on.destroy_version(with.path("path"), with.version()).map(|one| version(&one)),
            "list" => with.query().and_then(|query| on.list(query)).map(|page| {
                json!({
                    "items": page.items().iter().map(info).collect::<Vec<_>>(),
                    "namespaces": page.namespaces().iter().map(namespace).collect::<Vec<_>>(),
                    "next_cursor": page.next_cursor().map(|cursor| cursor.as_str()),
                    "has_more": page.has_more(),
                    "total": page.total(),
                })
            }),
            "get_many" => on.get_many(with.paths()).map(|found| {
                let one = |found: Result<Secret, Error>| {
                    found.map_or_else(|error| json!({"error": error.kind().name()}), secret)
                };
                found.into_iter().map(one).collect()
            }),
            "matches" => on.matches(with.path("path"), with.value("candidate")).map(Value::from),
            "namespaces" => match with.text("under") {
                None => on.namespaces(),
                Some(under) => on.namespaces_under(under),
            }
            .map(|found| found.iter().map(namespace).collect()),
            "tag_keys" => on.tag_keys().map(counts),
            "tag_values" => on.tag_values(with.path("key")).map(counts),
            "sweep" => on.sweep(with.sweep()).map(swept),
            "stats" => match with.text("under") {
                None => on.stats(),
                Some(under) => on.stats_under(under),
            }
            .map(|found| json!({"live": usage(found.live), "trash": usage(found.trash)})),
            other => panic!("no such call: {other}"),
        }
    }};
}

/// A scenario under way.
struct Play {
    path: PathBuf,
    clock: ManualClock,
    /// What names of the scenario stand for.
    names: BTreeMap<String, Value>,
    /// What the calls under way say of themselves.
    said: Context,
    listeners: Listeners,
    exports: u32,
}

impl Play {
    fn options(&self) -> StoreOptions {
        StoreOptions::new().clock(&self.clock)
    }

    fn step(&mut self, store: &mut Option<Store>, step: &Value) -> Result<(), String> {
        let with = self.arguments(step);
        let outcome = match step["call"].as_str().unwrap() {
            "reopen" => {
                store.take().unwrap().close().unwrap();
                *store = Some(self.options().open(&self.path, key()).unwrap());
                Ok(Value::Null)
            }
            "advance" => {
                self.clock.advance(Duration::from_secs(with.number("seconds").unwrap()));
                Ok(Value::Null)
            }
            "transaction" => self.transaction(store.as_ref().unwrap(), step),
            "with" => self.with(store.as_ref().unwrap(), &with, step),
            call => self.call(store.as_ref().unwrap(), call, &with),
        };
        self.judge(step, outcome)
    }

    fn call(&mut self, store: &Store, call: &str, with: &Arguments) -> Result<Value, Error> {
        match call {
            "subscribe" => {
                let listener = subscribe(store, with)?;
                self.listeners.insert(with.path("name").to_owned(), listener);
                Ok(Value::Null)
            }
            "told" => {
                let told = &self.listeners[with.path("name")].1;
                Ok(std::mem::take(&mut *told.lock().unwrap()).into())
            }
            "unsubscribe" => {
                self.listeners.remove(with.path("name")).unwrap().0.close();
                Ok(Value::Null)
            }
            "audit_export" => {
                self.exports += 1;
                export(store, &self.path.with_extension(format!("{}.jsonl", self.exports)))
            }
            call => match with.text("idempotency_key") {
                None => on_store(store, call, with),
                Some(key) => {
                    let once = store.with(self.said.clone().idempotency_key(key))?;
                    let mut found = on_store(&once, call, with)?;
                    if let Some(members) = found.as_object_mut() {
                        members.insert("replayed".to_owned(), once.was_replayed().into());
                    }
                    once.close()?;
                    Ok(found)
                }
            },
        }
    }

    fn transaction(&mut self, store: &Store, step: &Value) -> Result<Value, Error> {
        let mut fault = Ok(());
        let done = store.transaction(|tx| {
            for step in step["steps"].as_array().unwrap() {
                let with = self.arguments(step);
                let outcome = match step["call"].as_str().unwrap() {
                    "begin_again" => store.put("begin-again", "x").map(written),
                    call => on_transaction(tx, call, &with),
                };
                fault = self.judge(step, outcome);
                if fault.is_err() {
                    break;
                }
            }
            if step["commit"] == true {
                Ok(Value::Null)
            } else {
                tx.get("none/whatever/rolls/back").map(secret)
            }
        });
        fault.unwrap();
        if step["commit"] == true { done } else { Ok(Value::Null) }
    }

    /// Plays steps whose calls say something of themselves.
    fn with(&mut self, store: &Store, with: &Arguments, step: &Value) -> Result<Value, Error> {
        let same = store.with(with.context())?;
        self.said = with.context();
        for step in step["steps"].as_array().unwrap() {
            let with = self.arguments(step);
            let outcome = self.call(&same, step["call"].as_str().unwrap(), &with);
            self.judge(step, outcome).unwrap();
        }
        self.said = Context::new();
        same.close().map(Value::from)
    }

    fn judge(&mut self, step: &Value, outcome: Result<Value, Error>) -> Result<(), String> {
        match (outcome, step.get("fails").and_then(Value::as_str)) {
            (Ok(found), None) => self.matches(step.get("gives").unwrap_or(&json!({})), &found),
            (Err(error), Some(expected)) if error.kind().name() == expected => Ok(()),
            (Ok(found), Some(expected)) => Err(format!("{expected} was expected, and it gave {found}")),
            (Err(error), _) => Err(format!("{}: {error}", error.kind().name())),
        }
    }

    fn matches(&mut self, pattern: &Value, found: &Value) -> Result<(), String> {
        let differs = || Err(format!("{pattern} was expected, and it gave {found}"));
        match (pattern, found) {
            (Value::String(name), found) if name.starts_with('$') => {
                let known = self.names.entry(name.clone()).or_insert_with(|| found.clone());
                if known == found { Ok(()) } else { differs() }
            }
            (pattern, Value::Object(value)) if value.len() == 1 && value.contains_key("hex") => {
                if hex(&bytes(pattern)) == *found { Ok(()) } else { differs() }
            }
            (Value::Object(pattern), _) if pattern.is_empty() => Ok(()),
            (Value::Object(members), Value::Object(values)) => {
                members.iter().try_for_each(|(name, member)| match values.get(name) {
                    // A whole map is compared, because what is left out of it must not be there.
                    Some(value) if name == "tags" && member != value => differs(),
                    Some(value) => self.matches(member, value).map_err(|fault| format!("{name}: {fault}")),
                    None => Err(format!("{name} is missing in {found}")),
                })
            }
            (Value::Array(items), Value::Array(values)) if items.len() == values.len() => {
                items.iter().zip(values).try_for_each(|(item, value)| self.matches(item, value))
            }
            (pattern, found) if pattern == found => Ok(()),
            _ => differs(),
        }
    }

    fn arguments(&self, step: &Value) -> Arguments {
        let named = |value: &Value| match value.as_str() {
            Some(name) if name.starts_with('$') => self.names[name].clone(),
            _ => value.clone(),
        };
        let with = step.get("with").and_then(Value::as_object).into_iter().flatten();
        Arguments(with.map(|(name, value)| (name.clone(), named(value))).collect())
    }
}

fn key() -> Unlock {
    Unlock::raw_key(&[7; 32])
}

fn on_transaction(tx: &mut Transaction<'_, '_>, call: &str, with: &Arguments) -> Result<Value, Error> {
    common!(tx, call, with)
}

fn on_store(store: &Store, call: &str, with: &Arguments) -> Result<Value, Error> {
    let policy = store.policy();
    let keeps =
        |kept: Retention| json!({"max_versions": kept.max_versions(), "trash_days": kept.trash_days()});
    match call {
        "verify" => store.verify().map(|report| {
            let found = report.opened.unwrap();
            json!({
                "secrets": found.secrets, "trashed": found.trashed,
                "versions": found.versions, "events": found.events,
            })
        }),
        "environment" => store.environment().map(|environment| environment.as_str().into()),
        "lock" => store.lock().map(Value::from),
        "unlock" => store.unlock(key()).map(Value::from),
        "policy_at" => policy.retention_at(with.path("path")).map(keeps),
        "policy_get" => match with.text("under") {
            None => policy.retention(),
            Some(under) => policy.retention_under(under),
        }
        .map(keeps),
        "policy_set" => store.transaction(|tx| set_policy(tx, with)).map(Value::from),
        call => match on_audit(store, call, with) {
            Some(found) => found,
            None => common!(store, call, with),
        },
    }
}

fn set_policy(tx: &mut Transaction<'_, '_>, with: &Arguments) -> Result<(), Error> {
    let under = with.text("under");
    let mut kept = match under {
        None => tx.retention()?,
        Some(under) => tx.retention_under(under)?,
    };
    if let Some(versions) = with.inherited::<u32>("max_versions") {
        kept = kept.keep_versions(versions);
    }
    if let Some(days) = with.inherited::<u16>("trash_days") {
        kept = kept.keep_trash_days(days);
    }
    match under {
        None => tx.set_retention(kept),
        Some(under) => tx.set_retention_under(under, kept),
    }
}

/// Plays a scenario in `folder`: in the store that it names, which stays, or in one of its own.
fn play(folder: &Path, own: &str, scenario: &Value) -> Result<(), String> {
    let options = &scenario["options"];
    let name = options["store"].as_str().unwrap_or(own);
    let mut play = Play {
        path: folder.join(format!("{name}.strongroom")),
        clock: ManualClock::start(Timestamp::from_millis(START)),
        names: BTreeMap::new(),
        said: Context::new(),
        listeners: Listeners::new(),
        exports: 0,
    };
    let environment = options["environment"].as_str().unwrap_or("live").parse().unwrap();
    let mut store = Some(if play.path.exists() {
        play.options().open(&play.path, key()).map_err(|error| error.to_string())?
    } else {
        play.options()
            .environment(environment)
            .create(&play.path, key())
            .map_err(|error| error.to_string())?
    });
    for (number, step) in scenario["steps"].as_array().unwrap().iter().enumerate() {
        play.step(&mut store, step).map_err(|fault| format!("step {number}, {step}: {fault}"))?;
    }
    let store = store.unwrap();
    store.verify().map_err(|error| error.to_string())?;
    store.close().map_err(|error| error.to_string())
}

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(folder), files) = (arguments.next(), arguments.collect::<Vec<_>>()) else {
        eprintln!("usage: play FOLDER SCENARIO...");
        return ExitCode::from(2);
    };
    let mut passed = 0;
    for (number, file) in files.iter().enumerate() {
        let scenario = serde_json::from_slice(&std::fs::read(file).expect("a scenario is there")).unwrap();
        match play(&folder, &format!("{number}"), &scenario) {
            Ok(()) => passed += 1,
            Err(fault) => eprintln!("{}: {fault}", file.display()),
        }
    }
    println!("{passed} of {} scenarios", files.len());
    if passed == files.len() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
