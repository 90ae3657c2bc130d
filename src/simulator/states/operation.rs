//! What is done to a store, drawn so that names, numbers and times collide.

use proptest::prelude::*;

const DAY: i64 = 86_400_000;
/// What the clock shows at first.
pub(super) const START: i64 = 1_800_000_000_000;

/// A path of few: some are namespaces of others.
pub(super) type Path = &'static str;

pub(super) const PATHS: [Path; 10] =
    ["a", "a/x", "b/x", "b", "a/y", "a/x/deep", "b/y", "a!", "c/d/e", "c/d/f"];
pub(super) const NAMESPACES: [Path; 6] = ["a", "b", "c", "a/x", "c/d", "none"];
pub(super) const TAGS: [(&str, &str); 5] =
    [("env", "prod"), ("env", "dev"), ("team", "x"), ("label", ""), ("k", "a=b")];

#[derive(Clone, Debug, Default)]
pub(super) struct Changes {
    pub(super) tier: Option<u8>,
    pub(super) description: Option<&'static str>,
    pub(super) content_type: Option<&'static str>,
    pub(super) replace_tags: Option<Vec<usize>>,
    pub(super) add_tags: Vec<usize>,
    pub(super) remove_tags: Vec<usize>,
    pub(super) max_versions: Option<Option<u32>>,
    pub(super) trash_days: Option<Option<u16>>,
    pub(super) expiry: Option<Expiry>,
    pub(super) to_trash: Option<bool>,
    /// Seconds.
    pub(super) every: Option<Option<u64>>,
}

/// When a secret is to expire.
#[derive(Clone, Copy, Debug)]
pub(super) enum Expiry {
    Never,
    /// Seconds.
    In(i64),
    /// Milliseconds since the epoch.
    At(i64),
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Expect {
    Anything,
    Absent,
    Version(u64),
}

/// A secret in the trash: by its path, or the one with this place in the trash.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ref {
    Path(Path),
    Trashed(usize),
}

#[derive(Clone, Debug)]
pub(super) enum Write {
    Put {
        path: Path,
        value: Vec<u8>,
        expect: Expect,
        note: Option<&'static str>,
        changes: Changes,
    },
    /// With a grace of so many seconds.
    Rotate {
        path: Path,
        value: Vec<u8>,
        grace: u64,
        changes: Changes,
    },
    Revoke {
        path: Path,
        version: u64,
    },
    Update {
        path: Path,
        expect: Option<u64>,
        changes: Changes,
    },
    Rollback {
        path: Path,
        version: u64,
    },
    Rename {
        from: Path,
        to: Path,
    },
    RenamePrefix {
        from: Path,
        to: Path,
    },
    Delete {
        path: Path,
    },
    Restore {
        secret: Ref,
        to: Option<Path>,
    },
    Destroy {
        secret: Ref,
    },
    DeleteVersion {
        path: Path,
        version: u64,
    },
    RestoreVersion {
        path: Path,
        version: u64,
    },
    DestroyVersion {
        path: Path,
        version: u64,
    },
    SetRetention {
        namespace: Option<Path>,
        max_versions: Option<u32>,
        trash_days: Option<u16>,
    },
    Sweep {
        items: usize,
        confirm: bool,
    },
}

#[derive(Clone, Debug)]
pub(super) struct Question {
    pub(super) under: Option<Path>,
    pub(super) equal: Vec<usize>,
    pub(super) present: Option<usize>,
    pub(super) absent: Option<usize>,
    pub(super) tier: Option<u8>,
    /// Since the time of the operation less this.
    pub(super) updated_within: Option<i64>,
    /// Live, trash, all.
    pub(super) state: u8,
    pub(super) by_update: bool,
    pub(super) page: usize,
}

