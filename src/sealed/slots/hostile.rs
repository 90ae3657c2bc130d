//! Key headers that somebody made up, their digests right: refused before any memory is spent, or inside the budget.
//!
//! Derivations are counted and not done, but for a few small ones; `STRONGROOM_HOSTILE_HEADERS=all` does them all.

use std::sync::Arc;

use super::*;
use crate::crypto::kdf::ledger::{self, Ledger};
use crate::crypto::random::seeded::splitmix64;
use crate::format::header::SLOTS;
use crate::format::layout::{DATA_OFFSET, Twin};
use crate::limits::{KDF_LANES_MAX, KDF_MEMORY_KIB_MAX, KDF_MEMORY_KIB_MIN, KDF_PASSES_MAX};
use crate::own_process;
use crate::sealed::disk::Disk;
use crate::sealed::disk::memory::MemoryDisk;
use crate::store::StoreOptions;

const HEADERS: u32 = 10_000;
const SEED: u64 = 0x68_6561_6465_7273;
/// What everything but one derivation may take.
const REST_KIB: u64 = 32 * 1024;
const KINDS: [SlotKind; 5] = [
    SlotKind::Passphrase,
    SlotKind::RawKey,
    SlotKind::KeyFile,
    SlotKind::PassphraseAndKeyFile,
    SlotKind::RecoveryCode,
];

struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        (splitmix64(&mut self.0) % bound as u64) as usize
    }

    fn one_of<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.below(256) as u8)
    }

    /// At, beside and far from each limit.
    fn cost(&mut self) -> StoredCost {
        let around =
            |least: u32, most: u32| [0, least - 1, least, least + 1, most - 1, most, most + 1, u32::MAX];
        StoredCost {
            memory_kib: self.one_of(&around(KDF_MEMORY_KIB_MIN, KDF_MEMORY_KIB_MAX)),
            passes: self.one_of(&around(1, KDF_PASSES_MAX)),
            lanes: self.one_of(&around(1, KDF_LANES_MAX)),
        }
    }

    /// Inside the window: the least there is, the most, or one in between.
    fn accepted_cost(&mut self) -> StoredCost {
        let (memory_kib, passes) = self.one_of(&[
            (KDF_MEMORY_KIB_MIN, 1),
            (KDF_MEMORY_KIB_MIN, 1),
            (KDF_MEMORY_KIB_MIN, 2),
            (KDF_MEMORY_KIB_MAX, 1),
            (KDF_MEMORY_KIB_MAX, 8),
            (256 * 1024, 16),
        ]);
        StoredCost { memory_kib, passes, lanes: self.one_of(&[1, 4, KDF_LANES_MAX]) }
    }

    fn slot(&mut self, cost: StoredCost) -> Slot {
        // Mostly the kind that is tried.
        let kind = if self.below(3) == 0 { self.one_of(&KINDS) } else { SlotKind::Passphrase };
        let wrapped = self.bytes::<{ OWNER_PAYLOAD_LEN + OVERHEAD }>().to_vec();
        Slot { kind, cost, id: self.bytes(), salt: self.bytes(), commitment: self.bytes(), wrapped }
    }

    fn header(&mut self, sequence: u64) -> Header {
        let place = StoreEpoch { store_id: self.bytes(), epoch: 0 };
        let (count, style) = (self.one_of(&[1, 2, 3, SLOTS]), self.below(4));
        let slots: Vec<_> = (0..count)
            .map(|_| {
                let cost = match style {
                    0 => self.cost(),
                    1 => StoredCost { memory_kib: KDF_MEMORY_KIB_MIN, passes: 1, lanes: 1 },
                    _ => self.accepted_cost(),
                };
                Some(self.slot(cost))
            })
            .collect();
        Header::new(place, sequence, &slots)
    }
}

/// A file with these key headers and nothing behind them.
fn file(headers: &mut [Header; 2]) -> Arc<MemoryDisk> {
    let disk = MemoryDisk::default();
    disk.set_len(DATA_OFFSET).unwrap();
    for (copy, header) in Twin::BOTH.into_iter().zip(headers) {
        let sealed = header.seal(|_| Ok::<_, ()>([0; 32]), |_| Ok([0; 32])).unwrap();
        disk.write_at(copy.header_offset(), sealed).unwrap();
    }
    Arc::new(disk)
}

