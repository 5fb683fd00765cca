//! Collects the segments of one part of a network along its chain.

use super::chain::{Chain, Link};
use super::finish::Finish;
use super::operator::{Axis, Kind, Step};
use super::segment::{Part, Segment, Source};

/// A segment is not kept if computing it again adds at most this share to the segment that needs it.
const CHEAP_PERCENT: u64 = 15;

/// Where the windows of a pool overlap, the operators before it may be computed again for each of them, if that
/// adds at most this share to the whole network.
const CHEAP_AGAIN_PERCENT: u64 = 15;

/// Where a part ends.
#[derive(Clone, Copy)]
pub(super) enum End {
    /// Within this pool, before its maximum over time.
    Pool(usize, Axis),
    /// Before this step.
    Step(usize),
}

/// Collects the segments of one part.
pub(super) struct Builder<'a> {
    chain: &'a Chain,
    source: Source,
    unit: usize,
    segments: Vec<Segment>,
    current: Option<Segment>,
    next_step: usize,
    /// The value that the part has reached: its shape without time, its columns, and as in [`Segment`].
    dims: Vec<usize>,
    columns: usize,
    grid: usize,
    lead: usize,
    span: usize,
}

impl<'a> Builder<'a> {
    /// Starts a part at the chain's beginning. Windows that begin a multiple of `unit` frames apart
    /// share its columns.
    pub fn new(chain: &'a Chain, source: Source, unit: usize) -> Self {
        let (columns, dims) = split_time(&chain.input_shape);
        Self {
            chain,
            source,
            unit,
            segments: Vec::new(),
            current: None,
            next_step: 0,
            dims,
            columns,
            grid: 1,
            lead: 0,
            span: 1,
        }
    }

    /// Starts the part after `last`, whose columns `step` pools over time by `axis`. Its windows begin on the grid
    /// of what the pools from there on give, up to the next convolution.
    pub fn after_pool(chain: &'a Chain, step: usize, axis: Axis, last: &Segment) -> Self {
        let (columns, dims) = split_time(&chain.steps[step].shape);
        let grid = last.grid * axis.stride;
        let pools = chain.steps[step + 1..].iter();
        let pools = pools.take_while(|step| step.kind != Kind::Convolution);
        let unit = grid * pools.map(|step| step.time().stride).product::<usize>();
        Self {
            next_step: step + 1,
            dims,
            columns,
            grid,
            lead: last.lead + axis.before * last.grid,
            span: last.span + (axis.reach() - 1) * last.grid,
            ..Self::new(chain, Source::Pool(axis), unit)
        }
    }

    /// The part, and where it ends.
    pub fn part(mut self) -> (Part, End) {
        let end = loop {
            let Some(step) = self.chain.steps.get(self.next_step) else {
                break End::Step(self.next_step);
            };
            let time = step.time();
            if self.unit.is_multiple_of(self.grid * time.stride) {
                self.append(step, false);
            } else if step.kind == Kind::MaxPool && time.dilation == 1 {
                let bands = &step.axes[..step.axes.len() - 1];
                if bands.iter().any(|&axis| axis != Axis::POINT) {
                    self.append(step, true);
                }
                break End::Pool(self.next_step, time);
            } else {
                break End::Step(self.next_step);
            }
            self.next_step += 1;
        };
        self.segments.extend(self.current.take());
        for segment in &mut self.segments {
            segment.finish = Finish::of(&segment.links, &self.chain.steps);
            let finished = segment.finish.as_ref().map_or(0, |finish| finish.links);
            segment.links.truncate(segment.links.len() - finished);
        }
        let part = Part {
            source: self.source,
            unit: self.unit,
            segments: decide(self.segments, self.unit),
        };
        (part, end)
    }

    fn append(&mut self, step: &Step, bands_only: bool) {
        let time = if bands_only { Axis::POINT } else { step.time() };
        if time.is_padded() {
            // The padding lies outside the window, so the operators before it must not see it.
            self.segments.extend(self.current.take());
        }
        if let Some(current) = &self.current
            && step.kind != Kind::Convolution
            && self.costs_much_again(current, time)
        {
            self.segments.extend(self.current.take());
        }
        let (columns, dims) = split_time(&step.shape);
        let columns = if bands_only { self.columns } else { columns };
        self.lead += time.before * self.grid;
        self.span += (time.reach() - 1) * self.grid;
        self.grid *= time.stride;
        let segment = self.current.get_or_insert_with(|| Segment {
            links: Vec::new(),
            finish: None,
            dims_in: self.dims.clone(),
            dims_out: Vec::new(),
            stride: 1,
            before: time.before,
            reach: 1,
            fill: if step.kind == Kind::MaxPool {
                f32::NEG_INFINITY
            } else {
                0.0
            },
            columns_in: self.columns,
            columns,
            grid: 0,
            lead: 0,
            span: 0,
            macs: 0,
            kept: true,
            chunk: 1,
        });
        segment.links.push(Link {
            step: self.next_step,
            bands_only,
        });
        // The operators before are computed for each column that this operator sees.
        segment.macs = segment.macs * time.stride as u64 + step.macs;
        segment.reach += (time.reach() - 1) * segment.stride;
        segment.stride *= time.stride;
        segment.columns = columns;
        (segment.grid, segment.lead, segment.span) = (self.grid, self.lead, self.span);
        segment.dims_out.clone_from(&dims);
        self.dims = dims;
        self.columns = columns;
    }

    /// Whether a pool whose windows overlap along time, by `axis`, would have `current` compute much of the whole
    /// network again.
    fn costs_much_again(&self, current: &Segment, axis: Axis) -> bool {
        let overlap = axis.reach().saturating_sub(axis.stride) as u64;
        let again = current.macs * self.columns as u64 * overlap / axis.stride as u64;
        again * 100 > self.chain.macs() * CHEAP_AGAIN_PERCENT
    }
}

/// Keeps the last segment, and those that cost much to compute again.
fn decide(mut segments: Vec<Segment>, unit: usize) -> Vec<Segment> {
    let mut needed = None;
    let mut macs = 0;
    for segment in segments.iter_mut().rev() {
        if let Some(columns) = needed {
            let again = segment.macs * columns as u64;
            segment.kept = again * 100 > macs * CHEAP_PERCENT;
            if !segment.kept {
                segment.chunk = columns;
                macs += again;
            }
        }
        if segment.kept {
            segment.chunk = unit / segment.grid;
            macs = segment.macs * segment.chunk as u64;
        }
        needed = Some(segment.chunk_in());
    }
    segments
}

/// The length of time, and the shape without it.
fn split_time(shape: &[usize]) -> (usize, Vec<usize>) {
    match shape.split_last() {
        Some((&columns, dims)) => (columns, dims.to_vec()),
        None => (0, Vec::new()),
    }
}
