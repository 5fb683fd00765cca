//! Networks that compute only what is new in a window.
//!
//! `chain` reads the beginning of a graph, as far as it can be computed column by column of time, one
//! `operator` after the other. `plan` and `builder` cut it into segments (`segment`) and decide whose
//! columns are kept. `submodel` makes an ONNX model of each segment for a backend to run, and `finish`
//! computes the pool at its end. `staged` runs them: `layout` knows where a window's columns lie,
//! `turn` computes the missing ones, `columns` holds them, and `state` keeps them for a stream.
//!
//! A column is always computed in a chunk of the same shape, at the same place in that chunk, and from
//! columns for which the same holds. So it has the same bits whichever windows were computed before,
//! and an offline pass equals a live one that had to skip updates.

mod builder;
mod chain;
mod columns;
mod finish;
mod layout;
mod operator;
mod plan;
mod segment;
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

use super::runner::OpenRunner;
use crate::model::Model;

/// Opens `model` in parts.
///
/// # Errors
/// The reason why it must be computed in whole windows.
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
