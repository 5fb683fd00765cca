//! Limits how much a network computes for one window.
//!
//! No inference library can be stopped inside a run. A window that takes minutes would hold up
//! everybody who waits for its thread: other instances, and a host that removes the plugin.

use tract_onnx::prelude::{TractResult, TypedModel, TypedNode};
use tract_onnx::tract_core::internal::{AxisOp, Cost};
use tract_onnx::tract_core::ops::array::Slice;
use tract_onnx::tract_core::ops::cnn::{Deconv, MaxPool, SumPool};
use tract_onnx::tract_core::ops::scan::Scan;

use super::error::ModelError;
use super::limits::MAX_MULTIPLY_ADDS;

/// Each value that an operator gives counts as so many further multiply-accumulates: computing and
/// storing it takes about that long, whatever the operator is.
const MULTIPLY_ADDS_A_VALUE: u64 = 8;

/// Refuses a `network` that computes too much for a window.
pub(super) fn check(network: &TypedModel) -> Result<(), ModelError> {
    let work = |node| work_of(network, node).unwrap_or(0);
    let by_node = network.nodes().iter().map(|node| (work(node), node));
    let total = by_node
        .clone()
        .fold(0u64, |sum, (work, _)| sum.saturating_add(work));
    if total <= MAX_MULTIPLY_ADDS {
        return Ok(());
    }
    let most = by_node.max_by_key(|&(work, _)| work);
    Err(ModelError::TooMuchWork {
        node: most.map_or_else(String::new, |(_, node)| node.name.clone()),
        billions: total.div_ceil(1_000_000_000),
        limit: MAX_MULTIPLY_ADDS / 1_000_000_000,
    })
}

/// Multiply-accumulates of one node of `network`, and its other work in their terms.
fn work_of(network: &TypedModel, node: &TypedNode) -> TractResult<u64> {
    if node.inputs.is_empty() {
        return Ok(0);
    }
    let inputs = network.node_input_facts(node.id)?;
    let volume = |shape: &[usize]| {
        let lengths = shape.iter().map(|&length| length as u64);
        lengths.fold(1, u64::saturating_mul)
    };
    let input = |slot: usize| {
        let shape = inputs.get(slot).and_then(|fact| fact.shape.as_concrete());
        shape.unwrap_or_default()
    };
    let given = node.outputs.iter().fold(0u64, |sum, output| {
        sum.saturating_add(output.fact.shape.as_concrete().map_or(0, volume))
    });
    let points = |kernel: &[usize]| given.saturating_mul(volume(kernel));
    let own = if let Some(scan) = node.op_as::<Scan>() {
        let steps = scan.iteration_count(&inputs);
        let steps = steps.and_then(|steps| steps.to_i64().ok()).unwrap_or(1);
        // Operators that cut and turn the weights stand in each step, but run once.
        let again = scan.body.nodes().iter();
        let again = again.filter(|node| !node.op_is::<AxisOp>() && !node.op_is::<Slice>());
        let step = again.fold(0u64, |sum, node| {
            sum.saturating_add(work_of(&scan.body, node).unwrap_or(0))
        });
        step.saturating_mul(steps.unsigned_abs())
    } else if node.op_is::<Deconv>() {
        // Each value of the input is multiplied with every kernel of its channel.
        let channels = input(0).get(1).map_or(1, |&channels| channels.max(1));
        volume(input(0)).saturating_mul(volume(input(1))) / channels as u64
    } else if let Some(pool) = node.op_as::<MaxPool>() {
        points(&pool.pool_spec.kernel_shape)
    } else if let Some(pool) = node.op_as::<SumPool>() {
        points(&pool.pool_spec.kernel_shape)
    } else {
        let mut sum = 0u64;
        for (cost, count) in node.op.cost(&inputs)? {
            if let Cost::FMA(_) = cost {
                sum = sum.saturating_add(count.to_i64().map_or(0, i64::unsigned_abs));
            }
        }
        sum
    };
    Ok(own.saturating_add(given.saturating_mul(MULTIPLY_ADDS_A_VALUE)))
}
