//! The messages in an index, with the fields that are read (TensorFlow's `tensor_bundle.proto` and
//! `tensor_shape.proto`).

/// The value of the empty key.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Header {
    /// How many shards there are.
    #[prost(int32, tag = "1")]
    pub num_shards: i32,
    /// 0 is little-endian.
    #[prost(int32, tag = "2")]
    pub endianness: i32,
}

/// The value of a tensor's name.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Entry {
    /// Its type.
    #[prost(int32, tag = "1")]
    pub dtype: i32,
    /// Its shape; a scalar may have none.
    #[prost(message, optional, tag = "2")]
    pub shape: Option<Shape>,
    /// Number of its shard.
    #[prost(int32, tag = "3")]
    pub shard_id: i32,
    /// Where it begins in the shard, in bytes.
    #[prost(int64, tag = "4")]
    pub offset: i64,
    /// Its length in bytes.
    #[prost(int64, tag = "5")]
    pub size: i64,
    /// The masked checksum of its bytes.
    #[prost(fixed32, tag = "6")]
    pub crc32c: u32,
    /// The parts of a partitioned tensor, which has no bytes of its own.
    #[prost(bytes = "vec", repeated, tag = "7")]
    pub slices: Vec<Vec<u8>>,
}

/// A tensor's shape.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Shape {
    /// Its axes, outermost first.
    #[prost(message, repeated, tag = "2")]
    pub dim: Vec<Axis>,
}

/// An axis.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Axis {
    /// Its length.
    #[prost(int64, tag = "1")]
    pub size: i64,
}
