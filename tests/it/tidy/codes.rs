//! The numbers of the error kinds, which are an interface for ever.

use strongroom::ErrorKind;

const GOLDEN: &str = include_str!("../../golden/codes.txt");

fn table(kinds: &[ErrorKind]) -> String {
    kinds.iter().map(|kind| format!("{} {kind:?}\n", *kind as i32)).collect()
}

fn repeated(kinds: &[ErrorKind]) -> Option<i32> {
    let mut codes: Vec<i32> = kinds.iter().map(|kind| *kind as i32).collect();
    codes.sort_unstable();
    codes.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0])
}

#[test]
fn the_codes_of_errors_never_change() {
    assert_eq!(table(ErrorKind::ALL), GOLDEN);
    assert_ne!(table(&ErrorKind::ALL[1..]), GOLDEN);
}

#[test]
fn no_two_errors_share_a_code() {
    assert_eq!(repeated(ErrorKind::ALL), None);
    assert_eq!(repeated(&[ErrorKind::Io, ErrorKind::DiskFull, ErrorKind::Io]), Some(30));
}

#[test]
fn the_list_of_kinds_is_complete_and_in_the_order_of_its_codes() {
    assert!(ErrorKind::ALL.is_sorted_by_key(|kind| *kind as i32));
    let source = super::source::rust_files().iter().find(|file| file.path == "src/error.rs").unwrap();
    let (_, declared) = source.code.split_once("pub enum ErrorKind {").unwrap();
    let (declared, _) = declared.split_once("\n}").unwrap();
    let declared = declared.lines().filter_map(|line| line.trim().strip_suffix(',')?.split_once(" = "));
    let declared: String = declared.map(|(name, code)| format!("{code} {name}\n")).collect();
    assert_eq!(declared, table(ErrorKind::ALL));
}
