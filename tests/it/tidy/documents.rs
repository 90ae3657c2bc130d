//! What the documents list is all there is.

use std::fs;
use std::path::Path;

use super::check;
use super::source::Source;

fn read(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// A file that the row of its folder in the code map leaves out. The row of `ffi` names topics.
fn unmapped(file: &Source, map: &str) -> Vec<String> {
    let (folder, name) = file.path.rsplit_once('/').unwrap();
    let name = name.trim_end_matches(".rs");
    let row = map.lines().find(|line| line.starts_with(&format!("| `{folder}/` |")));
    let is_left_out = row.is_some_and(|row| !row.contains(&format!("`{name}`")) && folder != "src/ffi");
    let is_named_elsewhere = ["mod", "tests"].contains(&name) || file.test_only;
    (is_left_out && !is_named_elsewhere)
        .then(|| format!("{} is not in the code map", file.path))
        .into_iter()
        .collect()
}

#[test]
fn the_code_map_names_every_file_of_its_folders() {
    let map = read("docs/ARCHITECTURE.md");
    assert!(map.lines().filter(|line| line.starts_with("| `src/")).count() > 5);
    check(|file| unmapped(file, &map));
    let found = |path| unmapped(&Source::new(path, ""), "| `src/tables/` | `rows`, `values` |").len();
    assert_eq!(["src/tables/row.rs", "src/tables/rows.rs", "src/record/row.rs"].map(found), [1, 0, 0]);
}

#[test]
fn the_index_of_vectors_names_every_golden_file() {
    let specification = read("docs/FORMAT.md");
    let (_, index) = specification.split_once("\n## 12 ").unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/v1");
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let listed = names.filter(|name| name.ends_with(".vectors") || name.ends_with(".store"));
    let (named, unnamed): (Vec<_>, Vec<_>) = listed.partition(|name| index.contains(&format!("`{name}`")));
    assert!(named.len() > 30 && unnamed.is_empty(), "not in the index: {unnamed:?}");
}
