//! Signing payloads and requests, and checking who signed.

use std::time::Duration;

use strongroom::limits::REQUEST_WINDOW_SECONDS;
use strongroom::{ErrorKind, ManualClock, Signature, SignatureCheck, Store, StoreOptions, Timestamp};

use crate::fixture::check_refused;

const START: i64 = 1_800_000_000;

/// A store at a time that stands still, with a key at `k`.
fn store() -> (ManualClock, Store) {
    let clock = ManualClock::start(Timestamp::from_millis(START * 1_000));
    let store = StoreOptions::new().clock(&clock).in_memory().unwrap();
    store.put("k", "Jefe").unwrap();
    (clock, store)
}

fn signed(store: &Store, payload: &str) -> String {
    store.sign_payload("k", payload).unwrap().to_string()
}

#[test]
fn signatures_agree_with_rfc_4231() {
    let numbered: Vec<u8> = (1..=25).collect();
    let long: &[u8] =
        b"This is a test using a larger than block-size key and a larger than block-size data. The \
        key needs to be hashed before being used by the HMAC algorithm.";
    let store = Store::in_memory().unwrap();
    for (key, payload, digits) in [
        (
            [0x0b; 20].as_slice(),
            b"Hi There".as_slice(),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
        ),
        (
            b"Jefe",
            b"what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (&[0xaa; 20], &[0xdd; 50], "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        (&numbered, &[0xcd; 50], "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
        (&[0x0c; 20], b"Test With Truncation", "a3b6167473100ee06e0c796c2955552b"),
        (
            &[0xaa; 131],
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
        (&[0xaa; 131], long, "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
    ] {
        let version = store.put("k", key).unwrap().version();
        let signature = store.sign_payload("k", payload).unwrap();
        let text = signature.to_string();
        assert!(text.starts_with(&format!("sha256={digits}")) && text.len() == 71, "{text}");
        let check = store.verify_payload("k", payload, &text).unwrap();
        assert_eq!((check, check.version()), (SignatureCheck::Version(version), Some(version)));
        let upper = format!("sha256={}", text["sha256=".len()..].to_uppercase());
        assert!(store.verify_payload("k", payload, &upper).unwrap().is_valid());
    }
}

#[test]
fn a_signature_of_something_else_is_wrong() {
    let (_, store) = store();
    let signature = signed(&store, "payload");
    for payload in ["payloae", "payload ", "", "Payload"] {
        assert_eq!(store.verify_payload("k", payload, &signature).unwrap(), SignatureCheck::Wrong);
    }
    for digit in 0..64 {
        let at = "sha256=".len() + digit;
        let other = if &signature[at..=at] == "0" { "1" } else { "0" };
        let altered = [&signature[..at], other, &signature[at + 1..]].concat();
        let check = store.verify_payload("k", "payload", &altered).unwrap();
        assert_eq!((check, check.is_valid()), (SignatureCheck::Wrong, false), "{altered}");
    }
    store.put("other", "Jeff").unwrap();
    assert_eq!(store.verify_payload("other", "payload", &signature).unwrap(), SignatureCheck::Wrong);
}

#[test]
fn a_text_that_is_no_signature_is_wrong_and_no_error() {
    let (_, store) = store();
    let signature = signed(&store, "payload");
    let huge = "sha256=".repeat(1 << 16);
    let cut = &signature[..signature.len() - 1];
    for text in ["", "sha256=", cut, &signature[7..], &format!(" {signature}"), "\u{e9}\0", &huge] {
        assert_eq!(store.verify_payload("k", "payload", text).unwrap(), SignatureCheck::Wrong);
        assert_eq!(store.verify_request("k", START, "payload", text).unwrap(), SignatureCheck::Wrong);
        // What is wrong with the secret is told whatever the text.
        check_refused(store.verify_payload("none", "payload", text), ErrorKind::NotFound);
    }
    assert!(store.verify_payload("k", "payload", &signature).unwrap().is_valid());
}

#[test]
fn a_request_is_signed_with_its_time() {
    let (_, store) = store();
    let sign = |timestamp, body| store.sign_request("k", timestamp, body).unwrap().to_string();
    // By another implementation, of `1800000000.{"a":1}` and of `-5.`.
    assert_eq!(
        sign(START, r#"{"a":1}"#),
        "sha256=790332864bbc0226f3d3582d98518d658c3a8da49f773ba89f0cc125972f0326"
    );
    assert_eq!(sign(-5, ""), "sha256=00a13bc5db8a9bd92de99cfdb84a0f9986c0ae156b968cc0a7654247bfc93ff7");
    assert_eq!(sign(START, "body"), signed(&store, "1800000000.body"));
    let verify = |timestamp, body| store.verify_request("k", timestamp, body, &sign(START, "body")).unwrap();
    assert_eq!(verify(START, "body"), SignatureCheck::Version(1));
    assert_eq!(verify(START, "bodY"), SignatureCheck::Wrong);
    assert_eq!(verify(START + 1, "body"), SignatureCheck::Wrong);
}

#[test]
fn a_request_is_valid_for_five_minutes_before_and_after_its_time() {
    assert_eq!(REQUEST_WINDOW_SECONDS, 300);
    let (clock, store) = store();
    let check = |timestamp: i64| {
        let signature = store.sign_request("k", timestamp, "body").unwrap().to_string();
        let verify = |signature: &str| store.verify_request("k", timestamp, "body", signature).unwrap();
        // Whether a forged request is in time is nobody's business.
        assert_eq!(verify(&signed(&store, "forged")), SignatureCheck::Wrong);
        let inside = store.transaction(|tx| tx.verify_request("k", timestamp, "body", &signature)).unwrap();
        assert_eq!(verify(&signature), inside);
        inside
    };
    let valid = SignatureCheck::Version(1);
    for (timestamp, expected) in [
        (START, valid),
        (START - 300, valid),
        (START - 301, SignatureCheck::TooOld),
        (START + 300, valid),
        (START + 301, SignatureCheck::TooEarly),
        (0, SignatureCheck::TooOld),
        (i64::MIN, SignatureCheck::TooOld),
        (i64::MAX, SignatureCheck::TooEarly),
        // In milliseconds, by mistake.
        (START * 1_000, SignatureCheck::TooEarly),
    ] {
        assert_eq!(check(timestamp), expected, "{timestamp}");
        assert_eq!(expected.is_valid(), expected == valid);
    }
    clock.advance(Duration::from_millis(1));
    assert_eq!((check(START - 300), check(START - 299)), (SignatureCheck::TooOld, valid));
}

#[test]
fn a_clock_turned_back_makes_no_old_request_valid() {
    let (clock, store) = store();
    let signature = store.sign_request("k", START, "body").unwrap().to_string();
    clock.advance(Duration::from_secs(400));
    store.put("other", "x").unwrap();
    clock.set(Timestamp::from_millis(START * 1_000));
    let check = store.verify_request("k", START, "body", &signature).unwrap();
    assert_eq!(check, SignatureCheck::TooOld);
}

#[test]
fn the_current_version_signs() {
    let (_, store) = store();
    let old = signed(&store, "payload");
    store.put("k", "another").unwrap();
    assert_eq!(store.verify_payload("k", "payload", &old).unwrap(), SignatureCheck::Wrong);
    let new = signed(&store, "payload");
    assert_eq!(store.verify_payload("k", "payload", &new).unwrap(), SignatureCheck::Version(2));
    store.rollback("k", 1).unwrap();
    assert_eq!(store.verify_payload("k", "payload", &old).unwrap(), SignatureCheck::Version(3));
    store.delete_version("k", 3).unwrap();
    check_refused(store.sign_payload("k", "payload"), ErrorKind::NotFound);
    // Nothing is accepted any more.
    assert_eq!(store.verify_payload("k", "payload", &old).unwrap(), SignatureCheck::Wrong);
}

#[test]
fn a_version_in_grace_is_accepted_and_signs_no_more() {
    let (clock, store) = store();
    let old = signed(&store, "payload");
    store.rotate("k", "another", Duration::from_secs(60)).unwrap();
    assert_ne!(signed(&store, "payload"), old);
    assert_eq!(store.verify_payload("k", "payload", &old).unwrap(), SignatureCheck::Version(1));
    clock.advance(Duration::from_secs(60));
    assert_eq!(store.verify_payload("k", "payload", &old).unwrap(), SignatureCheck::Wrong);
}

#[test]
fn an_empty_value_signs_nothing() {
    let (_, store) = store();
    store.put("k", "").unwrap();
    // HMAC of nothing under nothing, which everybody knows.
    let known = "sha256=b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad";
    assert!(known.parse::<Signature>().is_ok());
    check_refused(store.sign_payload("k", ""), ErrorKind::InvalidArgument);
    check_refused(store.sign_request("k", START, ""), ErrorKind::InvalidArgument);
    check_refused(store.verify_payload("k", "", known), ErrorKind::InvalidArgument);
    check_refused(store.verify_request("k", START, "", known), ErrorKind::InvalidArgument);
    let message = store.sign_payload("k", "").unwrap_err().to_string();
    assert_eq!(message, "the value of the secret at k is empty: everybody can sign with it");
}

#[test]
fn signing_is_a_read_and_writes_nothing() {
    let (clock, store) = store();
    let generation = store.pin().unwrap().generation();
    let accessed = || store.info("k").unwrap().accessed_at();
    assert_eq!(accessed(), None);
    let seconds = |count: i64| Some(Timestamp::from_millis((START + count) * 1_000));
    let calls: [&dyn Fn(); 4] = [
        &|| assert_eq!(store.sign_payload("k", "p").unwrap().as_bytes().len(), 32),
        &|| assert!(!store.verify_payload("k", "p", "wrong").unwrap().is_valid()),
        &|| assert_eq!(store.sign_request("k", START, "p").unwrap().as_bytes().len(), 32),
        &|| assert!(!store.verify_request("k", START, "p", "wrong").unwrap().is_valid()),
    ];
    for (count, call) in (1..).zip(calls) {
        clock.advance(Duration::from_secs(1));
        call();
        assert_eq!(accessed(), seconds(count), "call {count}");
    }
    assert_eq!(store.pin().unwrap().generation(), generation);
    check_refused(store.sign_payload("none", "p"), ErrorKind::NotFound);
    check_refused(store.sign_payload("a//b", "p"), ErrorKind::InvalidArgument);
    store.lock().unwrap();
    check_refused(store.sign_payload("k", "p"), ErrorKind::Locked);
    check_refused(store.verify_payload("k", "p", "wrong"), ErrorKind::Locked);
}

#[test]
fn a_transaction_signs_with_what_it_wrote() {
    let (_, store) = store();
    let before = signed(&store, "payload");
    let check = store.transaction(|tx| {
        assert_eq!(tx.verify_payload("k", "payload", &before)?, SignatureCheck::Version(1));
        tx.put("k", "another")?;
        assert_eq!(tx.verify_payload("k", "payload", &before)?, SignatureCheck::Wrong);
        let payload = tx.sign_payload("k", "payload")?.to_string();
        assert_eq!(tx.verify_payload("k", "payload", &payload)?, SignatureCheck::Version(2));
        let request = tx.sign_request("k", START, "body")?.to_string();
        // Others still see what was.
        assert_eq!(store.verify_payload("k", "payload", &payload)?, SignatureCheck::Wrong);
        tx.verify_request("k", START, "body", &request)
    });
    assert_eq!(check.unwrap(), SignatureCheck::Version(2));
    assert_eq!(store.verify_payload("k", "payload", &before).unwrap(), SignatureCheck::Wrong);
}
