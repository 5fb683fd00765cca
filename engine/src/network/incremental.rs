//! Networks that compute of each window only what is new.
//!
//! `chain` reads the part of a graph that can be computed column by column of time, `operator` by
//! operator; `plan` and `builder` cut it into segments and say whose columns are kept; `submodel`
//! makes an ONNX model of each segment for a backend to run, and `finish` does the pool at its end.
//! `staged` runs them: `layout` knows where a window's columns lie, `turn` computes those that are
//! missing, `columns` holds them, and `state` is what each stream keeps of them.
//!
//! A column is always computed in a chunk of the same shape, at the same place in it, from columns
//! of which the same holds. So it has the same bits, whichever windows were computed before: an
//! offline pass equals a live one that had to skip updates.

mod builder;
mod chain;
mod columns;
mod finish;
mod layout;
mod operator;
mod plan;
mod staged;
mod state;
mod submodel;
mod turn;

use prost::Message;
use tract_onnx::pb::ModelProto;

use chain::Chain;
use plan::Plan;
pub(super) use staged::Staged;
pub use state::NetworkState;
use submodel::Cutter;

use super::guarded::Runner;
use crate::Model;

/// What makes a runner of a model with this shape of input.
pub(super) type OpenRunner<'a> =
    dyn Fn(&ModelProto, &[usize]) -> Result<Box<dyn Runner>, String> + 'a;

/// How `model` can be computed in parts.
///
/// # Errors
/// Why it is computed in whole windows.
pub(super) fn open(model: &Model, open_runner: &OpenRunner) -> Result<Staged, String> {
    let proto = ModelProto::decode(model.onnx()).map_err(|error| error.to_string())?;
    let graph = proto.graph.as_ref().ok_or("there is no graph")?;
    let chain = Chain::of(graph, model.input_shape());
    let plan = Plan::of(&chain, &model.info().front_end)?;
    let cutter = Cutter::new(&proto, &chain)?;
    let mut runners = Vec::new();
    for part in &plan.parts {
        let mut opened = Vec::new();
        for segment in &part.segments {
            let submodel = cutter.segment(segment);
            opened.push(open_runner(&submodel.proto, &submodel.input_shape)?);
        }
        runners.push(opened);
    }
    let tail = cutter.tail(&plan).ok_or("there is no tail")?;
    let tail = open_runner(&tail.proto, &tail.input_shape)?;
    Ok(Staged::new(plan, runners, tail))
}
