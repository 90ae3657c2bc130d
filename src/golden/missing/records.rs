//! Records with their extremes.

use super::{encoded, with_byte};
use crate::golden::Fault;
use crate::golden::text::{Case, hex};

pub(super) const I64: [i64; 4] = [0, 1_795_219_200_000, i64::MAX, i64::MIN];

/// What every record must refuse.
pub(super) fn refusals(kind: &str, good: &Case) -> Vec<Case> {
    let bytes = encoded(kind, good);
    let changed = |at, byte| with_byte(kind, good, at, byte);
    let later = bytes[2] + 1;
    vec![
        good.fails("another kind", Fault::Damaged, changed(0, 99)),
        good.fails("version 0", Fault::UnsupportedFormat, changed(2, 0)),
        good.fails(format!("version {later}"), Fault::UnsupportedFormat, changed(2, later)),
        good.fails(format!("version {}", 255 + u16::from(later)), Fault::UnsupportedFormat, changed(3, 1)),
        good.fails("a byte too many", Fault::Damaged, [bytes.as_slice(), &[0]].concat()),
        good.fails("a byte too few", Fault::Damaged, bytes[..bytes.len() - 1].to_vec()),
        good.fails("head only", Fault::Damaged, bytes[..4].to_vec()),
        good.fails("half a head", Fault::Damaged, bytes[..3].to_vec()),
    ]
}

/// A version that is kept, without author and note.
pub(super) fn version(name: &str, number: u64, time: i64, size: u32, pieces: u32, tail: &str) -> Case {
    let case = Case::new(name).with("number", number).with("created-at", time).with("size", size);
    case.with("standing", "kept").with("pieces", pieces).with("tail", tail)
}

/// A version of this standing, author and note.
pub(super) fn version_with(name: &str, standing: &str, author: Option<&str>, note: Option<&str>) -> Case {
    let case = Case::new(name).with("number", 3).with("created-at", I64[1]).with("size", 40);
    let case = case.with("standing", standing).with_some("author", author);
    case.with_some("note", note.map(|note| hex(note.as_bytes()))).with("pieces", 0).with("tail", "5a*108")
}

pub(super) fn versions() -> Vec<Case> {
    let mut cases = vec![
        version("zero", 0, 0, 0, 0, ""),
        version("first, smallest value", 1, I64[1], 64, 0, "5a*108"),
        version("max", u64::MAX, i64::MAX, u32::MAX, u32::MAX, "ff*1300"),
        version("before the epoch", 2, i64::MIN, 1, 1, "00"),
        version("pieces and no tail", 3, I64[1], 70_000, 18, ""),
        version_with("deleted", "deleted 1795219200000 1797811200000", None, None),
        version_with("deleted and due at once", "deleted 5 5", None, None),
        version_with("deleted, extremes", &format!("deleted {} {}", i64::MIN, i64::MAX), None, None),
        version_with("destroyed", "destroyed 1795219200001", None, None),
        version_with("of somebody else", "kept", Some("count*16"), None),
        version_with("with a note", "kept", None, Some("rollback of 2")),
        version_with("with an empty note", "kept", None, Some("")),
        version_with("with a note of several scripts", "kept", None, Some("Gr\u{fc}\u{df}e \u{1f511}")),
        version_with("with the longest note", "kept", None, Some(&"n".repeat(256))),
        version_with("with all there is", "deleted 7 8", Some("ff*16"), Some("why")),
    ];
    for len in
        [1, 2, 3, 4, 7, 8, 15, 16, 63, 64, 127, 128, 255, 256, 257, 511, 512, 513, 1023, 1024, 1299, 1300]
    {
        cases.push(version(&format!("tail of {len}"), 4, I64[1], 9, 0, &format!("count*{len}")));
    }
    let good = version("good", 1, 2, 2, 3, "0405");
    cases.extend(refusals("version-record", &good));
    let noted = version_with("noted", "kept", None, Some("why"));
    for (name, of, at, byte) in [
        ("a standing that is none", &good, 24, 3),
        ("a standing beyond a byte", &good, 25, 1),
        ("another byte before the author", &good, 28, 2),
        ("another byte before the note", &good, 29, 0xff),
        ("a note longer than the row", &noted, 30, 0xff),
        ("a note longer than any memory", &noted, 37, 0xff),
        ("a note that is not UTF-8", &noted, 38, 0xff),
        ("tail longer than the row", &good, 34, 0xff),
        ("tail longer than any memory", &good, 41, 0xff),
    ] {
        cases.push(of.fails(name, Fault::Damaged, with_byte("version-record", of, at, byte)));
    }
    cases
}

/// A secret without details around a version.
pub(super) fn secret(case: Case, id: &str, tier: u8, meta_version: u64, updated: i64) -> Case {
    let case = case.with("id", id).with("tier", tier).with("meta-version", meta_version);
    case.with("updated-at", updated).with("tags", "").with("details", "none")
}

