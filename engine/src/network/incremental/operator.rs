//! What an operator does along time: which columns of its input a column of its output sees.

use std::collections::HashMap;

use tract_onnx::pb::{AttributeProto, NodeProto, TensorProto};

/// Stored constants by name.
pub(super) type Constants<'a> = HashMap<&'a str, &'a TensorProto>;

/// A kernel along one axis. Column `j` of the output sees `kernel` columns of the input, `dilation`
/// apart, the first of them at `j · stride − before`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Axis {
    pub kernel: usize,
    pub stride: usize,
    pub dilation: usize,
    /// Columns of padding before the first.
    pub before: usize,
    /// Columns of padding after the last.
    pub after: usize,
}

impl Axis {
    /// Each column of the output sees the column of the input in its place.
    pub const POINT: Self = Self {
        kernel: 1,
        stride: 1,
        dilation: 1,
        before: 0,
        after: 0,
    };

    /// Columns of the input that a column of the output spans, from the first to the last it sees.
    pub fn reach(self) -> usize {
        (self.kernel - 1) * self.dilation + 1
    }

    pub fn is_padded(self) -> bool {
        self.before > 0 || self.after > 0
    }

    /// Length of the output for an input of `length`. `None` if it has no column.
    pub fn output(self, length: usize) -> Option<usize> {
        let room = (length + self.before + self.after).checked_sub(self.reach())?;
        Some(room / self.stride + 1)
    }
}

/// What kind of operator a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Every value depends on its own column alone.
    Column,
    /// The same, for `max(x, 0)`.
    Rectifier,
    /// Convolution.
    Convolution,
    /// The maximum over a rectangle. It is the maximum over bands of the maxima over time.
    MaxPool,
    /// The mean over a rectangle.
    AveragePool,
}

/// One operator of a chain.
#[derive(Clone, Debug)]
pub(super) struct Step {
    /// Its place among the graph's nodes.
    pub node: usize,
    pub kind: Kind,
    /// Its kernel along the axes after batch and channel. Time is the last. There is none for
    /// [`Kind::Column`].
    pub axes: Vec<Axis>,
    /// Shape of its output for one window. Time is the last axis.
    pub shape: Vec<usize>,
    /// Multiply-adds for one column of its output.
    pub macs: u64,
}

impl Step {
    /// Multiply-adds for a window.
    pub fn whole_macs(&self) -> u64 {
        self.macs * self.shape.last().copied().unwrap_or(0) as u64
    }

    pub fn time(&self) -> Axis {
        self.axes.last().copied().unwrap_or(Axis::POINT)
    }
}

/// Operators of one input that treat each value by itself.
const VALUE_BY_VALUE: [&str; 21] = [
    "Abs",
    "Celu",
    "Clip",
    "Dropout",
    "Elu",
    "Erf",
    "Exp",
    "Gelu",
    "HardSigmoid",
    "HardSwish",
    "Identity",
    "LeakyRelu",
    "Mish",
    "Neg",
    "Selu",
    "Sigmoid",
    "Softplus",
    "Softsign",
    "Sqrt",
    "Tanh",
    "ThresholdedRelu",
];

/// What `node` does with `input`, whose shape for one window is `shape`.
///
/// # Errors
/// The reason why it cannot be computed column by column.
pub(super) fn step(
    node: &NodeProto,
    index: usize,
    input: &str,
    shape: &[usize],
    constants: &Constants,
) -> Result<Step, String> {
    let operator = node.op_type.as_str();
    let step = |kind, axes, shape, macs| Step {
        node: index,
        kind,
        axes,
        shape,
        macs,
    };
    let column = |shape: &[usize]| Ok(step(Kind::Column, vec![], shape.to_vec(), 0));
    match operator {
        _ if VALUE_BY_VALUE.contains(&operator) => column(shape),
        "Relu" => Ok(step(Kind::Rectifier, vec![], shape.to_vec(), 0)),
        "Add" | "Sub" | "Mul" | "Div" | "PRelu" => {
            let others = node.input.iter().filter(|name| *name != input);
            for other in others {
                same_in_every_column(other, shape, constants)?;
            }
            column(shape)
        }
        "BatchNormalization" => {
            if integer(node, "training_mode", 0) != 0 || integer(node, "spatial", 1) == 0 {
                return Err("it normalises by statistics of the window".to_owned());
            }
            column(shape)
        }
        "Unsqueeze" => column(&unsqueezed(node, shape, constants)?),
        "Conv" => {
            let weights = node
                .input
                .get(1)
                .and_then(|name| constants.get(name.as_str()));
            let weights = weights.ok_or("its weights are not constant")?;
            let dims: Vec<usize> = weights
                .dims
                .iter()
                .map(|&dim| dim.max(0) as usize)
                .collect();
            let kernel = dims.get(2..).unwrap_or_default();
            let (axes, mut out) = window(node, shape, Some(kernel))?;
            out[1] = dims[0];
            let macs = dims.iter().product::<usize>() as u64;
            let positions: usize = out[2..out.len() - 1].iter().product();
            Ok(step(Kind::Convolution, axes, out, macs * positions as u64))
        }
        "MaxPool" | "AveragePool" => {
            let (axes, out) = window(node, shape, None)?;
            if operator == "MaxPool" {
                return Ok(step(Kind::MaxPool, axes, out, 0));
            }
            if axes.iter().any(|axis| axis.is_padded()) {
                return Err("it averages across the window's edges".to_owned());
            }
            Ok(step(Kind::AveragePool, axes, out, 0))
        }
        _ => Err("it depends on the whole window".to_owned()),
    }
}

