use super::*;

fn refused(memory_kib: u32, passes: u32, lanes: u32) -> bool {
    match KdfCost::new(memory_kib, passes, lanes) {
        Ok(cost) => {
            assert_eq!((cost.memory_kib(), cost.passes(), cost.lanes()), (memory_kib, passes, lanes));
            false
        }
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::KdfLimits, "{memory_kib} {passes} {lanes}");
            true
        }
    }
}

#[test]
fn the_window_ends_where_the_limits_say() {
    let (least, most) = (limits::KDF_MEMORY_KIB_MIN, limits::KDF_MEMORY_KIB_MAX);
    for (memory_kib, out) in [(0, true), (least - 1, true), (least, false), (most, false), (most + 1, true)] {
        assert_eq!(refused(memory_kib, 1, 1), out, "{memory_kib} KiB");
    }
    for (passes, out) in [(0, true), (1, false), (16, false), (17, true), (u32::MAX, true)] {
        assert_eq!(refused(least, passes, 1), out, "{passes} passes");
    }
    for (lanes, out) in [(0, true), (1, false), (16, false), (17, true), (u32::MAX, true)] {
        assert_eq!(refused(least, 1, lanes), out, "{lanes} lanes");
    }
    assert!(refused(u32::MAX, u32::MAX, u32::MAX));
}

#[test]
fn memory_times_passes_stays_within_four_gib() {
    let budget = u32::try_from(limits::KDF_BUDGET_KIB).unwrap();
    let most = limits::KDF_MEMORY_KIB_MAX;
    assert!(!refused(most, budget / most, 1), "exactly the budget");
    assert!(refused(most, budget / most + 1, 1), "one pass above the budget");
    assert!(!refused(budget / 16, 16, 16), "exactly the budget, in many passes");
    assert!(refused(budget / 16 + 1, 16, 16), "16 KiB above the budget");
}

#[test]
fn the_named_costs_lie_in_the_window() {
    for cost in [KdfCost::EDGE, KdfCost::DEFAULT, KdfCost::DESKTOP, KdfCost::HIGH] {
        assert!(!refused(cost.memory_kib(), cost.passes(), cost.lanes()));
    }
    assert_eq!(KdfCost::EDGE.weight(), 2 * 19 * 1024);
}
