//! Columns of a segment's output: those that are kept from window to window, and loose ones.

use std::ops::Range;

/// Columns with consecutive numbers, in memory allocated once: the newest push out the oldest.
#[derive(Debug)]
pub(super) struct Columns {
    rows: usize,
    capacity: usize,
    /// `[number modulo capacity, row]`
    data: Vec<f32>,
    held: Range<u64>,
}

impl Columns {
    pub fn new(rows: usize, capacity: usize) -> Self {
        Self {
            rows,
            capacity,
            data: vec![0.0; rows * capacity],
            held: 0..0,
        }
    }

    /// Forgets what lies outside `wanted`, and all unless the rest begins with it.
    pub fn keep(&mut self, wanted: Range<u64>) {
        let end = self.held.end.min(wanted.end);
        let has_first = self.held.contains(&wanted.start);
        self.held = wanted.start..if has_first { end } else { wanted.start };
    }

    pub fn has(&self, number: u64) -> bool {
        self.held.contains(&number)
    }

    /// A column that is held.
    pub fn get(&self, number: u64) -> &[f32] {
        let at = self.place(number);
        &self.data[at..at + self.rows]
    }

    /// The memory of the next column, which is held from now on.
    pub fn append(&mut self, number: u64) -> &mut [f32] {
        debug_assert_eq!(number, self.held.end, "columns come in order");
        self.held.end = number + 1;
        let at = self.place(number);
        &mut self.data[at..at + self.rows]
    }

    /// Bytes of memory.
    pub fn bytes(&self) -> usize {
        self.data.capacity() * size_of::<f32>()
    }

    fn place(&self, number: u64) -> usize {
        (number % self.capacity as u64) as usize * self.rows
    }
}

/// The columns of a window, or of a period, that are not kept: those outside `inner`.
#[derive(Debug, Default)]
pub(super) struct Loose {
    rows: usize,
    inner: Range<usize>,
    data: Vec<f32>,
}

impl Loose {
    /// Makes room for columns `0..columns` without `inner`.
    pub fn prepare(&mut self, rows: usize, columns: usize, inner: Range<usize>) {
        self.data.resize((columns - inner.len()) * rows, 0.0);
        (self.rows, self.inner) = (rows, inner);
    }

    pub fn has(&self, column: usize) -> bool {
        !self.inner.contains(&column)
    }

    pub fn get(&self, column: usize) -> &[f32] {
        let at = self.place(column);
        &self.data[at..at + self.rows]
    }

    pub fn get_mut(&mut self, column: usize) -> &mut [f32] {
        let at = self.place(column);
        &mut self.data[at..at + self.rows]
    }

    fn place(&self, column: usize) -> usize {
        let before = if column < self.inner.start {
            column
        } else {
            column - self.inner.len()
        };
        before * self.rows
    }
}
