//! The parts of ONNX models: nodes, attributes, tensors and values as protobuf messages.

use tract_onnx::pb::attribute_proto::AttributeType;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::tensor_shape_proto::Dimension;
use tract_onnx::pb::tensor_shape_proto::dimension::Value;
use tract_onnx::pb::{
    AttributeProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorProto,
    TensorShapeProto, TypeProto, ValueInfoProto, type_proto,
};

/// A model of opset 17 with this graph.
#[must_use]
pub fn model(graph: GraphProto) -> ModelProto {
    ModelProto {
        // The version of the format that belongs to opset 17.
        ir_version: 8,
        opset_import: vec![OperatorSetIdProto {
            domain: String::new(),
            version: 17,
        }],
        graph: Some(graph),
        ..ModelProto::default()
    }
}

/// A node that is named after its output.
#[must_use]
pub fn node(
    operator: &str,
    inputs: &[&str],
    output: &str,
    attributes: Vec<AttributeProto>,
) -> NodeProto {
    NodeProto {
        op_type: operator.to_owned(),
        name: output.to_owned(),
        input: inputs.iter().map(|&input| input.to_owned()).collect(),
        output: vec![output.to_owned()],
        attribute: attributes,
        ..NodeProto::default()
    }
}

/// An attribute that is an integer.
#[must_use]
pub fn integer(name: &str, value: i64) -> AttributeProto {
    AttributeProto {
        name: name.to_owned(),
        r#type: AttributeType::Int as i32,
        i: value,
        ..AttributeProto::default()
    }
}

/// An attribute that is a list of integers.
#[must_use]
pub fn integers(name: &str, values: &[usize]) -> AttributeProto {
    AttributeProto {
        name: name.to_owned(),
        r#type: AttributeType::Ints as i32,
        ints: values.iter().map(|&value| value as i64).collect(),
        ..AttributeProto::default()
    }
}

/// A tensor of f32. `shape` is its lengths, outermost first, and `values` are row-major.
#[must_use]
pub fn tensor(name: &str, shape: &[usize], values: &[f32]) -> TensorProto {
    let dims: Vec<i64> = shape.iter().map(|&length| length as i64).collect();
    let bytes: Vec<u8> = values.iter().flat_map(|x| x.to_le_bytes()).collect();
    raw_tensor(name, DataType::Float, &dims, bytes)
}

/// A tensor of f32 that are all 0.
#[must_use]
pub fn zeros(name: &str, shape: &[usize]) -> TensorProto {
    tensor(name, shape, &vec![0.0; shape.iter().product()])
}

/// A list of integers as a tensor.
#[must_use]
pub fn integer_tensor(name: &str, values: &[i64]) -> TensorProto {
    let bytes = values.iter().flat_map(|value| value.to_le_bytes());
    let dims = [values.len() as i64];
    raw_tensor(name, DataType::Int64, &dims, bytes.collect())
}

/// A tensor of any type from its little-endian bytes.
#[must_use]
pub fn raw_tensor(name: &str, kind: DataType, dims: &[i64], bytes: Vec<u8>) -> TensorProto {
    TensorProto {
        name: name.to_owned(),
        dims: dims.to_vec(),
        data_type: kind as i32,
        raw_data: bytes,
        ..TensorProto::default()
    }
}

/// The length of an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length<'a> {
    /// It is known.
    Fixed(usize),
    /// It is free, and has a name.
    Free(&'a str),
}

/// An input or output of type f32.
#[must_use]
pub fn value(name: &str, shape: &[Length<'_>]) -> ValueInfoProto {
    let dim = shape.iter().map(|length| Dimension {
        value: Some(match *length {
            Length::Fixed(length) => Value::DimValue(length as i64),
            Length::Free(name) => Value::DimParam(name.to_owned()),
        }),
        ..Dimension::default()
    });
    let tensor = type_proto::Tensor {
        elem_type: DataType::Float as i32,
        shape: Some(TensorShapeProto { dim: dim.collect() }),
    };
    ValueInfoProto {
        name: name.to_owned(),
        r#type: Some(TypeProto {
            value: Some(type_proto::Value::TensorType(tensor)),
            ..TypeProto::default()
        }),
        ..ValueInfoProto::default()
    }
}
