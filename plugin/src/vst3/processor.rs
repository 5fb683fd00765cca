//! The interface of processing.

use tagline_engine::Transport;
use vst3::ComRef;
use vst3::Steinberg::Vst::BusDirections_::{kInput, kOutput};
use vst3::Steinberg::Vst::IProcessContextRequirements_::Flags_::{
    kNeedProjectTimeMusic, kNeedTempo, kNeedTimeSignature, kNeedTransportState,
};
use vst3::Steinberg::Vst::ProcessContext_::StatesAndFlags_::{
    kPlaying, kProjectTimeMusicValid, kTempoValid, kTimeSigValid,
};
use vst3::Steinberg::Vst::ProcessModes_::kOffline;
use vst3::Steinberg::Vst::SymbolicSampleSizes_::{kSample32, kSample64};
use vst3::Steinberg::Vst::{
    BusDirection, IAudioProcessorTrait, IProcessContextRequirementsTrait, ProcessContext,
    ProcessData, ProcessSetup, SpeakerArrangement, kNoTail,
};
use vst3::Steinberg::{
    TBool, int32, kInvalidArgument, kResultFalse, kResultOk, kResultTrue, tresult, uint32,
};

use super::abi::{guarded, place};
use super::arrangement::{agree, nearest};
use super::audio;
use super::audio_side::Setup;
use super::outputs::BlockOutputs;
use super::plugin::{Inner, Plugin};
use super::points::Points;
use crate::core::{Block, MAX_CHANNELS};
use crate::raw_audio::with_channels;

impl Inner {
    /// Hands the block to the core's processor. The outputs have been written.
    ///
    /// # Safety
    /// `data` is the host's block, on its audio thread.
    unsafe fn analyse(&self, data: &ProcessData) {
        let Some(mut audio) = self.try_audio() else {
            return;
        };
        let audio = &mut *audio;
        audio.blocks += 1;
        let Some(processor) = &mut audio.processor else {
            return;
        };
        // SAFETY: null, or the host's, for the length of its call.
        let (context, changes, events) = unsafe {
            (
                data.processContext.as_ref(),
                ComRef::from_raw(data.outputParameterChanges),
                ComRef::from_raw(data.outputEvents),
            )
        };
        let mut outputs = BlockOutputs {
            changes,
            events,
            gestures: &self.gestures,
        };
        let transport = context.map_or_else(Transport::default, transport);
        let frames = audio::frames(data);
        // SAFETY: as the caller promises; the main bus is the first.
        unsafe {
            let points = Points::of(data.inputParameterChanges, &mut audio.cursors);
            let input = audio::port(data, data.inputs, data.numInputs, 0);
            with_channels(input, frames, |input| {
                let block = Block {
                    frames,
                    input,
                    transport,
                };
                processor.process(&block, points, &mut outputs);
            });
        }
    }
}

/// Where the host's song stands.
fn transport(context: &ProcessContext) -> Transport {
    let has = |flag: i32| context.state & flag as u32 != 0;
    let seconds = context.projectTimeSamples as f64 / context.sampleRate;
    let (numerator, denominator) = (context.timeSigNumerator, context.timeSigDenominator);
    let has_bars = has(kProjectTimeMusicValid as i32)
        && has(kTimeSigValid as i32)
        && numerator > 0
        && denominator > 0
        && context.projectTimeMusic.is_finite();
    let bar_quarters = 4.0 * f64::from(numerator) / f64::from(denominator.max(1));
    let has_tempo = has(kTempoValid as i32) && context.tempo.is_finite();
    Transport {
        playing: has(kPlaying as i32),
        seconds: Some(seconds).filter(|seconds| seconds.is_finite()),
        bars: has_bars.then(|| 1.0 + context.projectTimeMusic / bar_quarters),
        bars_a_second: (has_bars && has_tempo).then(|| context.tempo / 60.0 / bar_quarters),
    }
}

