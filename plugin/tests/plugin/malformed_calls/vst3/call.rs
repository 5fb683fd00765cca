//! Calls that no host should make, drawn at random.

use proptest::collection::vec;
use proptest::prelude::*;

use super::super::memory::{MOST_CHANNELS, Precision, precision};

/// A bus of a block.
#[derive(Clone, Debug)]
pub(super) struct Bus {
    /// Channels that it claims to have: at most as many as there are pointers.
    pub(super) count: i32,
    pub(super) channels: Precision,
    pub(super) silence: u64,
}

/// Number of buses that a block claims to have.
#[derive(Clone, Copy, Debug)]
pub(super) enum Count {
    True,
    Zero,
    Negative,
}

impl Count {
    pub(super) fn of(self, true_count: usize) -> i32 {
        match self {
            Self::True => true_count as i32,
            Self::Zero => 0,
            Self::Negative => -3,
        }
    }
}

/// How a list answers that the plugin writes to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Takes {
    /// It has no queue.
    Nothing,
    /// Its queues refuse every point.
    NoPoints,
    /// It takes so many.
    AtMost(usize),
}

/// The points of a parameter.
#[derive(Clone, Debug)]
pub(super) struct ListOfPoints {
    pub(super) id: u32,
    pub(super) points: Vec<(i32, f64)>,
    /// How many it claims to have.
    pub(super) count: i32,
}

/// Parameter changes of a block; `None` stands for a queue that is null.
#[derive(Clone, Debug)]
pub(super) struct ListOfChanges {
    pub(super) queues: Vec<Option<ListOfPoints>>,
    /// How many it claims to have.
    pub(super) count: i32,
}

impl ListOfChanges {
    /// One that claims as much as can be claimed.
    pub(super) fn endless() -> Self {
        let points = |id| ListOfPoints {
            id,
            points: vec![(0, 0.5)],
            count: i32::MAX,
        };
        Self {
            queues: vec![Some(points(3)), None, Some(points(9_999))],
            count: i32::MAX,
        }
    }
}

/// One call of `process`.
#[derive(Clone, Debug)]
pub(super) struct Block {
    pub(super) frames: i32,
    pub(super) sample_size: i32,
    pub(super) mode: i32,
    pub(super) inputs: Vec<Bus>,
    pub(super) outputs: Vec<Bus>,
    pub(super) input_count: Count,
    pub(super) output_count: Count,
    /// Whether the pointers to the buses are null although there are some.
    pub(super) no_inputs: bool,
    pub(super) no_outputs: bool,
    pub(super) in_place: bool,
    pub(super) changes: Option<ListOfChanges>,
    /// How many events the list claims to have; `None` for a null pointer.
    pub(super) events: Option<i32>,
    pub(super) takes: Option<Takes>,
    /// The flags of the context; `None` for a null pointer.
    pub(super) context: Option<u32>,
}

/// Any other call.
#[derive(Clone, Debug)]
pub(super) enum Call {
    Initialize,
    Terminate,
    Active(u8),
    Processing(u8),
    Setup {
        rate_hz: f64,
        max_frames: i32,
        sample_size: i32,
        mode: i32,
    },
    Arrangements([u64; 2], [i32; 2]),
    Bus([i32; 3], u8),
    SetValue(u32, f64),
    Value(u32),
    LoadComponent(Vec<u8>),
    LoadController(Vec<u8>),
    /// The state that the instance has saved last.
    LoadSaved,
    Save,
    Handler,
    NoHandler,
}

#[derive(Clone, Debug)]
pub(super) enum Step {
    Process(Block),
    Other(Call),
}

fn bus() -> impl Strategy<Value = Bus> {
    let count = prop_oneof![4 => 0..=MOST_CHANNELS as i32, 1 => Just(-1), 1 => Just(i32::MIN)];
    (count, precision(), any::<u64>()).prop_map(|(count, channels, silence)| Bus {
        count,
        channels,
        silence,
    })
}

fn count() -> impl Strategy<Value = Count> {
    prop_oneof![
        8 => Just(Count::True),
        1 => Just(Count::Zero),
        1 => Just(Count::Negative),
    ]
}

/// A count that a list claims for `true_count`.
fn claimed(true_count: usize) -> impl Strategy<Value = i32> {
    prop_oneof![
        6 => Just(true_count as i32),
        1 => Just(true_count as i32 + 5),
        1 => Just(-1),
        1 => Just(i32::MAX),
    ]
}

fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        3 => 0.0..=1.0_f64,
        1 => -1e9..1e9_f64,
        1 => Just(f64::NAN),
        1 => Just(f64::INFINITY),
    ]
}

fn id() -> impl Strategy<Value = u32> {
    prop_oneof![4 => 0..80_u32, 1 => any::<u32>()]
}

fn points() -> impl Strategy<Value = ListOfPoints> {
    let offset = prop_oneof![3 => 0..200_i32, 1 => any::<i32>()];
    let points = vec((offset, value()), 0..5);
    let with_count = points.prop_flat_map(|points| (claimed(points.len()), Just(points)));
    (id(), with_count).prop_map(|(id, (count, points))| ListOfPoints { id, points, count })
}

fn changes() -> impl Strategy<Value = ListOfChanges> {
    let queues = vec(proptest::option::weighted(0.9, points()), 0..6);
    let with_count = queues.prop_flat_map(|queues| (claimed(queues.len()), Just(queues)));
    with_count.prop_map(|(count, queues)| ListOfChanges { queues, count })
}

fn takes() -> impl Strategy<Value = Takes> {
    prop_oneof![
        Just(Takes::Nothing),
        Just(Takes::NoPoints),
        (0..9_usize).prop_map(Takes::AtMost),
        Just(Takes::AtMost(usize::MAX)),
    ]
}

fn sample_size() -> impl Strategy<Value = i32> {
    prop_oneof![3 => Just(0), 3 => Just(1), 1 => Just(7), 1 => Just(-1)]
}

fn block() -> impl Strategy<Value = Block> {
    let shape = (
        prop_oneof![1 => Just(0), 1 => Just(-7), 4 => 1..64_i32, 2 => 65..300_i32],
        sample_size(),
        -1..4_i32,
        any::<bool>(),
    );
    let buses = (
        vec(bus(), 0..3),
        vec(bus(), 0..3),
        count(),
        count(),
        prop::bool::weighted(0.1),
        prop::bool::weighted(0.05),
    );
    let lists = (
        proptest::option::of(changes()),
        proptest::option::of(claimed(3)),
        proptest::option::of(takes()),
        proptest::option::of(any::<u32>()),
    );
    (shape, buses, lists).prop_map(|(shape, buses, lists)| Block {
        frames: shape.0,
        sample_size: shape.1,
        mode: shape.2,
        in_place: shape.3,
        inputs: buses.0,
        outputs: buses.1,
        input_count: buses.2,
        output_count: buses.3,
        no_inputs: buses.4,
        no_outputs: buses.5,
        changes: lists.0,
        events: lists.1,
        takes: lists.2,
        context: lists.3,
    })
}

fn call() -> impl Strategy<Value = Call> {
    let rate_hz = prop_oneof![
        4 => prop::sample::select(vec![44_100.0, 48_000.0, 8_000.0, 192_000.0]),
        1 => prop::sample::select(vec![0.0, -1.0, 1e12, f64::NAN, f64::INFINITY]),
    ];
    let max_frames = prop::sample::select(vec![64, 1, 4_096, 0, -1]);
    let setup = (rate_hz, max_frames, sample_size(), -1..4_i32);
    let state = vec(any::<u8>(), 0..40);
    prop_oneof![
        1 => Just(Call::Initialize),
        1 => Just(Call::Terminate),
        6 => prop::sample::select(vec![0, 1, 1, 7]).prop_map(Call::Active),
        1 => any::<u8>().prop_map(Call::Processing),
        2 => setup.prop_map(|(rate_hz, max_frames, sample_size, mode)| Call::Setup {
            rate_hz,
            max_frames,
            sample_size,
            mode,
        }),
        1 => (any::<[u64; 2]>(), [-1..3_i32, -1..3_i32])
            .prop_map(|(arrangements, counts)| Call::Arrangements(arrangements, counts)),
        1 => ([-1..3_i32, -1..3_i32, -1..3_i32], any::<u8>())
            .prop_map(|(which, state)| Call::Bus(which, state)),
        3 => (id(), value()).prop_map(|(id, value)| Call::SetValue(id, value)),
        1 => id().prop_map(Call::Value),
        1 => state.clone().prop_map(Call::LoadComponent),
        1 => state.prop_map(Call::LoadController),
        1 => Just(Call::LoadSaved),
        1 => Just(Call::Save),
        1 => Just(Call::Handler),
        1 => Just(Call::NoHandler),
    ]
}

/// Calls in any order, half of them of `process`.
pub(super) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        block().prop_map(Step::Process),
        call().prop_map(Step::Other),
    ];
    vec(step, 1..8)
}
