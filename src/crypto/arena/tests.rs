//! What the arena promises, asked of the operating system.

use std::os::unix::process::ExitStatusExt;
use std::sync::Barrier;

use rustix::process::{Resource, Rlimit, setrlimit};

use super::*;
use crate::own_process;

/// The flags of the mapping that `address` lies in.
fn flags(address: *const u8) -> Vec<String> {
    let maps = std::fs::read_to_string("/proc/self/smaps").unwrap();
    let mut inside = false;
    for line in maps.lines() {
        let range = line.split(' ').next().and_then(|range| range.split_once('-'));
        let hex = |text: &str| usize::from_str_radix(text, 16).ok();
        if let Some((start, end)) = range.and_then(|(start, end)| hex(start).zip(hex(end))) {
            inside = (start..end).contains(&address.addr());
        }
        if let Some(found) = line.strip_prefix("VmFlags:").filter(|_| inside) {
            return found.split_whitespace().map(str::to_owned).collect();
        }
    }
    panic!("no mapping holds {address:?}");
}

/// Runs `test` in a process of its own: what other tests keep locked counts towards the limit of this one too.
fn alone(name: &str, test: impl FnOnce()) {
    match own_process::part() {
        Some(_) => test(),
        None => drop(own_process::run(module_path!(), name, "alone")),
    }
}

#[test]
fn the_system_says_that_the_pages_are_locked_undumped_and_wiped_on_fork() {
    alone("the_system_says_that_the_pages_are_locked_undumped_and_wiped_on_fork", || {
        let granted =
            |address| ["lo", "dd", "wf"].map(|flag| flags(address).iter().any(|found| found == flag));
        let arena = Arena::any();
        let all = MemoryStatus { locked: true, excluded_from_dumps: true, wiped_on_fork: true };
        assert_eq!(arena.status(), all, "is `ulimit -l` too low to test with?");
        assert_eq!(granted(arena.place().unwrap().bytes().unwrap().as_ptr()), [true; 3]);
        let ordinary = vec![1_u8; 1 << 20];
        assert_eq!(granted(ordinary.as_ptr()), [false; 3]);
    });
}

#[test]
fn the_status_says_what_was_refused() {
    alone("the_status_says_what_was_refused", || {
        for (wish, expected) in [
            (Wish::Lock, MemoryStatus { locked: false, excluded_from_dumps: true, wiped_on_fork: true }),
            (Wish::NoDump, MemoryStatus { locked: true, excluded_from_dumps: false, wiped_on_fork: true }),
            (
                Wish::WipeOnFork,
                MemoryStatus { locked: true, excluded_from_dumps: true, wiped_on_fork: false },
            ),
        ] {
            refusal::set(Some(wish));
            let without = Arena::any();
            let required = Arena::new(Locking::Required).map(|_| ()).map_err(|error| error.to_string());
            refusal::set(None);
            assert_eq!(without.status(), expected);
            assert_eq!(required.is_err(), wish == Wish::Lock);
            assert!(required.err().is_none_or(|error| error.contains("ulimit -l")));
            let mut place = without.place().unwrap();
            place.bytes_mut().unwrap().fill(1);
            assert_eq!(place.bytes().unwrap(), &[1; 32]);
        }
    });
}

#[test]
fn growth_needs_locked_pages_too_where_they_are_required() {
    alone("growth_needs_locked_pages_too_where_they_are_required", || {
        let arena = Arena::new(Locking::Required).unwrap();
        let places: Vec<_> = (1..PLACES).map(|_| arena.place().unwrap()).collect();
        refusal::set(Some(Wish::Lock));
        let refused = arena.place().map(|_| ()).unwrap_err();
        refusal::set(None);
        assert_eq!(refused.kind(), ErrorKind::OutOfMemory);
        assert!(arena.status().locked);
        drop(places);
        arena.place().unwrap();
    });
}

#[test]
fn the_guards_fault_and_the_pages_between_them_do_not() {
    const NAME: &str = "the_guards_fault_and_the_pages_between_them_do_not";
    if let Some(part) = own_process::part() {
        setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) }).unwrap();
        let pages = Pages::guarded(CHUNK_LEN).unwrap();
        // SAFETY: index 0 lies inside, and nobody writes.
        let first = unsafe { pages.get(0) }.as_ptr();
        let at = match part.as_str() {
            "before" => first.wrapping_sub(1),
            "first" => first,
            "last" => first.wrapping_add(CHUNK_LEN - 1),
            _ => first.wrapping_add(CHUNK_LEN),
        };
        // SAFETY: none where a guard is met, which is the question; the process is there to die of it.
        assert_eq!(unsafe { at.read_volatile() }, 0);
        return;
    }
    const SIGSEGV: i32 = 11;
    for (part, signal) in
        [("before", Some(SIGSEGV)), ("first", None), ("last", None), ("behind", Some(SIGSEGV))]
    {
        let output = own_process::command(module_path!(), NAME, part).output().unwrap();
        assert_eq!(output.status.signal(), signal, "{part}");
        assert_eq!(output.status.success(), signal.is_none(), "{part}");
    }
}

