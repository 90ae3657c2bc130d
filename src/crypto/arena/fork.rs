//! Forking, for tests of what a child finds.

use std::io::{PipeReader, PipeWriter, Read, Write, pipe};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What a fork returns in the parent.
pub(crate) struct Child {
    pid: i32,
    told: PipeReader,
    /// The child waits for its other end to be closed.
    wait: Option<PipeWriter>,
}

/// The child's end: what it has to say, and when it may end.
pub(crate) struct InChild {
    tell: PipeWriter,
    wait: PipeReader,
}

/// Forks the process. Only in one that runs a single test: locks of other threads stay locked in the child.
pub(crate) fn fork() -> Result<Child, InChild> {
    let (told, tell) = pipe().unwrap();
    let (waiting, wait) = pipe().unwrap();
    // SAFETY: the child goes on with this thread alone, and ends in `InChild::live`; the C library sees to the locks of
    // its allocator.
    match unsafe { libc::fork() } {
        -1 => panic!("cannot fork: {}", std::io::Error::last_os_error()),
        0 => {
            drop((told, wait));
            // SAFETY: no argument. A child that waits for ever would keep its parent waiting too.
            unsafe { libc::alarm(60) };
            Err(InChild { tell, wait: waiting })
        }
        pid => Ok(Child { pid, told, wait: Some(wait) }),
    }
}

impl InChild {
    /// Tells what `life` returns, or how it panicked, and ends this process once the parent lets it, without returning
    /// into the test.
    pub(crate) fn live(mut self, life: impl FnOnce() -> String) -> ! {
        let told = catch_unwind(AssertUnwindSafe(life)).unwrap_or_else(|panic| {
            let text = panic.downcast_ref::<String>().cloned();
            format!("panicked: {}", text.unwrap_or_default())
        });
        let _ = self.tell.write_all(told.as_bytes());
        drop(self.tell);
        let _ = self.wait.read(&mut [0]);
        // SAFETY: ends the process at once; nothing of the parent's is run on the way out.
        unsafe { libc::_exit(0) }
    }
}

impl Child {
    /// What the child has to say. It lives on.
    pub(crate) fn told(&mut self) -> String {
        let mut told = String::new();
        self.told.read_to_string(&mut told).unwrap();
        told
    }

    /// Lets the child end, and waits for it.
    pub(crate) fn end(mut self) {
        self.wait = None;
        let mut status = 0;
        // SAFETY: a child of this process that nobody else waits for, and a place for its status.
        assert_eq!(unsafe { libc::waitpid(self.pid, &raw mut status, 0) }, self.pid);
        assert_eq!(status, 0, "the child did not end by itself");
    }
}

/// Drops the child's copy of something that other threads of the parent refer to.
pub(crate) fn drop_in_child<T>(shared: *const T) -> String {
    // SAFETY: the child has a memory of its own, in which no other thread exists, and ends without using it again.
    unsafe { shared.cast_mut().drop_in_place() };
    "dropped".to_owned()
}
