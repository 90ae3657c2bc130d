//! Recovery codes: written down, typed in by hand, with errors.

use strongroom::{ErrorKind, RecoveryCode, Unlock};

use crate::fixture::{Folder, check_refused, create, patient};

#[test]
fn a_code_is_read_however_it_is_typed() {
    let folder = Folder::new();
    let path = folder.join("store");
    let store = create(&path);
    let (_, code) = store.slots().add_recovery_code().unwrap();
    drop(store);
    let text = code.expose();
    assert_eq!((text.len(), text.split('-').count()), (77, 13));
    for typed in [
        text.to_owned(),
        text.to_lowercase(),
        text.replace('-', " "),
        text.replace('-', ""),
        text.replacen('-', "", 1),
        format!("  {}\n", text.replace('-', " - ")),
        text.replace('0', "O").replace('1', "l"),
        text.replace('0', "o").replace('1', "I"),
    ] {
        RecoveryCode::check(&typed).unwrap();
        drop(patient().read_only(true).open(&path, Unlock::recovery_code(&typed).unwrap()).unwrap());
    }
}

#[test]
fn a_typing_error_names_its_group_before_any_store_is_asked() {
    let folder = Folder::new();
    let store = create(&folder.join("store"));
    let (_, code) = store.slots().add_recovery_code().unwrap();
    let groups: Vec<&str> = code.expose().split('-').collect();
    for wrong in 0..groups.len() {
        for place in 0..5 {
            let mut typed: Vec<String> = groups.iter().map(|group| (*group).to_owned()).collect();
            let letter = if groups[wrong][place..=place] == *"7" { "8" } else { "7" };
            typed[wrong].replace_range(place..=place, letter);
            let typed = typed.join("-");
            let error = check_refused(RecoveryCode::check(&typed), ErrorKind::InvalidArgument);
            assert!(error.to_string().contains(&format!("group {} ", wrong + 1)), "{wrong}/{place}: {error}");
            assert!(!error.to_string().contains(groups[wrong]), "the sentence repeats the code");
            check_refused(Unlock::recovery_code(&typed), ErrorKind::InvalidArgument);
        }
    }
    let swapped = [&[groups[1], groups[0]], &groups[2..]].concat().join("-");
    if groups[0] != groups[1] {
        check_refused(RecoveryCode::check(&swapped), ErrorKind::InvalidArgument);
    }
    let short = check_refused(RecoveryCode::check(&groups[..12].join("-")), ErrorKind::InvalidArgument);
    assert!(short.to_string().contains("too short"), "{short}");
    let long = format!("{}-{}", code.expose(), groups[0]);
    assert!(
        check_refused(RecoveryCode::check(&long), ErrorKind::InvalidArgument).to_string().contains("long")
    );
    for nonsense in ["", "-", "é", "correct horse battery staple"] {
        check_refused(RecoveryCode::check(nonsense), ErrorKind::InvalidArgument);
    }
}

#[test]
fn a_code_opens_its_store_and_no_other() {
    let folder = Folder::new();
    let store = create(&folder.join("store"));
    let (id, code) = store.slots().add_recovery_code().unwrap();
    let (_, second) = store.slots().add_recovery_code().unwrap();
    assert_ne!(code.expose(), second.expose());
    let other = create(&folder.join("other"));
    let typed = || Unlock::recovery_code(code.expose()).unwrap();
    assert_eq!(
        (store.slots().check(typed()).unwrap(), other.slots().check(typed()).unwrap()),
        (Some(id), None)
    );
    store.slots().remove(id).unwrap();
    assert_eq!(store.slots().check(typed()).unwrap(), None);
    drop((store, other));
    check_refused(patient().open(folder.join("other"), typed()), ErrorKind::WrongKey);
    check_refused(patient().open(folder.join("store"), typed()), ErrorKind::WrongKey);
    drop(patient().open(folder.join("store"), Unlock::recovery_code(second.expose()).unwrap()).unwrap());
}