#[test]
fn a_place_is_zero_when_it_is_given_out_and_wiped_when_it_comes_back() {
    let arena = Arena::any();
    let mut place = arena.place().unwrap();
    assert_eq!(place.bytes().unwrap(), &[0; 32]);
    place.bytes_mut().unwrap().fill(0xa5);
    let index = place.index;
    // SAFETY: the place lies inside, and nobody writes while it is looked at.
    let look = || unsafe { arena.chunk(index).unwrap().pages.read(index % PLACES) };
    assert_eq!(look(), [u64::from_le_bytes([0xa5; 8]); 4], "the look sees what is there");
    drop(place);
    assert_eq!(look(), [0; 4]);
    let again = arena.place().unwrap();
    assert_eq!(again.index, index, "the place is used again");
    assert_eq!(again.bytes().unwrap(), &[0; 32]);
}

#[test]
fn it_grows_to_its_bound_and_gives_places_out_again() {
    let arena = Arena::any();
    let mut places = Vec::new();
    let refused = loop {
        match arena.place() {
            Ok(mut place) => {
                let number = u32::try_from(places.len()).unwrap().to_le_bytes();
                place.bytes_mut().unwrap()[..4].copy_from_slice(&number);
                places.push(place);
            }
            Err(refused) => break refused,
        }
    };
    assert_eq!(refused.kind(), ErrorKind::OutOfMemory);
    assert_eq!(places.len(), CHUNKS_MAX * (PLACES - 1));
    for (number, place) in (0_u32..).zip(&places) {
        assert_eq!(place.bytes().unwrap()[..4], number.to_le_bytes(), "two places overlap");
    }
    arena.check().unwrap();
    places.truncate(PLACES);
    let capacity = arena.free.lock().unwrap().capacity();
    assert!(capacity >= CHUNKS_MAX * (PLACES - 1), "giving a place back may need memory");
    assert_eq!(arena.place().unwrap().bytes().unwrap(), &[0; 32]);
}

#[test]
fn threads_never_share_a_place() {
    const THREADS: u8 = 8;
    let (arena, start) = (Arena::any(), Barrier::new(usize::from(THREADS)));
    std::thread::scope(|scope| {
        for thread in 1..=THREADS {
            let (arena, start) = (&arena, &start);
            scope.spawn(move || {
                start.wait();
                for round in 0..200_u64 {
                    let mut places: Vec<_> = (0..round % 100).map(|_| arena.place().unwrap()).collect();
                    for place in &mut places {
                        assert_eq!(place.bytes().unwrap(), &[0; 32]);
                        place.bytes_mut().unwrap().fill(thread);
                    }
                    std::thread::yield_now();
                    assert!(places.iter().all(|place| *place.bytes().unwrap() == [thread; 32]));
                }
            });
        }
    });
    let chunks = arena.chunks.iter().filter(|chunk| chunk.get().is_some()).count();
    assert_eq!(arena.free.lock().unwrap().len(), chunks * (PLACES - 1), "a place was lost");
}

#[test]
fn a_canary_that_is_gone_means_that_the_keys_are() {
    let arena = Arena::any();
    let mut place = arena.place().unwrap();
    place.bytes_mut().unwrap().fill(7);
    arena.check().unwrap();
    // SAFETY: nobody looks at the canary meanwhile.
    unsafe { arena.chunks[0].get().unwrap().pages.get_mut(0)[5] ^= 1 };
    for refused in
        [arena.check(), place.bytes().map(|_| ()), place.bytes_mut().map(|_| ()), arena.place().map(|_| ())]
    {
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Forked);
    }
    let index = place.index;
    drop(place);
    // SAFETY: as above.
    assert_eq!(unsafe { arena.chunk(index).unwrap().pages.read(index) }, [0; 4], "wiped all the same");
}

#[test]
fn the_scratch_memory_is_zero_in_large_pages_and_no_dump_and_no_child_has_it() {
    let mut scratch = scratch::Scratch::reserve(8 * 1024).unwrap();
    let blocks = scratch.blocks();
    assert_eq!(blocks.len(), 8 * 1024);
    let address = blocks.as_ptr().cast();
    let found = flags(address);
    for flag in ["dd", "wf"] {
        assert!(found.iter().any(|found| found == flag), "{flag} is not in {found:?}");
    }
    // Kernels without large pages do not know the flag.
    if std::fs::exists("/sys/kernel/mm/transparent_hugepage").unwrap() {
        assert!(found.iter().any(|flag| flag == "hg"), "{found:?}");
    }
    let bytes = blocks.iter().flat_map(AsRef::as_ref);
    assert!(bytes.copied().all(|word: u64| word == 0));
    assert_eq!(scratch::Scratch::reserve(usize::MAX / 1024).err().unwrap().kind(), ErrorKind::OutOfMemory);
    assert_eq!(scratch::Scratch::reserve(usize::MAX).err().unwrap().kind(), ErrorKind::OutOfMemory);
}
