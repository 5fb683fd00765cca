//! Makes the ONNX models of segments and of the tail.

use std::collections::HashSet;

use tagline_onnx::integers;
use tract_onnx::pb::{GraphProto, ModelProto, NodeProto, ValueInfoProto};

use super::chain::Chain;
use super::operator::{Axis, Step};
use super::plan::Plan;
use super::segment::Segment;
use crate::model::f32_value;

/// Cuts models out of `model`, which begins with `chain`.
pub(super) struct Cutter<'a> {
    model: &'a ModelProto,
    graph: &'a GraphProto,
    chain: &'a Chain,
}

/// A model that was cut out, and the shape of its input.
pub(super) struct Submodel {
    pub proto: ModelProto,
    pub input_shape: Vec<usize>,
}

/// The axes along which an operator still has its kernel.
#[derive(Clone, Copy, PartialEq)]
enum Extent {
    /// All axes. There is no padding along time, which the caller adds.
    WithoutTimePadding,
    /// Bands alone.
    Bands,
    /// Time alone.
    Time,
}

impl<'a> Cutter<'a> {
    pub fn new(model: &'a ModelProto, chain: &'a Chain) -> Result<Self, String> {
        let graph = model.graph.as_ref().ok_or("there is no graph")?;
        Ok(Self {
            model,
            graph,
            chain,
        })
    }

    /// The model that computes one chunk of `segment`.
    pub fn segment(&self, segment: &Segment) -> Submodel {
        let mut nodes = Vec::new();
        let mut output = "";
        for link in &segment.links {
            let step = &self.chain.steps[link.step];
            let extent = if link.bands_only {
                Extent::Bands
            } else {
                Extent::WithoutTimePadding
            };
            nodes.push(self.node(step, extent));
            output = &self.graph.node[step.node].output[0];
        }
        let input = self.input_of(segment.links[0].step);
        let output = f32_value(output, &segment.backend_output());
        let shape = with_time(&segment.dims_in, segment.chunk_in());
        self.model(nodes, input, shape, vec![output])
    }

    /// The model of the tail of `plan`. It takes the columns of a whole window.
    pub fn tail(&self, plan: &Plan) -> Option<Submodel> {
        let last = plan.last()?;
        let chained = self.chain.steps.iter().map(|step| step.node);
        let before: HashSet<usize> = chained.take(plan.tail.first_step).collect();
        let cut = self
            .chain
            .steps
            .get(plan.tail.first_step)
            .filter(|_| plan.tail.time_only);
        let rest = self.graph.node.iter().enumerate();
        let rest = rest.filter(|(index, _)| !before.contains(index));
        let nodes = rest.map(|(index, node)| match cut {
            Some(step) if step.node == index => self.node(step, Extent::Time),
            _ => node.clone(),
        });
        let input = self.input_of(plan.tail.first_step);
        let shape = with_time(&last.dims_out, last.columns);
        Some(self.model(nodes.collect(), input, shape, self.graph.output.clone()))
    }

    /// Name of a step's input.
    fn input_of(&self, step: usize) -> &str {
        match step.checked_sub(1) {
            Some(previous) => &self.graph.node[self.chain.steps[previous].node].output[0],
            None => &self.chain.input,
        }
    }

    fn node(&self, step: &Step, extent: Extent) -> NodeProto {
        let mut node = self.graph.node[step.node].clone();
        if step.axes.is_empty() {
            return node;
        }
        let mut axes = step.axes.clone();
        let time = axes.len() - 1;
        match extent {
            Extent::WithoutTimePadding => (axes[time].before, axes[time].after) = (0, 0),
            Extent::Bands => axes[time] = Axis::POINT,
            Extent::Time => axes[..time].fill(Axis::POINT),
        }
        let geometry = [
            "kernel_shape",
            "strides",
            "dilations",
            "pads",
            "auto_pad",
            "ceil_mode",
        ];
        let dilated = axes.iter().any(|axis| axis.dilation != 1);
        node.attribute
            .retain(|attribute| !geometry.contains(&attribute.name.as_str()));
        let mut set = |name: &str, values: Vec<usize>| node.attribute.push(integers(name, &values));
        set(
            "kernel_shape",
            axes.iter().map(|axis| axis.kernel).collect(),
        );
        set("strides", axes.iter().map(|axis| axis.stride).collect());
        if dilated {
            set("dilations", axes.iter().map(|axis| axis.dilation).collect());
        }
        let before = axes.iter().map(|axis| axis.before);
        set(
            "pads",
            before.chain(axes.iter().map(|axis| axis.after)).collect(),
        );
        node
    }

    fn model(
        &self,
        nodes: Vec<NodeProto>,
        input: &str,
        input_shape: Vec<usize>,
        output: Vec<ValueInfoProto>,
    ) -> Submodel {
        let needed: HashSet<&str> = nodes
            .iter()
            .flat_map(|n| &n.input)
            .map(String::as_str)
            .collect();
        let given: HashSet<&str> = nodes
            .iter()
            .flat_map(|n| &n.output)
            .map(String::as_str)
            .collect();
        let tensors = self.graph.initializer.iter();
        let initializer = tensors
            .filter(|t| needed.contains(t.name.as_str()))
            .cloned()
            .collect();
        // A node that holds a constant comes before the nodes that use it.
        let constants = self.graph.node.iter().filter(|node| {
            let output = node.output.first().map_or("", String::as_str);
            node.op_type == "Constant" && needed.contains(output) && !given.contains(output)
        });
        let mut node: Vec<NodeProto> = constants.cloned().collect();
        node.extend(nodes);
        let graph = GraphProto {
            name: self.graph.name.clone(),
            node,
            initializer,
            input: vec![f32_value(input, &input_shape)],
            output,
            ..GraphProto::default()
        };
        let proto = ModelProto {
            ir_version: self.model.ir_version,
            opset_import: self.model.opset_import.clone(),
            graph: Some(graph),
            ..ModelProto::default()
        };
        Submodel { proto, input_shape }
    }
}

fn with_time(dims: &[usize], columns: usize) -> Vec<usize> {
    let mut shape = dims.to_vec();
    shape.push(columns);
    shape
}
