//! Calls about the audit log, and about what happens as it does.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use strongroom::{
    AuditEvent, AuditHead, AuditPolicy, AuditQuery, AuditReads, Error, EventFilter, PinCheck, Store,
    Subscription, Tier,
};

use super::START;
use super::arguments::{Arguments, time_at};

/// Subscriptions that are under way, by name, with what they were told of and nobody asked for yet.
pub(super) type Listeners = BTreeMap<String, Listener>;

/// A subscription, and what it was told of.
type Listener = (Subscription, Arc<Mutex<Vec<Value>>>);

pub(super) fn event(event: &AuditEvent) -> Value {
    let labels: serde_json::Map<String, Value> =
        event.labels().iter().map(|(key, value)| (key.to_owned(), value.into())).collect();
    let millis = event.time().as_millis() - START;
    json!({
        "sequence": event.sequence(),
        "id": event.id().to_string(),
        "kind": event.kind().name(),
        "path": event.path(),
        "secret_id": event.secret_id().map(|id| id.to_string()),
        "slot_id": event.slot_id().map(|id| id.to_string()),
        "actor": event.actor().map(|actor| actor.to_string()),
        "reason": event.reason(),
        "request_id": event.request_id(),
        "labels": labels,
        "version": event.version(),
        "time": if millis % 1000 == 0 { json!(millis / 1000) } else { json!(Duration::from_millis(millis.unsigned_abs()).as_secs_f64()) },
        "count": event.count(),
        "error": event.error().map(|kind| kind.name()),
        "durable": event.is_durable(),
    })
}

fn events(found: &[AuditEvent]) -> Value {
    found.iter().map(event).collect()
}

fn query(with: &Arguments) -> Result<AuditQuery, Error> {
    let mut query = with.names("kinds").fold(AuditQuery::all(), |query, kind| query.kind(kind));
    if let Some(under) = with.text("under") {
        query = query.under(under);
    }
    if let Some(actor) = with.text("actor") {
        query = query.actor(actor.parse()?);
    }
    if let Some(secret) = with.text("secret") {
        query = query.secret(secret.parse()?);
    }
    if let Some(id) = with.text("request_id") {
        query = query.request_id(id);
    }
    if let Some(since) = with.0.get("since").and_then(Value::as_i64) {
        query = query.since(time_at(since));
    }
    if let Some(until) = with.0.get("until").and_then(Value::as_i64) {
        query = query.until(time_at(until));
    }
    if let Some(success) = with.0.get("success").and_then(Value::as_bool) {
        query = query.success(success);
    }
    if with.is_set("newest_first") {
        query = query.newest_first();
    }
    if let Some(limit) = with.number("limit") {
        query = query.limit(usize::try_from(limit).unwrap());
    }
    if let Some(cursor) = with.text("cursor") {
        query = query.after(cursor.parse()?);
    }
    Ok(query)
}

fn filter(with: &Arguments) -> EventFilter {
    let filter = with.names("kinds").fold(EventFilter::all(), |filter, kind| filter.kind(kind));
    match with.text("under") {
        None => filter,
        Some(under) => filter.under(under),
    }
}

fn verify(store: &Store, kept: Option<&str>) -> Result<Value, Error> {
    let kept = kept.map(str::parse::<AuditHead>).transpose()?;
    let found = store.audit().verify(kept.as_ref())?;
    let kept = found.kept.map(|kept| match kept {
        PinCheck::InHistory => "in_history",
        PinCheck::OlderThanLog => "older_than_log",
        other => panic!("{other:?}"),
    });
    Ok(json!({"events": found.events, "first": found.first, "head": found.head.to_string(), "kept": kept}))
}

const READS: [(&str, AuditReads); 3] =
    [("batched", AuditReads::Batched), ("strict", AuditReads::Strict), ("off", AuditReads::Off)];

fn policy(policy: AuditPolicy) -> Value {
    let name = |tier| READS.iter().find(|(_, reads)| *reads == policy.of(tier)).unwrap().0;
    let reads: serde_json::Map<String, Value> =
        Tier::ALL.iter().map(|tier| (tier.as_str().to_owned(), name(*tier).into())).collect();
    json!({"reads": reads, "days": policy.days(), "bytes": policy.bytes()})
}

/// What of the policy is said; the rest stays.
fn set_policy(store: &Store, with: &Arguments) -> Result<(), Error> {
    let reads = |name: &Value| READS.iter().find(|(known, _)| name == known).unwrap().1;
    let mut policy = store.policy().audit()?;
    match with.0.get("reads") {
        None => {}
        Some(Value::Object(tiers)) => {
            for (tier, name) in tiers {
                policy = policy.reads_of(tier.parse()?, reads(name));
            }
        }
        Some(name) => policy = policy.reads(reads(name)),
    }
    if let Some(days) = with.inherited::<u32>("days") {
        policy = policy.keep_days(days);
    }
    if let Some(bytes) = with.inherited::<u64>("bytes") {
        policy = policy.keep_bytes(bytes);
    }
    store.policy().set_audit(policy)
}

/// What a call of this name gives; nothing if it is about something else.
pub(super) fn on_audit(store: &Store, call: &str, with: &Arguments) -> Option<Result<Value, Error>> {
    Some(match call {
        "idempotency_window" => store.policy().idempotency_window().map(|window| window.as_secs().into()),
        "set_idempotency_window" => {
            let window = Duration::from_secs(with.number("seconds").unwrap());
            store.policy().set_idempotency_window(window).map(Value::from)
        }
        "audit" => query(with).and_then(|query| store.audit().query(query)).map(|page| {
            json!({
                "events": events(page.events()),
                "next_cursor": page.next_cursor().map(|cursor| cursor.as_str()),
                "has_more": page.has_more(),
            })
        }),
        "audit_get" => {
            with.path("id").parse().and_then(|id| store.audit().get(id)).map(|found| event(&found))
        }
        "audit_head" => store.audit().head().map(|head| head.to_string().into()),
        "audit_verify" => verify(store, with.text("head")),
        "audit_policy" => store.policy().audit().map(policy),
        "set_audit_policy" => set_policy(store, with).map(Value::from),
        "changes" => {
            let limit = usize::try_from(with.number("limit").unwrap_or(100)).unwrap();
            store
                .changes_with(with.number("after").unwrap_or_default(), limit, &filter(with))
                .map(|found| events(&found))
        }
        "latest_change" => store.latest_change().map(Value::from),
        "wait_changes" => {
            let timeout = Duration::from_millis(with.number("timeout_ms").unwrap());
            store.wait_changes(with.number("after").unwrap(), timeout).map(Value::from)
        }
        _ => return None,
    })
}

/// Writes the log to this file, which is new.
pub(super) fn export(store: &Store, file: &Path) -> Result<Value, Error> {
    let exported = store.audit().export(file)?;
    Ok(json!({"events": exported.events, "head": exported.head.to_string()}))
}

pub(super) fn subscribe(store: &Store, with: &Arguments) -> Result<Listener, Error> {
    let told = Arc::new(Mutex::new(Vec::new()));
    let teller = told.clone();
    let subscription = store.subscribe(filter(with), move |one| teller.lock().unwrap().push(event(one)))?;
    Ok((subscription, told))
}