impl IAudioProcessorTrait for Plugin {
    unsafe fn setBusArrangements(
        &self,
        inputs: *mut SpeakerArrangement,
        input_count: int32,
        outputs: *mut SpeakerArrangement,
        output_count: int32,
    ) -> tresult {
        guarded(kResultFalse, || {
            // SAFETY: null, or as many as is said.
            let (input, output) = unsafe { (place(inputs), place(outputs)) };
            let (Some(&mut input), Some(&mut output)) = (input, output) else {
                return kInvalidArgument;
            };
            if input_count < 1 || output_count < 1 {
                return kResultFalse;
            }
            self.inner.main.with(|main| {
                if main.is_active.get() {
                    return kResultFalse;
                }
                let fits =
                    input_count == 1 && output_count == 1 && agree(input, output, MAX_CHANNELS);
                let before = main.arrangement.get();
                main.arrangement
                    .set(nearest(input, output, before, MAX_CHANNELS));
                if fits { kResultTrue } else { kResultFalse }
            })
        })
    }

    unsafe fn getBusArrangement(
        &self,
        direction: BusDirection,
        index: int32,
        arrangement: *mut SpeakerArrangement,
    ) -> tresult {
        guarded(kInvalidArgument, || {
            // SAFETY: the host's place.
            let arrangement = unsafe { place(arrangement) };
            let is_known = direction == kInput as i32 || direction == kOutput as i32;
            let Some(arrangement) = arrangement.filter(|_| index == 0 && is_known) else {
                return kInvalidArgument;
            };
            *arrangement = self.inner.main.with(|main| main.arrangement.get());
            kResultOk
        })
    }

    unsafe fn canProcessSampleSize(&self, sample_size: int32) -> tresult {
        if sample_size == kSample32 as i32 || sample_size == kSample64 as i32 {
            kResultTrue
        } else {
            kResultFalse
        }
    }

    unsafe fn getLatencySamples(&self) -> uint32 {
        0
    }

    unsafe fn setupProcessing(&self, setup: *mut ProcessSetup) -> tresult {
        guarded(kResultFalse, || {
            // SAFETY: the host's place; nothing says that it is aligned.
            let Some(setup) = (!setup.is_null()).then(|| unsafe { setup.read_unaligned() }) else {
                return kInvalidArgument;
            };
            // SAFETY: numbers alone.
            if unsafe { self.canProcessSampleSize(setup.symbolicSampleSize) } != kResultTrue {
                return kResultFalse;
            }
            let is_offline = setup.processMode == kOffline as i32;
            self.inner.main.with(|main| {
                main.setup.set(Setup {
                    sample_rate_hz: setup.sampleRate,
                    max_frames: u32::try_from(setup.maxSamplesPerBlock).unwrap_or(0).max(1),
                    is_offline,
                });
            });
            self.inner
                .instance(|instance| instance.set_offline(is_offline));
            kResultOk
        })
    }

    /// Nothing to do: what has been heard stays heard, as a host may stop between two songs.
    unsafe fn setProcessing(&self, _state: TBool) -> tresult {
        kResultOk
    }

    unsafe fn process(&self, data: *mut ProcessData) -> tresult {
        // SAFETY: null, or the host's block. Nothing says that it is aligned.
        let Some(data) = (!data.is_null()).then(|| unsafe { data.read_unaligned() }) else {
            return kInvalidArgument;
        };
        // SAFETY: the host vouches for its buffers as far as they are not null.
        unsafe { audio::write_outputs(&data) };
        // SAFETY: the host's block, on its audio thread.
        guarded((), || unsafe { self.inner.analyse(&data) });
        kResultOk
    }

    unsafe fn getTailSamples(&self) -> uint32 {
        kNoTail
    }
}

impl IProcessContextRequirementsTrait for Plugin {
    unsafe fn getProcessContextRequirements(&self) -> uint32 {
        (kNeedTransportState | kNeedProjectTimeMusic | kNeedTempo | kNeedTimeSignature) as uint32
    }
}
