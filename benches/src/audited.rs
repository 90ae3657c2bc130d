//! What it costs that reads are audited.

use std::path::Path;

use strongroom::{AuditPolicy, AuditReads, StoreOptions};
use strongroom_benches::job::{self, Random};

use crate::lifecycle::raw;
use crate::rounds::{candidate, compare};

/// Gets of one round.
const GETS: usize = 100_000;

/// Reads any secret of the store at `path`, and the same few again and again, with reads audited in batches and not at all: two
/// handles, as what a store audits is its policy.
pub(crate) fn read(path: &Path, secrets: u64) {
    let off = path.with_extension("off");
    std::fs::copy(path, &off).expect("a copy");
    let open = |path: &Path, reads| {
        let store = StoreOptions::new().open(path, raw()).expect("an open store");
        store.policy().set_audit(AuditPolicy::new().reads(reads)).expect("a policy");
        store
    };
    let (off, batched) = (open(&off, AuditReads::Off), open(path, AuditReads::Batched));
    for (what, among) in [("any of them", secrets), ("the same hundred", 100)] {
        let gets = |store| {
            let mut random = Random::new(1);
            move || {
                for _ in 0..GETS {
                    let _: strongroom::Secret =
                        strongroom::Store::get(store, job::path(random.below(among)).as_str())
                            .expect("a secret");
                }
            }
        };
        let candidates = vec![candidate("not audited", gets(&off)), candidate("batched", gets(&batched))];
        compare(&format!("{GETS} gets of 64 B at {secrets} secrets, {what}"), 15, candidates);
    }
}
