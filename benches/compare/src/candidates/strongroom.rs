//! strongroom, with a raw key and without a verification at open.

use std::borrow::Borrow;
use std::path::Path;

use strongroom::{Put, Query, Store, StoreOptions, Tags, Transaction, Unlock, VerifyAtOpen};

use super::{Candidate, Reader};
use crate::job::{CACHE_BYTES, Item, KEY, PAGE, Page, digest_item, digest_value};

struct Strongroom(Store);

struct StrongroomReader<S>(S);

fn options() -> StoreOptions {
    StoreOptions::new().cache_bytes(CACHE_BYTES).verify(VerifyAtOpen::Never)
}

pub(super) fn create(path: &Path) -> Box<dyn Candidate> {
    Box::new(Strongroom(options().create(path, Unlock::raw_key(&KEY)).expect("a store")))
}

pub(super) fn open(path: &Path) -> Box<dyn Candidate> {
    Box::new(Strongroom(options().open(path, Unlock::raw_key(&KEY)).expect("the store")))
}

pub(super) fn open_read_only(path: &Path) -> Box<dyn Reader> {
    let store = options().read_only(true).open(path, Unlock::raw_key(&KEY)).expect("the store");
    Box::new(StrongroomReader(store))
}

fn insert(transaction: &mut Transaction<'_, '_>, items: &[Item]) -> strongroom::Result<()> {
    for item in items {
        let tags = item.tags.iter().try_fold(Tags::new(), |tags, (key, value)| tags.with(key, value))?;
        transaction.put_with(item.path.as_str(), &item.value, Put::new().expect_absent().tags(tags))?;
    }
    Ok(())
}

impl Candidate for Strongroom {
    fn reader(&self) -> Box<dyn Reader + Send + '_> {
        Box::new(StrongroomReader(&self.0))
    }

    fn put(&mut self, item: &Item) {
        self.batch(std::slice::from_ref(item));
    }

    fn update(&mut self, path: &str, value: &[u8]) {
        self.0.put(path, value).expect("a put");
    }

    fn delete(&mut self, path: &str) {
        self.0.delete(path).expect("a delete");
    }

    fn batch(&mut self, items: &[Item]) {
        self.0.transaction(|transaction| insert(transaction, items)).expect("a transaction");
    }

    fn compact(&mut self) {
        self.0.compact().expect("a compaction");
    }

    fn close(self: Box<Self>) {
        self.0.close().expect("a close");
    }
}

impl<S: Borrow<Store>> Reader for StrongroomReader<S> {
    fn get(&mut self, path: &str) -> u64 {
        let secret = self.0.borrow().get(path).expect("the secret");
        digest_value(secret.version(), secret.info().tags().len(), secret.value().expose())
    }

    fn page(&mut self, page: &Page) -> u64 {
        let query = match page {
            Page::Prefix(namespace) => Query::under(namespace),
            Page::Tag(key, value) => Query::all().tag(*key, value),
        };
        let listed = self.0.borrow().list(query.limit(PAGE)).expect("a page");
        let digest = |(position, info): (usize, &strongroom::SecretInfo)| {
            digest_item(position, info.path().as_str(), info.version(), info.tags().len())
        };
        listed.items().iter().enumerate().map(digest).sum()
    }
}
