//! What was measured.

/// What was done, and in which unit it is told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Workload {
    Get,
    GetLarge,
    Threads,
    ThreadsOfMachine,
    TagPage,
    PrefixPage,
    Put,
    PutTime,
    Append,
    PutBytes,
    PutSyncs,
    Update,
    UpdateTime,
    UpdateBytes,
    UpdateSyncs,
    Delete,
    DeleteTime,
    DeleteBytes,
    DeleteSyncs,
    Batch,
    Cold,
    LookSyncs,
    ReadSyncs,
    OnePutSyncs,
    FileBytes,
    FileBytesLarge,
    MemoryOpen,
    MemoryGets,
    Seal,
    Argon2Small,
    Argon2,
}

impl Workload {
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Get => "warm get, 64 B: CPU, µs",
            Self::GetLarge => "warm get, 4 KiB: CPU, µs",
            Self::Threads => "get 64 B by two threads: times what one does",
            Self::ThreadsOfMachine => "two threads that only count: times what one does",
            Self::TagPage => "tag page of 50: CPU, µs",
            Self::PrefixPage => "prefix page of 50: CPU, µs",
            Self::Put => "durable put: CPU, µs",
            Self::PutTime => "durable put: p50, µs",
            Self::Append => "append one block and sync: p50, µs",
            Self::PutBytes => "durable put: bytes written",
            Self::PutSyncs => "durable put: syncs",
            Self::Update => "durable update: CPU, µs",
            Self::UpdateTime => "durable update: p50, µs",
            Self::UpdateBytes => "durable update: bytes written",
            Self::UpdateSyncs => "durable update: syncs",
            Self::Delete => "durable delete: CPU, µs",
            Self::DeleteTime => "durable delete: p50, µs",
            Self::DeleteBytes => "durable delete: bytes written",
            Self::DeleteSyncs => "durable delete: syncs",
            Self::Batch => "batch of 1,000: CPU per secret, µs",
            Self::Cold => "open read-only and get one, new process: CPU, µs",
            Self::LookSyncs => "open read-only, get one, close: syncs",
            Self::ReadSyncs => "open, get one, close: syncs",
            Self::OnePutSyncs => "open, put one, close: syncs",
            Self::FileBytes => "file per secret of 64 B, compacted: bytes",
            Self::FileBytesLarge => "file per secret of 4 KiB, compacted: bytes",
            Self::MemoryOpen => "open and get one: peak memory, MiB",
            Self::MemoryGets => "20,000 gets: peak memory, MiB",
            Self::Seal => "seal 64 B: CPU, ns",
            Self::Argon2Small => "Argon2id, 19 MiB, 2 passes, 1 lane: CPU, ms",
            Self::Argon2 => "Argon2id, 64 MiB, 3 passes, 4 lanes: CPU, ms",
        }
    }
}

/// One workload at one size: a number for everybody who was measured, strongroom first.
pub(crate) struct Row {
    pub(crate) workload: Workload,
    pub(crate) size: u64,
    pub(crate) values: Vec<(&'static str, f64)>,
}

/// Whose figures are of nobody: what the machine gives.
pub(crate) const MACHINE: &str = "machine";

/// The size of what knows none.
pub(crate) const NO_SIZE: u64 = 0;

#[derive(Default)]
pub(crate) struct Figures(Vec<Row>);

impl Figures {
    pub(crate) fn add(
        &mut self,
        workload: Workload,
        size: u64,
        values: impl IntoIterator<Item = (&'static str, f64)>,
    ) {
        self.0.push(Row { workload, size, values: values.into_iter().collect() });
    }

    pub(crate) fn rows(&self, size: u64) -> impl Iterator<Item = &Row> {
        self.0.iter().filter(move |row| row.size == size)
    }

    pub(crate) fn get(&self, workload: Workload, size: u64, name: &str) -> Option<f64> {
        let row = self.0.iter().find(|row| (row.workload, row.size) == (workload, size))?;
        row.values.iter().find(|(own, _)| *own == name).map(|(_, value)| *value)
    }
}
