//! Compiles the sequence of calls that `calls` lets bytes decide about.

use std::path::PathBuf;

#[path = "../tests/it/c/prototypes.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod prototypes;
#[path = "../tests/it/c/sequence_table.rs"]
mod sequence_table;

const SEQUENCE: &str = "
#include \"sequence.h\"
void strongroom_fuzz_sequence(const uint8_t *bytes, size_t len, const char *folder);
void strongroom_fuzz_sequence(const uint8_t *bytes, size_t len, const char *folder) { sequence(bytes, len, folder); }
";

fn main() {
    for file in [
        "../include/strongroom.h",
        "../tests/c/sequence.h",
        "../tests/c/check.h",
        "../tests/it/c/sequence_table.rs",
    ] {
        println!("cargo::rerun-if-changed={file}");
    }
    let out = PathBuf::from(std::env::var("OUT_DIR").expect("cargo says where to write"));
    let header = std::fs::read_to_string("../include/strongroom.h").expect("the header is there");
    std::fs::write(out.join("sequence_table.h"), sequence_table::table(&header))
        .expect("the table is written");
    std::fs::write(out.join("sequence.c"), SEQUENCE).expect("the sequence is written");
    cc::Build::new()
        .file(out.join("sequence.c"))
        .includes([PathBuf::from("../include"), PathBuf::from("../tests/c"), out])
        .std("c11")
        .define("_POSIX_C_SOURCE", "200809L")
        .compile("sequence");
}
