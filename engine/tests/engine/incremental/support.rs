//! A stream of windows, and tract's answer to each as a whole.

use tagline_engine::{Backend, BackendChoice, Model, Network, NetworkState, Span, open_network};
use tract_onnx::prelude::*;

/// A made-up spectrogram, the same every time.
pub struct Song {
    bands: usize,
    frames: usize,
    /// Frames that a window shows.
    focus: u64,
}

impl Song {
    pub fn for_model(model: &Model) -> Self {
        let spec = &model.info().front_end;
        Self {
            bands: spec.input_bands(),
            frames: spec.frames,
            focus: spec.frames as u64,
        }
    }

    /// The same song, of whose windows the last `focus` frames count.
    pub fn with_focus(self, focus: u64) -> Self {
        Self { focus, ..self }
    }

    /// The stretch that the window shows which ends with frame `end`.
    pub fn span(&self, end: u64) -> Span {
        Span::ending(end, self.focus)
    }

    /// The window that ends with frame `end`. It repeats what it shows until it is full.
    pub fn window(&self, end: u64) -> Vec<f32> {
        let Span { frames: heard, .. } = self.span(end);
        let first = end - heard;
        let mut window = Vec::with_capacity(self.bands * self.frames);
        for band in 0..self.bands as u64 {
            window.extend((0..self.frames as u64).map(|i| value(band, first + i % heard)));
        }
        window
    }
}

/// Between −3 and 2, with beats, slow changes and noise.
fn value(band: u64, frame: u64) -> f32 {
    let mut z = (frame << 16 | band).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let noise = ((z ^ (z >> 32)) as u32 >> 8) as f32 / (1u32 << 24) as f32;
    let slow = (frame as f32 * 0.01 + band as f32 * 0.2).sin();
    let beat = if frame % 23 < 4 { 0.8 } else { 0.0 };
    (noise + slow + beat - 0.02 * band as f32).clamp(-3.0, 2.0)
}

/// The whole network as tract runs it, without any of the engine's code.
pub struct Whole {
    plan: std::sync::Arc<TypedRunnableModel>,
    shape: [usize; 4],
}

impl Whole {
    pub fn new(onnx: &[u8], model: &Model) -> Self {
        let spec = &model.info().front_end;
        let shape = [1, 1, spec.input_bands(), spec.frames];
        let plan = tract_onnx::onnx()
            .model_for_read(&mut &onnx[..])
            .and_then(|network| network.with_input_fact(0, f32::fact(shape).into()))
            .and_then(|network| network.with_output_fact(0, InferenceFact::default()))
            .and_then(|network| network.into_optimized())
            .and_then(|network| network.into_runnable())
            .expect("tract runs it");
        Self { plan, shape }
    }

    pub fn run(&self, window: &[f32]) -> Vec<f32> {
        let input = Tensor::from_shape(&self.shape, window).expect("a window");
        let output = self.plan.run(tvec!(input.into_tvalue())).expect("tags");
        let output = output[0].try_as_plain_ram().expect("plain");
        output.as_slice::<f32>().expect("f32").to_vec()
    }
}

/// The model in these bytes, run by tract.
pub fn open(onnx: &[u8]) -> (Model, Box<dyn Network>, String) {
    let model = Model::from_bytes(onnx.to_vec(), None).expect("a sound model");
    let choice = BackendChoice::Only(Backend::Tract);
    let (network, report) = open_network(&model, choice, &[]).expect("tract runs it");
    (model, network, report.lines.join("; "))
}

pub fn largest_difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    let differences = a.iter().zip(b).map(|(a, b)| (a - b).abs());
    differences.fold(0.0, |most, d| if d > most || d.is_nan() { d } else { most })
}

/// The tags of one window, which shows `span` of a stream that keeps `state`.
pub fn run(
    network: &mut dyn Network,
    state: &mut NetworkState,
    span: Span,
    window: &[f32],
    tags: usize,
) -> Vec<f32> {
    let mut found = vec![f32::NAN; tags];
    network
        .run_next(state, span, window, &mut found)
        .expect("it runs");
    found
}

/// The same from a network that has seen no window before.
pub fn fresh(network: &mut dyn Network, span: Span, window: &[f32], tags: usize) -> Vec<f32> {
    run(network, &mut NetworkState::default(), span, window, tags)
}