/// What is said of a secret beside its value: tags, description, content type, versions and days kept.
type Said<'a> = (&'a str, &'a str, &'a str, Option<u32>, Option<u16>);

fn secret_with(name: &str, accessed: Option<i64>, said: Said<'_>) -> Case {
    let (tags, description, content_type, max_versions, trash_days) = said;
    let case = version_with(name, "kept", None, Some("first")).with("id", "a1*16").with("tier", 2);
    let case = case.with("meta-version", 7).with("updated-at", I64[1]).with_some("accessed-at", accessed);
    let case = case.with("tags", hex(tags.as_bytes())).with("details", "some");
    let case = case.with("description", hex(description.as_bytes()));
    let case = case.with("content-type", hex(content_type.as_bytes()));
    case.with_some("max-versions", max_versions).with_some("trash-days", trash_days)
}

pub(super) fn tagged(name: &str, tags: &str) -> Case {
    let case = version(name, 1, I64[1], 3, 0, "5a*108").with("id", "b2*16").with("tier", 1);
    let case = case.with("meta-version", 2).with("updated-at", 9).with("accessed-at", 8);
    case.with("tags", hex(tags.as_bytes())).with("details", "none")
}

pub(super) fn secrets() -> Vec<Case> {
    let most: String = (10..74).map(|n| format!("{n}=\n")).collect();
    let longest: String = (0..4).map(|n| format!("{n}{}={}\n", "k".repeat(63), "v".repeat(256))).collect();
    let mut cases = vec![
        secret(version("zero", 0, 0, 0, 0, ""), "00*16", 0, 0, 0),
        secret(version("new", 1, I64[1], 40, 0, "5a*108"), "019f4c2e8b00a1b2c3d4e5f607182930", 0, 1, I64[1]),
        secret(
            version("max", u64::MAX, i64::MAX, u32::MAX, u32::MAX, "ff*1300"),
            "ff*16",
            255,
            u64::MAX,
            i64::MAX,
        ),
        secret(version("before the epoch", 2, -1, 1, 0, "00"), "count*16", 1, 1, i64::MIN),
        secret(version("large value", 9, I64[1], 1 << 24, 4110, "count*1284"), "count*16", 2, 3, I64[1]),
        tagged("a label", "reviewed=\n"),
        tagged("tags", "env=prod\nowner=Gr\u{fc}\u{df}e & Co.\nquery=a=b\n"),
        tagged("the most tags", &most),
        tagged("the longest tags", &longest),
        secret_with(
            "all there is",
            Some(1),
            ("env=prod\n", "Of the\nmain database.", "text/plain", Some(3), Some(7)),
        ),
        secret_with(
            "all at its limit",
            Some(i64::MAX),
            ("", &"d".repeat(4_096), &"c".repeat(255), Some(u32::MAX), Some(3_650)),
        ),
        secret_with("keeps all versions", None, ("", "", "", Some(0), None)),
        secret_with("keeps no trash", None, ("", "", "", None, Some(0))),
        secret_with("a description alone", Some(0), ("", "\u{1f511}\t", "", None, None)),
        secret_with("details that say nothing", Some(i64::MIN), ("", "", "", None, None)),
    ];
    for len in [0, 1, 2, 64, 104, 172, 255, 256, 257, 300, 556, 1024, 1068, 1299, 1300] {
        let case = version(&format!("tail of {len}"), 4, I64[1], 5, 0, &format!("count*{len}"));
        cases.push(secret(case, "a1*16", 0, 1, 2));
    }
    let good = secret(version("good", 1, 2, 2, 3, "0405"), "06*16", 0, 7, 8);
    cases.extend(refusals("secret-record", &good));
    for (name, at, byte) in [
        ("another byte before the last access", 37, 2),
        ("tags longer than the row", 38, 0xff),
        ("tags longer than any memory", 45, 0xff),
        ("another byte before the details", 46, 2),
        ("a standing that is none", 67, 9),
    ] {
        cases.push(good.fails(name, Fault::Damaged, with_byte("secret-record", &good, at, byte)));
    }
    cases
}