/// What trying all of the passphrase slots costs; `None` if one of them lies outside the window. Worked out from the
/// limits alone.
fn price(headers: &[Header; 2]) -> Option<(u64, u64)> {
    let slots = headers.iter().flat_map(|header| &header.slots);
    let slots: Vec<_> = slots.filter_map(crate::format::slot::SlotState::in_use).collect();
    let tried = slots.iter().filter(|slot| slot.kind == SlotKind::Passphrase);
    tried.map(|slot| slot.cost).try_fold((0, 0), |(count, total), cost| {
        let weight = u64::from(cost.memory_kib) * u64::from(cost.passes);
        let accepted = (KDF_MEMORY_KIB_MIN..=KDF_MEMORY_KIB_MAX).contains(&cost.memory_kib)
            && (1..=KDF_PASSES_MAX).contains(&cost.passes)
            && (1..=KDF_LANES_MAX).contains(&cost.lanes)
            && weight <= KDF_BUDGET_KIB;
        accepted.then_some((count + 1, total + weight))
    })
}

/// Opens a file with these headers, and gives how that ended and what was derived.
fn open(headers: &mut [Header; 2], only_count: bool) -> (ErrorKind, Ledger) {
    let disk = file(headers);
    ledger::begin(only_count);
    let refused = StoreOptions::new().open_on(disk, &Unlock::passphrase("passphrase")).unwrap_err();
    (refused.kind(), ledger::end())
}

fn check(headers: &mut [Header; 2], only_count: bool) -> ErrorKind {
    let (kind, spent) = open(headers, only_count);
    assert!(spent.weight_kib <= KDF_BUDGET_KIB && spent.most_memory_kib <= KDF_MEMORY_KIB_MAX, "{spent:?}");
    match price(headers) {
        None => assert_eq!((kind, spent.runs), (ErrorKind::KdfLimits, 0), "memory was spent"),
        Some((count, total)) if total <= KDF_BUDGET_KIB => {
            assert_eq!((kind, spent.runs, spent.weight_kib), (ErrorKind::WrongKey, count, total));
        }
        Some(_) => assert_eq!(kind, ErrorKind::KdfLimits, "above the budget of all slots"),
    }
    kind
}

fn peak_memory_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    peak.trim().trim_end_matches("kB").trim().parse().unwrap()
}

#[test]
fn invented_headers_spend_nothing_or_what_the_budget_has() {
    const NAME: &str = "invented_headers_spend_nothing_or_what_the_budget_has";
    if own_process::part().is_none() {
        own_process::run(module_path!(), NAME, "alone");
        return;
    }
    let all = std::env::var_os("STRONGROOM_HOSTILE_HEADERS").is_some_and(|value| value == "all");
    let mut random = Random(SEED);
    let mut done = 0;
    let mut outcomes = [0_u32; 3];
    for _ in 0..HEADERS {
        let mut headers = [random.header(1), random.header(2)];
        let price = price(&headers);
        // The least there is, once or twice: what shows whether the memory of one run is gone before the next.
        let small = price.is_some_and(|(count, total)| {
            (1..=2).contains(&count) && total == count * u64::from(KDF_MEMORY_KIB_MIN)
        });
        let does = all || small && done < 20;
        done += u32::from(does);
        let kind = check(&mut headers, !does);
        outcomes[match (kind, price) {
            (ErrorKind::WrongKey, _) => 0,
            (_, None) => 1,
            _ => 2,
        }] += 1;
    }
    assert!(outcomes.iter().all(|&count| count > HEADERS / 20), "too few of one sort: {outcomes:?}");
    assert!(done >= 20, "only {done} were derived");
    let peak = peak_memory_kib();
    let one = if all { KDF_MEMORY_KIB_MAX } else { KDF_MEMORY_KIB_MIN };
    assert!(peak < u64::from(one) + REST_KIB, "{peak} KiB at most, of {one} for one derivation");

    // The control: at the most that is accepted, the memory is there and is seen.
    let most = StoredCost { memory_kib: KDF_MEMORY_KIB_MAX, passes: 1, lanes: 1 };
    let slot = Slot { kind: SlotKind::Passphrase, ..random.slot(most) };
    let place = StoreEpoch { store_id: [1; 16], epoch: 0 };
    let mut headers = [1, 2].map(|sequence| Header::new(place, sequence, &[Some(slot.clone())]));
    let (kind, spent) = open(&mut headers, false);
    assert_eq!((kind, spent.runs, spent.most_memory_kib), (ErrorKind::WrongKey, 1, KDF_MEMORY_KIB_MAX));
    let peak = peak_memory_kib();
    let most = u64::from(KDF_MEMORY_KIB_MAX);
    assert!((most..most + REST_KIB).contains(&peak), "{peak} KiB at most");
}
