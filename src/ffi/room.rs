//! Memory of the caller's that takes several things.

use std::fmt::{self, Write};
use std::ptr;

use super::output::strongroom_text;

/// What is left of it.
pub(super) struct Room {
    at: *mut u8,
    left: usize,
}

/// Where items of one type go.
pub(super) struct Items<T> {
    start: *mut T,
    written: usize,
    room: usize,
}

impl Room {
    /// # Safety
    ///
    /// `len` bytes from `at` on must be writable as long as this is used, and nobody else may use them. NULL with length 0 is no room.
    pub(super) unsafe fn new(at: *mut u8, len: usize) -> Self {
        Self { at, left: len }
    }

    fn take(&mut self, len: usize) -> Option<*mut u8> {
        self.left = self.left.checked_sub(len)?;
        let taken = self.at;
        // SAFETY: so many bytes were left.
        self.at = unsafe { taken.add(len) };
        Some(taken)
    }

    /// Copies a text and puts a NUL behind it; `None` if there is too little room.
    pub(super) fn text(&mut self, text: &str) -> Option<strongroom_text> {
        let data = self.take(text.len().checked_add(1)?)?;
        // SAFETY: there is room for the text and its NUL, and it is not the caller's text.
        unsafe {
            ptr::copy_nonoverlapping(text.as_ptr(), data, text.len());
            data.add(text.len()).write(0);
        }
        Some(strongroom_text { data: data.cast(), len: text.len() })
    }

    /// As [`text`](Self::text), of what has none in memory yet.
    pub(super) fn shown(&mut self, shown: impl fmt::Display) -> Option<strongroom_text> {
        let (start, before) = (self.at, self.left);
        write!(self, "{shown}").ok()?;
        let len = before - self.left;
        self.text("")?;
        Some(strongroom_text { data: start.cast(), len })
    }

    /// Aligned room for so many items; `None` if there is too little.
    pub(super) fn array<T>(&mut self, count: usize) -> Option<Items<T>> {
        if count == 0 {
            return Some(Items { start: ptr::null_mut(), written: 0, room: 0 });
        }
        self.take(self.at.align_offset(align_of::<T>()))?;
        let start = self.take(count.checked_mul(size_of::<T>())?)?;
        Some(Items { start: start.cast(), written: 0, room: count })
    }
}

impl Write for Room {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        let data = self.take(part.len()).ok_or(fmt::Error)?;
        // SAFETY: there is room for it, and it is not the caller's text.
        unsafe { ptr::copy_nonoverlapping(part.as_ptr(), data, part.len()) };
        Ok(())
    }
}

impl<T> Items<T> {
    /// Where they begin; NULL if there is room for none.
    pub(super) fn start(&self) -> *const T {
        self.start
    }

    /// Writes the next one; nothing if there is no room for it.
    pub(super) fn push(&mut self, item: T) {
        if self.written < self.room {
            // SAFETY: there is room for it, aligned.
            unsafe { self.start.add(self.written).write(item) };
            self.written += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_items_take_their_room_and_no_more() {
        let mut memory = [0xff_u8; 64];
        // SAFETY: it lives as long, and is used for nothing else meanwhile.
        let mut room = unsafe { Room::new(memory.as_mut_ptr().wrapping_add(1), 40) };
        let text = room.text("abc").unwrap();
        let mut items = room.array::<u64>(2).unwrap();
        let last = room.left;
        assert!(items.start().is_aligned());
        assert!(last < 40 - 4 - 16 + 1);
        for item in [1, 2, 3] {
            items.push(item);
        }
        assert!(room.text(&"x".repeat(last)).is_none());
        // SAFETY: it points into `memory`.
        assert_eq!(unsafe { std::slice::from_raw_parts(text.data.cast::<u8>(), text.len + 1) }, b"abc\0");
        // SAFETY: as above.
        assert_eq!(unsafe { std::slice::from_raw_parts(items.start(), 2) }, [1, 2]);
        assert_eq!(memory.first(), Some(&0xff));
        assert!(memory.iter().skip(41).all(|byte| *byte == 0xff));
    }

    #[test]
    fn what_is_shown_ends_with_a_nul_where_there_is_room() {
        let mut memory = [0xff_u8; 8];
        for len in 0..=memory.len() {
            // SAFETY: it lives as long, and is used for nothing else meanwhile.
            let mut room = unsafe { Room::new(memory.as_mut_ptr(), len) };
            let shown = room.shown(format_args!("{}-{}", 12, "abc"));
            assert_eq!(shown.is_some(), len >= 7, "{len}");
            let Some(shown) = shown else { continue };
            // SAFETY: it points into `memory`.
            let written = unsafe { std::slice::from_raw_parts(shown.data.cast::<u8>(), shown.len + 1) };
            assert_eq!(written, b"12-abc\0");
            assert_eq!(room.left, len - 7);
        }
        assert_eq!(memory.last(), Some(&0xff));
    }

    #[test]
    fn no_room_takes_nothing() {
        // SAFETY: no bytes.
        let mut room = unsafe { Room::new(ptr::null_mut(), 0) };
        assert!(room.text("").is_none());
        assert!(room.shown("").is_none());
        assert!(room.array::<u64>(1).is_none());
        assert!(room.array::<u64>(0).unwrap().start().is_null());
        assert!(room.array::<u64>(usize::MAX).is_none());
    }
}
