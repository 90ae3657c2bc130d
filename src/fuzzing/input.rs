//! Choices and texts, made by the bytes of an input.

/// What is left of an input. When it is used up, every choice is the first one.
pub(super) struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn byte(&mut self) -> u8 {
        let Some((byte, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *byte
    }

    /// A number below `end`, which is at most 65,536.
    pub(super) fn below(&mut self, end: usize) -> usize {
        let high = if end > 256 { self.byte() } else { 0 };
        usize::from(u16::from_le_bytes([self.byte(), high])) % end.max(1)
    }

    /// Whether a choice with `odds` ways fell on the last of them.
    pub(super) fn seldom(&mut self, odds: usize) -> bool {
        self.below(odds) + 1 == odds
    }

    pub(super) fn pick<T: Copy>(&mut self, choices: &[T]) -> Option<T> {
        choices.get(self.below(choices.len())).copied()
    }

    /// Up to 255 bytes: how many says the first one.
    pub(super) fn bytes(&mut self) -> &'a [u8] {
        let len = usize::from(self.byte()).min(self.0.len());
        let (bytes, rest) = self.0.split_at(len);
        self.0 = rest;
        bytes
    }

    pub(super) fn text(&mut self) -> String {
        String::from_utf8_lossy(self.bytes()).into_owned()
    }

    /// One of the texts, or now and then any.
    pub(super) fn text_or(&mut self, known: &[&str]) -> String {
        if self.seldom(16) { self.text() } else { self.pick(known).unwrap_or_default().to_owned() }
    }
}
