use super::*;

/// What is left of a block when the allocator has given it back: the system's allocator writes at most its own links,
/// at the front of a block.
const LINKS: usize = 32;

/// Frees a block of `len` bytes that are all set, by `free`, and counts those that are left. Blocks of this size stay
/// mapped when they are freed.
fn left_after(len: usize, allocator: &impl GlobalAlloc) -> usize {
    let layout = Layout::from_size_align(len, 8).unwrap();
    // SAFETY: a fresh block is filled and given back with its layout. It is looked at afterwards, which is what the
    // test is for: the memory still belongs to this process.
    unsafe {
        let block = allocator.alloc(layout);
        // Keeps the freed block from being merged with the top and trimmed.
        let behind = allocator.alloc(layout);
        block.write_bytes(0xa5, len);
        allocator.dealloc(black_box(block), layout);
        let left = (LINKS..len).filter(|&at| black_box(block).add(at).read_volatile() == 0xa5).count();
        allocator.dealloc(behind, layout);
        left
    }
}

#[test]
fn what_is_freed_is_wiped() {
    for len in [64, 1_000, 50_000] {
        assert_eq!(left_after(len, &ZeroizingAllocator), 0, "{len} bytes");
        assert!(
            left_after(len, &System) > 0,
            "the system's allocator leaves something of {len} bytes to find"
        );
    }
}

#[test]
fn what_is_grown_or_shrunk_keeps_its_content_and_leaves_no_copy() {
    let layout = Layout::from_size_align(200, 8).unwrap();
    for new_len in [100, 200, 20_000] {
        // SAFETY: as above.
        unsafe {
            let block = ZeroizingAllocator.alloc(layout);
            block.write_bytes(0xa5, 200);
            let grown = ZeroizingAllocator.realloc(black_box(block), layout, new_len);
            let kept = (0..new_len.min(200)).all(|at| grown.add(at).read() == 0xa5);
            assert!(kept, "{new_len}");
            assert_ne!(block, grown);
            let left = (LINKS..200).filter(|&at| black_box(block).add(at).read_volatile() == 0xa5).count();
            assert_eq!(left, 0, "{new_len}");
            ZeroizingAllocator.dealloc(grown, Layout::from_size_align(new_len, 8).unwrap());
        }
    }
}

#[test]
fn what_is_asked_for_zeroed_is_zero() {
    let layout = Layout::from_size_align(4_096, 64).unwrap();
    // SAFETY: as above.
    unsafe {
        let used = ZeroizingAllocator.alloc(layout);
        used.write_bytes(1, 4_096);
        System.dealloc(used, layout);
        let block = ZeroizingAllocator.alloc_zeroed(layout);
        assert!((0..4_096).all(|at| block.add(at).read() == 0));
        ZeroizingAllocator.dealloc(block, layout);
    }
}
