//! Cuts a network into segments.
//!
//! The windows of a stream begin on a grid of [`UPDATE_FRAMES`] frames. As long as the columns of a
//! segment lie on a grid that divides it, all windows share them. A pool that breaks this is cut in
//! two. Its maximum over bands ends the segment, whose columns stay on the fine grid, and its maximum
//! over time is taken anew for each window. What follows has columns for each *phase* of the coarse
//! grid, and one more part of segments keeps these for each phase. The rest, the tail, is computed as
//! a whole.

use super::builder::{Builder, End};
use super::chain::Chain;
use super::operator::Step;
use super::segment::{Part, Segment, Source, UPDATE_FRAMES};
use crate::front_end::FrontEndSpec;

/// A network is cut if that saves at least this factor.
const LEAST_GAIN: u64 = 2;

/// A network cut into parts.
#[derive(Debug)]
pub(super) struct Plan {
    pub frames: usize,
    pub parts: Vec<Part>,
    pub tail: Tail,
    /// Known multiply-adds of a whole window.
    pub macs_whole: u64,
    /// Average multiply-adds of an update, at one update a second.
    pub macs_update: u64,
}

/// The rest of the network, which is computed for whole windows from the last part's columns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Tail {
    /// Its first step in the chain.
    pub first_step: usize,
    /// Whether only that pool's maximum over time belongs to the tail.
    pub time_only: bool,
}

impl Plan {
    /// Cuts the network that begins with `chain`.
    ///
    /// # Errors
    /// The reason why whole windows are computed.
    pub fn of(chain: &Chain, front_end: &FrontEndSpec) -> Result<Self, String> {
        if !front_end.columns_are_independent() {
            let reason = "in this front-end, a frame depends on the rest of the window";
            return Err(reason.to_owned());
        }
        let macs_whole = chain.macs();
        let mut plan = Self {
            frames: front_end.frames,
            parts: Vec::new(),
            tail: Tail {
                first_step: 0,
                time_only: false,
            },
            macs_whole,
            macs_update: 0,
        };
        plan.cut(chain);
        plan.macs_update = plan.update_macs(chain, front_end);
        if macs_whole == 0 || plan.parts.is_empty() {
            return Err(chain.end.clone());
        }
        if plan.macs_update * LEAST_GAIN > macs_whole {
            return Err(format!("little can be kept ({})", chain.end));
        }
        Ok(plan)
    }

    fn cut(&mut self, chain: &Chain) {
        let first = Builder::new(chain, Source::Frames, UPDATE_FRAMES).part();
        let (part, end) = match (first, first_pool_grid(chain)) {
            // A fine grid would only cost memory if almost nothing is computed on it.
            ((part, end), Some(grid))
                if matches!(end, End::Pool(..)) && part.macs() * 10 < self.macs_whole =>
            {
                let coarse = Builder::new(chain, Source::Frames, grid).part();
                if coarse.0.macs() > part.macs() {
                    coarse
                } else {
                    (part, end)
                }
            }
            ((part, end), _) => (part, end),
        };
        if part.macs() == 0 {
            return;
        }
        let mut end_of_parts = end;
        let fine = part.unit == UPDATE_FRAMES;
        let last = part.segments.last().cloned();
        self.parts.push(part);
        if let (End::Pool(step, axis), Some(last), true) = (end, last, fine) {
            let (part, end) = Builder::after_pool(chain, step, axis, &last).part();
            if part.macs() > 0 {
                self.parts.push(part);
                end_of_parts = end;
            }
        }
        self.tail = match end_of_parts {
            End::Pool(step, _) => Tail {
                first_step: step,
                time_only: true,
            },
            End::Step(step) => Tail {
                first_step: step,
                time_only: false,
            },
        };
    }

    /// Average multiply-adds of an update, at one update a second.
    fn update_macs(&self, chain: &Chain, front_end: &FrontEndSpec) -> u64 {
        let seconds = UPDATE_FRAMES as f64 * front_end.frame_seconds();
        let step = ((1.0 / seconds).round() as usize).max(1) * UPDATE_FRAMES;
        let parts = self
            .parts
            .iter()
            .map(|part| part.update_macs(self.frames, step));
        let tail = chain.steps[self.tail.first_step..].iter();
        let tail = tail.map(Step::whole_macs);
        parts.chain(tail).sum()
    }

    /// The segment from whose columns the tail is computed.
    pub fn last(&self) -> Option<&Segment> {
        self.parts.last()?.segments.last()
    }
}

/// Frames between columns after the first operator with a stride.
fn first_pool_grid(chain: &Chain) -> Option<usize> {
    let strides = chain.steps.iter().map(|step| step.time().stride);
    strides.into_iter().find(|&stride| stride > 1)
}

#[cfg(test)]
mod tests {
    use prost::Message;
    use tagline_tests::{FcnModel, Overlap};
    use tract_onnx::pb::ModelProto;

    use super::super::operator::Kind;
    use super::*;

    fn plan(model: &FcnModel) -> (Plan, Vec<Kind>) {
        let proto = ModelProto::decode(&*model.bytes()).unwrap();
        let chain = Chain::of(&proto.graph.unwrap(), &[1, 1, 96, 1366]);
        let front_end = crate::Model::from_bytes(model.bytes(), None).unwrap();
        let plan = Plan::of(&chain, &front_end.info().front_end).unwrap();
        let first = |segment: &Segment| chain.steps[segment.links[0].step].kind;
        let kinds = plan.parts.iter().flat_map(|part| &part.segments).map(first);
        let kinds = kinds.collect();
        (plan, kinds)
    }

    #[test]
    fn overlapping_pools_have_no_dear_convolution_computed_again_and_later_layers_kept() {
        let mut model = FcnModel::fcn5();
        let (side_by_side, _) = plan(&model);
        for (block, of) in model.blocks.iter_mut().zip([4, 6, 6]) {
            block.overlap = Some(Overlap {
                step: 2,
                of,
                mean_step: 2,
            });
        }
        let (overlapping, kinds) = plan(&model);
        // The second block's pool takes what its convolution has kept, and the fourth block is kept, too.
        assert!(kinds.contains(&Kind::MaxPool), "{kinds:?}");
        assert_eq!(overlapping.parts.len(), side_by_side.parts.len());
        let tails = [&overlapping, &side_by_side].map(|plan| plan.tail.first_step);
        assert!(tails[0] > tails[1], "{tails:?}");
        let cost = overlapping.macs_update as f64 / side_by_side.macs_update as f64;
        assert!(cost < 1.2, "{cost}");
    }
}