pub(super) fn trashed() -> Vec<Case> {
    let trashed =
        |case: Case, path: &str, time: i64| case.with("path", hex(path.as_bytes())).with("deleted-at", time);
    let good = trashed(secret(version("good", 1, 2, 2, 3, "0405"), "06*16", 0, 7, 8), "a/b", 9);
    let deepest = vec!["s".repeat(31); 16].join("/");
    let mut cases = vec![
        trashed(secret(version("small", 1, I64[1], 40, 0, "5a*108"), "a1*16", 0, 1, I64[1]), "name", I64[1]),
        trashed(secret(version("long path", 1, 2, 3, 0, "00"), "a1*16", 0, 1, 2), &deepest, i64::MAX),
        trashed(tagged("tagged", "env=prod\n"), "Gr\u{fc}\u{df}e/\u{1f511}", i64::MIN),
        trashed(secret_with("all there is", Some(1), ("env=\n", "D", "a/b", Some(3), Some(7))), "x", 0),
    ];
    cases.extend(refusals("trash-record", &good));
    for (name, at, byte) in [
        ("path longer than the row", 4, 0xff),
        ("path longer than any memory", 11, 0xff),
        ("path that is not UTF-8", 12, 0xff),
    ] {
        cases.push(good.fails(name, Fault::Damaged, with_byte("trash-record", &good, at, byte)));
    }
    cases.push(good);
    cases
}

pub(super) fn retentions() -> Vec<Case> {
    let case = |name: &str, max_versions: Option<u32>, trash_days: Option<u16>| {
        Case::new(name).with_some("max-versions", max_versions).with_some("trash-days", trash_days)
    };
    let good = case("both", Some(3), Some(7));
    let mut cases = vec![
        case("versions alone", Some(10), None),
        case("days alone", None, Some(3_650)),
        case("neither", None, None),
        case("all versions, no trash", Some(0), Some(0)),
        case("max", Some(u32::MAX), Some(u16::MAX)),
    ];
    cases.extend(refusals("retention-record", &good));
    for (name, at) in [("another byte before the versions", 4), ("another byte before the days", 9)] {
        cases.push(good.fails(name, Fault::Damaged, with_byte("retention-record", &good, at, 2)));
    }
    cases.push(good);
    cases
}

/// Records of a time alone.
pub(super) fn times(kind: &str, field: &str) -> Vec<Case> {
    let case = |time: i64| Case::new(format!("{field} {time}")).with(field, time);
    let mut cases: Vec<Case> = I64.into_iter().chain([1, -1]).map(case).collect();
    cases.extend(refusals(kind, &case(7)));
    cases
}

pub(super) fn environments() -> Vec<Case> {
    let case = |code: u8| Case::new(format!("code {code}")).with("code", code);
    let mut cases: Vec<Case> = [0, 1, 2, u8::MAX].into_iter().map(case).collect();
    cases.extend(refusals("environment-record", &case(1)));
    cases
}

pub(super) fn floors() -> Vec<Case> {
    let case = |name: &str, memory: u32, passes: u32, lanes: u32| {
        Case::new(name).with("memory-kib", memory).with("passes", passes).with("lanes", lanes)
    };
    let mut cases = vec![
        case("least", 19_456, 2, 1),
        case("usual", 65_536, 3, 4),
        case("most memory", 524_288, 8, 16),
        case("most passes", 262_144, 16, 16),
        case("zero", 0, 0, 0),
        case("max", u32::MAX, u32::MAX, u32::MAX),
        case("each field its own", 1, 2, 3),
    ];
    cases.extend(refusals("kdf-floor-record", &case("good", 65_536, 3, 4)));
    cases
}

pub(super) fn slots() -> Vec<Case> {
    let case = |name: &str, label: &str, created: i64, used: i64| {
        Case::new(name).with("label", label).with("created-at", created).with("last-used-at", used)
    };
    let good = case("good", "6f66666963650a", 7, 8);
    let bytes = encoded("slot-record", &good);
    let mut cases = vec![
        case("no label, never used", "", I64[1], i64::MIN),
        case("no label, zero", "", 0, 0),
        case("label of 128 bytes", "61*128", I64[1], I64[1]),
        case("label of 32 characters of four bytes", "f09f9491*32", I64[1], I64[1] + 1),
        case("label of two, three and four bytes", "c3bce697a5f09f9491", 1, 2),
        case("max", "7e", i64::MAX, i64::MAX),
        case("before the epoch", "20", -1, -2),
        case("last used before it was made", "78", I64[1], -i64::MAX),
    ];
    for len in [1, 7, 8, 127] {
        cases.push(case(&format!("label of {len}"), &format!("4b*{len}"), 3, 4));
    }
    for (name, at, byte) in [
        ("a label that is not UTF-8", 12, 0xff),
        ("half a character", 18, 0xc3),
        ("label longer than the row", 4, 0xff),
        ("label longer than any memory", 11, 0xff),
    ] {
        cases.push(good.fails(name, Fault::Damaged, with_byte("slot-record", &good, at, byte)));
    }
    // A surrogate in three bytes, which UTF-8 does not have.
    let surrogate = [&bytes[..12], &[0xed, 0xa0, 0x80], &bytes[15..]].concat();
    cases.push(good.fails("a surrogate", Fault::Damaged, surrogate));
    cases.extend(refusals("slot-record", &good));
    cases
}
