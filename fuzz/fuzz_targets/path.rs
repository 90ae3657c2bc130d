//! Paths: what is accepted obeys every rule, and is its own normal form.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strongroom::SecretPath;
use strongroom::limits::{PATH_LEN_MAX, PATH_SEGMENTS_MAX, SEGMENT_LEN_MAX};

fuzz_target!(|text: &str| {
    let Ok(path) = SecretPath::parse(text) else { return };
    assert!(path.as_str().len() <= PATH_LEN_MAX);
    assert!((1..=PATH_SEGMENTS_MAX).contains(&path.segments().count()));
    for segment in path.segments() {
        assert!((1..=SEGMENT_LEN_MAX).contains(&segment.len()));
        assert!(segment != "." && segment != ".." && !segment.contains(char::is_control));
    }
    let again = SecretPath::parse(path.as_str()).expect("an accepted path is accepted again");
    assert_eq!(again, path);
});
