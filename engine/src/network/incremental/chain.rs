//! The beginning of a network's graph, as far as it can be computed column by column.

use std::collections::{HashMap, HashSet};

use tract_onnx::pb::{GraphProto, NodeProto};

use super::operator::{self, Constants, Step};

/// Operators from a graph's input on. The only changing input of each is the one before.
pub(super) struct Chain {
    pub steps: Vec<Step>,
    /// Name of the graph's input.
    pub input: String,
    /// Its shape for one window. Time is the last axis.
    pub input_shape: Vec<usize>,
    /// Why the chain ends.
    pub end: String,
}

/// A step of a chain in a segment: all of it, or a pool's maximum over bands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Link {
    pub step: usize,
    pub bands_only: bool,
}

impl Chain {
    /// The chain at the beginning of `graph`, for windows of `input_shape`.
    pub fn of(graph: &GraphProto, input_shape: &[usize]) -> Self {
        let constants = constants(graph);
        let input = graph
            .input
            .iter()
            .find(|input| !constants.contains_key(input.name.as_str()));
        let input = input.map(|input| input.name.clone()).unwrap_or_default();
        let users = users(graph, &input);
        let mut chain = Self {
            steps: Vec::new(),
            input: input.clone(),
            input_shape: input_shape.to_vec(),
            end: String::new(),
        };
        let (mut value, mut shape) = (input.clone(), input_shape.to_vec());
        chain.end = loop {
            match next(graph, &users, &constants, &value, &shape) {
                Ok(step) => {
                    value = graph.node[step.node].output[0].clone();
                    shape.clone_from(&step.shape);
                    chain.steps.push(step);
                }
                Err(reason) => break reason,
            }
        };
        chain
    }

    /// Multiply-adds of all steps for a window.
    pub fn macs(&self) -> u64 {
        self.steps.iter().map(Step::whole_macs).sum()
    }
}

/// The only operator that uses `value`.
fn next(
    graph: &GraphProto,
    users: &HashMap<&str, Vec<usize>>,
    constants: &Constants,
    value: &str,
    shape: &[usize],
) -> Result<Step, String> {
    if graph.output.iter().any(|output| output.name == value) {
        return Err("the network ends there".to_owned());
    }
    let index = match users.get(value).map_or(&[][..], Vec::as_slice) {
        [index] => *index,
        _ => return Err(format!("`{value}` is used by several operators")),
    };
    let node = &graph.node[index];
    let refused = |reason: String| format!("{} `{}`: {reason}", node.op_type, name(node));
    let used = node.input.iter().filter(|name| *name == value).count();
    let given = node.output.iter().filter(|name| !name.is_empty()).count();
    if used != 1 || given != 1 || node.output[0].is_empty() {
        return Err(refused(
            "it has several changing inputs or outputs".to_owned(),
        ));
    }
    operator::step(node, index, value, shape, constants).map_err(refused)
}

fn name(node: &NodeProto) -> &str {
    match node.output.first() {
        Some(output) if node.name.is_empty() => output,
        _ => &node.name,
    }
}

/// The tensors that the file holds, by name.
fn constants(graph: &GraphProto) -> Constants<'_> {
    let mut constants: Constants = HashMap::new();
    for tensor in &graph.initializer {
        constants.insert(&tensor.name, tensor);
    }
    for node in graph.node.iter().filter(|node| node.op_type == "Constant") {
        let tensor = node
            .attribute
            .iter()
            .find_map(|attribute| attribute.t.as_ref());
        if let (Some(tensor), Some(output)) = (tensor, node.output.first()) {
            constants.insert(output, tensor);
        }
    }
    constants
}

/// The nodes that use each value that depends on `input`.
fn users<'a>(graph: &'a GraphProto, input: &'a str) -> HashMap<&'a str, Vec<usize>> {
    let mut changing: HashSet<&str> = HashSet::from([input]);
    let mut users: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, node) in graph.node.iter().enumerate() {
        let mut depends = false;
        for name in node
            .input
            .iter()
            .filter(|name| changing.contains(name.as_str()))
        {
            let nodes = users.entry(name).or_default();
            if nodes.last() != Some(&index) {
                nodes.push(index);
            }
            depends = true;
        }
        if depends {
            changing.extend(node.output.iter().map(String::as_str));
        }
    }
    users
}