#[derive(Clone, Debug)]
pub(super) enum Operation {
    Write(Write),
    Transaction {
        writes: Vec<Write>,
        /// Whether a failure inside ends it, or is passed over.
        propagate: bool,
        commit: bool,
    },
    List(Question),
    OneLevel {
        under: Option<Path>,
        tag: Option<usize>,
        page: usize,
    },
    /// Moves the clock by milliseconds.
    Clock(i64),
    Reopen,
    Lock,
    Compact,
    Purge,
    /// The power fails, or the process is killed, at a change of the medium during these.
    Crash {
        writes: Vec<Write>,
        after: u64,
        seed: u64,
        killed: bool,
    },
    CheckAll,
}

fn path() -> impl Strategy<Value = Path> {
    // Mostly a few, so that what was deleted and renamed is met again.
    prop_oneof![3 => prop::sample::select(PATHS[..3].to_vec()), 2 => prop::sample::select(PATHS.to_vec())]
}

fn value() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        1 => Just(Vec::new()),
        8 => prop::collection::vec(any::<u8>(), 1..80),
        1 => (any::<u8>(), 1_300..9_000usize).prop_map(|(byte, len)| vec![byte; len]),
    ]
}

fn tags() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(0..TAGS.len(), 0..3)
}

fn changes() -> impl Strategy<Value = Changes> {
    let texts = || prop::option::weighted(0.2, prop::sample::select(vec!["", "text/plain"]));
    let metadata = (
        prop::option::weighted(0.2, 0..3u8),
        texts(),
        texts(),
        prop::option::weighted(0.2, tags()),
        tags(),
        prop::option::weighted(0.2, tags()),
        prop::option::weighted(0.1, prop::option::of(0..4u32)),
        prop::option::weighted(0.1, prop::option::of(prop::sample::select(vec![0, 1, 3650, 3651u16]))),
    );
    let scheduled = (
        prop::option::weighted(0.3, expiry()),
        prop::option::weighted(0.2, any::<bool>()),
        prop::option::weighted(0.2, prop::option::of(prop::sample::select(vec![1, 3_600, 20 * 86_400]))),
    );
    (metadata, scheduled).prop_map(
        |(
            (tier, description, content_type, replace_tags, add_tags, removed, max_versions, trash_days),
            scheduled,
        )| {
            let (expiry, to_trash, every) = scheduled;
            Changes {
                expiry,
                to_trash,
                every,
                tier,
                description,
                content_type,
                replace_tags,
                add_tags,
                remove_tags: removed.unwrap_or_default(),
                max_versions,
                trash_days,
            }
        },
    )
}

fn expiry() -> impl Strategy<Value = Expiry> {
    let seconds = vec![0, 1, 60, 3_600, 86_400, 8 * 86_400, 31 * 86_400, 400 * 86_400, 36_501 * 86_400];
    prop_oneof![
        2 => Just(Expiry::Never),
        6 => prop::sample::select(seconds).prop_map(Expiry::In),
        2 => (-2 * DAY..40 * DAY).prop_map(|after| Expiry::At(START + after)),
    ]
}

fn put() -> impl Strategy<Value = Write> {
    let expect = prop_oneof![
        8 => Just(Expect::Anything),
        1 => Just(Expect::Absent),
        2 => (0..5u64).prop_map(Expect::Version),
    ];
    let changes = prop_oneof![2 => Just(Changes::default()), 1 => changes()];
    (path(), value(), expect, prop::option::weighted(0.2, Just("a note")), changes)
        .prop_map(|(path, value, expect, note, changes)| Write::Put { path, value, expect, note, changes })
}

fn secret() -> impl Strategy<Value = Ref> {
    prop_oneof![path().prop_map(Ref::Path), (0..4usize).prop_map(Ref::Trashed)]
}