/// Checks that `name` is a constant that is the same in every column, and that it does not widen the
/// value with which it is combined.
fn same_in_every_column(name: &str, shape: &[usize], constants: &Constants) -> Result<(), String> {
    let Some(tensor) = constants.get(name) else {
        return Err(format!("`{name}` is not a stored constant"));
    };
    let dims = &tensor.dims;
    if dims.last().is_some_and(|&dim| dim != 1) {
        return Err("it differs between the window's frames".to_owned());
    }
    let own = shape.iter().rev();
    let fits = dims.len() <= shape.len()
        && dims
            .iter()
            .rev()
            .zip(own)
            .all(|(&dim, &own)| dim == 1 || dim == own as i64);
    fits.then_some(())
        .ok_or_else(|| format!("`{name}` has another shape"))
}

fn unsqueezed(
    node: &NodeProto,
    shape: &[usize],
    constants: &Constants,
) -> Result<Vec<usize>, String> {
    let axes = match node.input.get(1) {
        Some(name) => {
            let tensor = constants.get(name.as_str());
            tensor
                .map(|tensor| stored_integers(tensor))
                .unwrap_or_default()
        }
        None => integers(node, "axes").unwrap_or_default(),
    };
    let rank = shape.len() as i64 + 1;
    match axes[..] {
        [axis] if (-rank..rank).contains(&axis) && axis.rem_euclid(rank) < rank - 1 => {
            let mut shape = shape.to_vec();
            shape.insert(axis.rem_euclid(rank) as usize, 1);
            Ok(shape)
        }
        _ => Err("it adds axes after time".to_owned()),
    }
}

fn stored_integers(tensor: &TensorProto) -> Vec<i64> {
    let raw = tensor.raw_data.as_chunks().0.iter();
    let raw = raw.map(|&value| i64::from_le_bytes(value));
    raw.chain(tensor.int64_data.iter().copied()).collect()
}

/// The kernel of a convolution or pool along each axis, and the shape of its output.
fn window(
    node: &NodeProto,
    shape: &[usize],
    weights: Option<&[usize]>,
) -> Result<(Vec<Axis>, Vec<usize>), String> {
    let count = shape.len().saturating_sub(2);
    let given = |name: &str, default: usize, length: usize| -> Result<Vec<usize>, String> {
        let values = integers(node, name).unwrap_or_else(|| vec![default as i64; length]);
        let values: Vec<usize> = values
            .iter()
            .map(|&v| usize::try_from(v).unwrap_or(0))
            .collect();
        let sound = values.len() == length;
        sound
            .then_some(values)
            .ok_or_else(|| format!("its `{name}` are not {length} numbers"))
    };
    let kernel = match weights {
        Some(kernel) => kernel.to_vec(),
        None => given("kernel_shape", 0, count)?,
    };
    if count == 0 || kernel.len() != count || kernel.contains(&0) {
        return Err("its kernel does not fit its input".to_owned());
    }
    let strides = given("strides", 1, count)?;
    let dilations = given("dilations", 1, count)?;
    let pads = given("pads", 0, 2 * count)?;
    let mut axes = Vec::with_capacity(count);
    let mut out = shape.to_vec();
    for i in 0..count {
        let mut axis = Axis {
            kernel: kernel[i],
            stride: strides[i].max(1),
            dilation: dilations[i].max(1),
            before: pads[i],
            after: pads[count + i],
        };
        pad_automatically(node, &mut axis, shape[2 + i])?;
        let length = axis
            .output(shape[2 + i])
            .ok_or("its kernel is larger than its input")?;
        let rest = (shape[2 + i] + axis.before + axis.after - axis.reach()) % axis.stride;
        if integer(node, "ceil_mode", 0) != 0 && rest != 0 {
            return Err("it rounds its output's length up".to_owned());
        }
        out[2 + i] = length;
        axes.push(axis);
    }
    Ok((axes, out))
}

fn pad_automatically(node: &NodeProto, axis: &mut Axis, length: usize) -> Result<(), String> {
    let how = attribute(node, "auto_pad").map_or("", |a| std::str::from_utf8(&a.s).unwrap_or("?"));
    let upper = match how {
        "" | "NOTSET" => return Ok(()),
        "VALID" => {
            (axis.before, axis.after) = (0, 0);
            return Ok(());
        }
        "SAME_UPPER" => true,
        "SAME_LOWER" => false,
        _ => return Err(format!("its padding `{how}` is unknown")),
    };
    let wanted = (length.div_ceil(axis.stride) - 1) * axis.stride + axis.reach();
    let total = wanted.saturating_sub(length);
    let (less, more) = (total / 2, total - total / 2);
    (axis.before, axis.after) = if upper { (less, more) } else { (more, less) };
    Ok(())
}

fn attribute<'a>(node: &'a NodeProto, name: &str) -> Option<&'a AttributeProto> {
    node.attribute
        .iter()
        .find(|attribute| attribute.name == name)
}

fn integer(node: &NodeProto, name: &str, default: i64) -> i64 {
    attribute(node, name).map_or(default, |attribute| attribute.i)
}

fn integers(node: &NodeProto, name: &str) -> Option<Vec<i64>> {
    attribute(node, name).map(|attribute| attribute.ints.clone())
}
