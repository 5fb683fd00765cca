//! Columns of a segment's output: kept ones, which last from window to window, and loose ones.

use std::ops::Range;

/// Columns that share a block of memory.
const BLOCK_COLUMNS: usize = 8;

/// Columns with consecutive numbers. New ones replace the oldest. Memory is allocated block by block
/// when it is first needed, and then used again.
#[derive(Debug)]
pub(super) struct Columns {
    rows: usize,
    capacity: usize,
    /// Column `number` lies at place `number modulo capacity`, counted through the blocks. A block is
    /// `[column, row]`.
    blocks: Vec<Vec<f32>>,
    held: Range<u64>,
}

impl Columns {
    pub fn new(rows: usize, capacity: usize) -> Self {
        Self {
            rows,
            capacity,
            blocks: vec![Vec::new(); capacity.div_ceil(BLOCK_COLUMNS)],
            held: 0..0,
        }
    }

    /// Forgets the columns outside `wanted`. If the first wanted column is not held, it forgets all.
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
        let (block, place) = self.place(number);
        &self.blocks[block][place]
    }

    /// The memory of the next column. From now on this column is held.
    pub fn append(&mut self, number: u64) -> &mut [f32] {
        debug_assert_eq!(number, self.held.end, "columns come in order");
        self.held.end = number + 1;
        let (block, place) = self.place(number);
        let block = &mut self.blocks[block];
        if block.is_empty() {
            *block = vec![0.0; self.rows * BLOCK_COLUMNS];
        }
        &mut block[place]
    }

    /// Bytes of memory.
    pub fn bytes(&self) -> usize {
        let values = self.blocks.iter().map(Vec::capacity).sum::<usize>();
        values * size_of::<f32>()
    }

    /// A column's block, and where it lies there.
    fn place(&self, number: u64) -> (usize, Range<usize>) {
        let place = (number % self.capacity as u64) as usize;
        let start = place % BLOCK_COLUMNS * self.rows;
        (place / BLOCK_COLUMNS, start..start + self.rows)
    }
}

/// The columns of a window, or of a period, that are not kept. They lie outside `inner`.
#[derive(Debug, Default)]
pub(super) struct Loose {
    rows: usize,
    inner: Range<usize>,
    data: Vec<f32>,
}

impl Loose {
    /// Makes room for the columns `0..columns` outside `inner`.
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