fn write() -> impl Strategy<Value = Write> {
    let namespace = || prop::sample::select(NAMESPACES.to_vec());
    let grace =
        prop::sample::select(vec![0, 1, 3_600, 86_400, 50 * 86_400, 36_500 * 86_400, 36_501 * 86_400]);
    prop_oneof![
        12 => put(),
        5 => (path(), value(), grace, prop_oneof![3 => Just(Changes::default()), 1 => changes()])
            .prop_map(|(path, value, grace, changes)| Write::Rotate { path, value, grace, changes }),
        2 => (path(), 0..6u64).prop_map(|(path, version)| Write::Revoke { path, version }),
        4 => (path(), prop::option::weighted(0.3, 1..4u64), changes())
            .prop_map(|(path, expect, changes)| Write::Update { path, expect, changes }),
        2 => (path(), 0..6u64).prop_map(|(path, version)| Write::Rollback { path, version }),
        3 => (path(), path()).prop_map(|(from, to)| Write::Rename { from, to }),
        2 => (namespace(), namespace()).prop_map(|(from, to)| Write::RenamePrefix { from, to }),
        6 => path().prop_map(|path| Write::Delete { path }),
        5 => (secret(), prop::option::weighted(0.3, path()))
            .prop_map(|(secret, to)| Write::Restore { secret, to }),
        1 => secret().prop_map(|secret| Write::Destroy { secret }),
        3 => (path(), 0..6u64).prop_map(|(path, version)| Write::DeleteVersion { path, version }),
        2 => (path(), 0..6u64).prop_map(|(path, version)| Write::RestoreVersion { path, version }),
        1 => (path(), 0..6u64).prop_map(|(path, version)| Write::DestroyVersion { path, version }),
        2 => (
            prop::option::of(namespace()),
            prop::option::of(0..4u32),
            prop::option::of(prop::sample::select(vec![0, 1, 7, 3651u16]))
        )
            .prop_map(|(namespace, max_versions, trash_days)| {
                Write::SetRetention { namespace, max_versions, trash_days }
            }),
        4 => (prop_oneof![Just(0usize), Just(1), Just(100)], prop::bool::weighted(0.3))
            .prop_map(|(items, confirm)| Write::Sweep { items, confirm }),
    ]
}

fn question() -> impl Strategy<Value = Question> {
    let under = prop::option::of(prop::sample::select(NAMESPACES.to_vec()));
    let tag = || prop::option::weighted(0.2, 0..TAGS.len());
    let equal = prop_oneof![2 => Just(Vec::new()), 1 => tags()];
    let rest = (
        prop::option::weighted(0.2, 0..3u8),
        prop::option::weighted(0.2, 0..3 * DAY),
        0..3u8,
        any::<bool>(),
        1..6usize,
    );
    (under, equal, tag(), tag(), rest).prop_map(|(under, equal, present, absent, rest)| {
        let (tier, updated_within, state, by_update, page) = rest;
        Question { under, equal, present, absent, tier, updated_within, state, by_update, page }
    })
}

pub(super) fn operation() -> impl Strategy<Value = Operation> {
    let clock = prop_oneof![
        6 => 1..DAY,
        2 => DAY..40 * DAY,
        1 => 366 * DAY..800 * DAY,
        2 => -40 * DAY..0,
        1 => -800 * DAY..-366 * DAY,
    ];
    let writes = || prop::collection::vec(write(), 1..6);
    prop_oneof![
        40 => write().prop_map(Operation::Write),
        4 => (writes(), any::<bool>(), prop::bool::weighted(0.8)).prop_map(|(writes, propagate, commit)| {
            Operation::Transaction { writes, propagate, commit }
        }),
        6 => question().prop_map(Operation::List),
        2 => (
            prop::option::of(prop::sample::select(NAMESPACES.to_vec())),
            prop::option::weighted(0.3, 0..TAGS.len()),
            1..4usize
        )
            .prop_map(|(under, tag, page)| Operation::OneLevel { under, tag, page }),
        8 => clock.prop_map(Operation::Clock),
        1 => Just(Operation::Reopen),
        1 => Just(Operation::Lock),
        1 => prop_oneof![Just(Operation::Compact), Just(Operation::Purge)],
        2 => (writes(), 1..40u64, any::<u64>(), any::<bool>())
            .prop_map(|(writes, after, seed, killed)| Operation::Crash { writes, after, seed, killed }),
        2 => Just(Operation::CheckAll),
    ]
}
