//! First pages of 50.

use criterion::{BenchmarkId, Criterion};
use strongroom::{Query, Sort};
use strongroom_benches::job::{Random, namespace, owner};

use crate::stores::{Stores, options, raw};

pub(crate) fn run(criterion: &mut Criterion, stores: &Stores) {
    list(criterion, stores, "list by prefix", |random| Query::under(namespace(random.word())));
    list(criterion, stores, "list by tag", |random| Query::all().tag("owner", owner(random.word())));
    list(criterion, stores, "list by updated", |_| Query::all().sort(Sort::Updated));
}

fn list(criterion: &mut Criterion, stores: &Stores, name: &str, query: impl Fn(&mut Random) -> Query) {
    let mut group = criterion.benchmark_group(name);
    group.bench_function(BenchmarkId::from_parameter(stores.size), |bencher| {
        let store = options().read_only(true).open(stores.small(), raw()).expect("the store");
        let mut random = Random::new(1);
        bencher.iter(|| {
            let page = store.list(query(&mut random)).expect("a page");
            assert_eq!(page.items().len(), 50);
            page
        });
    });
    group.finish();
}
