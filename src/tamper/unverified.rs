//! A store opened without verification may show an older block that was put back; it must not take its host down.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::patched::Patched;
use super::subject::{block, block_at, block_count, subject, unlock};
use crate::{Query, Result, StoreOptions, VerifyAtOpen};

fn use_unverified(file: Patched) -> Result<()> {
    let store = StoreOptions::new().verify(VerifyAtOpen::Never).open_on(Arc::new(file), &unlock())?;
    for info in store.list(Query::all())? {
        for number in 1..=info.version() {
            // One unreadable version must not keep the others from being tried.
            drop(store.get_version(info.path().as_str(), number));
        }
    }
    // Nothing is to be written here.
    store.forget_reads();
    store.verify()?;
    store.close()
}

#[test]
fn without_verification_an_older_block_is_an_error_or_older_data_but_never_a_panic() {
    let subject = subject();
    let now = &subject.now;
    let (mut refused, mut passed) = (0, 0);
    for old in &subject.past {
        for index in 0..block_count(&old.image).min(block_count(&now.image)) {
            let former = block(&old.image, index);
            if former == block(&now.image, index) {
                continue;
            }
            let file = Patched::new(&now.image).with(block_at(index), former.to_vec());
            match catch_unwind(AssertUnwindSafe(|| use_unverified(file))) {
                Ok(Ok(())) => passed += 1,
                Ok(Err(_)) => refused += 1,
                Err(_) => panic!("block {index} put back panics"),
            }
        }
    }
    println!("unverified: {refused} refused, {passed} passed");
    assert!(refused > 100 && passed > 100);
}
