//! An instance of the plugin as its host sees it, in either format.

use std::path::Path;
use std::time::Duration;

use crate::hosted::BlockOptions;
use crate::vst3::Vst3Plugin;
use crate::{HostEvent, HostedPlugin, HostingError, Parameter, Rendering, Sample, Track};

/// An instance in one of the plugin's formats. The methods are documented where they are made:
/// [`HostedPlugin`] and [`Vst3Plugin`].
#[allow(missing_docs, clippy::missing_errors_doc)]
pub trait Guest: Sized {
    /// Name of the format.
    const FORMAT: &'static str;
    /// Name of the product's bundle.
    const BUNDLE: &'static str;

    fn load(bundle: &Path) -> Result<Self, HostingError>;
    fn channels(&self) -> usize;
    fn set_channels(&mut self, channels: usize) -> Result<(), HostingError>;
    fn activate(&mut self, sample_rate_hz: f64, max_block_frames: u32) -> Result<(), HostingError>;
    fn deactivate(&mut self);
    fn is_active(&self) -> bool;
    fn reset(&mut self);
    fn sample_rate_hz(&self) -> f64;
    fn position_samples(&self) -> u64;
    fn process<S: Sample>(
        &mut self,
        input: &[&[S]],
        output: &mut [&mut [S]],
        options: &BlockOptions<'_>,
        events: &mut Vec<HostEvent>,
    ) -> Result<Duration, HostingError>;
    fn run_callbacks(&mut self);
    fn rescans(&self) -> u32;
    fn parameters(&mut self) -> Vec<Parameter>;
    fn value(&mut self, id: u32) -> Option<f64>;
    fn value_text(&mut self, id: u32, value: f64) -> Option<String>;
    fn text_value(&mut self, id: u32, text: &str) -> Option<f64>;
    fn set_value(&mut self, id: u32, value: f64) -> Result<(), HostingError>;
    fn save_state(&mut self) -> Result<Vec<u8>, HostingError>;
    fn load_state(&mut self, state: &[u8]) -> Result<(), HostingError>;
    fn set_rendering(&mut self, rendering: Rendering) -> Result<(), HostingError>;
    fn set_track(&mut self, track: &Track) -> Result<(), HostingError>;
    fn menus(&mut self) -> Vec<(u32, (i32, i32))>;
    fn log(&self) -> Vec<String>;
}

/// [`Guest`] through the methods of the same names.
macro_rules! guest {
    ($plugin:ty, $format:literal, $bundle:literal) => {
        impl Guest for $plugin {
            const FORMAT: &'static str = $format;
            const BUNDLE: &'static str = $bundle;

            fn load(bundle: &Path) -> Result<Self, HostingError> {
                <$plugin>::load(bundle)
            }
            fn channels(&self) -> usize {
                self.channels()
            }
            fn set_channels(&mut self, channels: usize) -> Result<(), HostingError> {
                self.set_channels(channels)
            }
            fn activate(
                &mut self,
                sample_rate_hz: f64,
                max_block_frames: u32,
            ) -> Result<(), HostingError> {
                self.activate(sample_rate_hz, max_block_frames)
            }
            fn deactivate(&mut self) {
                self.deactivate();
            }
            fn is_active(&self) -> bool {
                self.is_active()
            }
            fn reset(&mut self) {
                self.reset();
            }
            fn sample_rate_hz(&self) -> f64 {
                self.sample_rate_hz()
            }
            fn position_samples(&self) -> u64 {
                self.position_samples()
            }
            fn process<S: Sample>(
                &mut self,
                input: &[&[S]],
                output: &mut [&mut [S]],
                options: &BlockOptions<'_>,
                events: &mut Vec<HostEvent>,
            ) -> Result<Duration, HostingError> {
                self.process(input, output, options, events)
            }
            fn run_callbacks(&mut self) {
                self.run_callbacks();
            }
            fn rescans(&self) -> u32 {
                self.rescans()
            }
            fn parameters(&mut self) -> Vec<Parameter> {
                self.parameters()
            }
            fn value(&mut self, id: u32) -> Option<f64> {
                self.value(id)
            }
            fn value_text(&mut self, id: u32, value: f64) -> Option<String> {
                self.value_text(id, value)
            }
            fn text_value(&mut self, id: u32, text: &str) -> Option<f64> {
                self.text_value(id, text)
            }
            fn set_value(&mut self, id: u32, value: f64) -> Result<(), HostingError> {
                self.set_value(id, value)
            }
            fn save_state(&mut self) -> Result<Vec<u8>, HostingError> {
                self.save_state()
            }
            fn load_state(&mut self, state: &[u8]) -> Result<(), HostingError> {
                self.load_state(state)
            }
            fn set_rendering(&mut self, rendering: Rendering) -> Result<(), HostingError> {
                self.set_rendering(rendering)
            }
            fn set_track(&mut self, track: &Track) -> Result<(), HostingError> {
                self.set_track(track)
            }
            fn menus(&mut self) -> Vec<(u32, (i32, i32))> {
                <$plugin>::menus(self)
            }
            fn log(&self) -> Vec<String> {
                self.log()
            }
        }
    };
}

guest!(HostedPlugin, "CLAP", "Tagline.clap");
guest!(Vst3Plugin, "VST3", "Tagline.vst3");
