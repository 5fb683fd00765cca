//! The interface of the component: life, buses and state.

use vst3::ComRef;
use vst3::Steinberg::Vst::MediaTypes_::kAudio;
use vst3::Steinberg::Vst::{
    BusDirection, BusInfo, IComponentTrait, IoMode, MediaType, RoutingInfo,
};
use vst3::Steinberg::{
    FUnknown, IBStream, IPluginBaseTrait, TBool, TUID, int32, kInternalError, kInvalidArgument,
    kNotImplemented, kNotInitialized, kResultFalse, kResultOk, tresult,
};

use super::abi::{guarded, place};
use super::class::CLASS_ID;
use super::plugin::{Inner, Plugin};
use super::{arrangement, buses, stream};
use crate::core::state::MAX_STATE_BYTES;

impl IPluginBaseTrait for Plugin {
    unsafe fn initialize(&self, context: *mut FUnknown) -> tresult {
        guarded(kInternalError, || {
            // SAFETY: null, or an object of the host's.
            let context = unsafe { ComRef::from_raw(context) };
            let context = context.map(|context| context.to_com_ptr());
            if self.inner.initialize(context) {
                kResultOk
            } else {
                kResultFalse
            }
        })
    }

    unsafe fn terminate(&self) -> tresult {
        guarded(kInternalError, || {
            self.inner.terminate();
            kResultOk
        })
    }
}

impl Inner {
    /// Puts the state that a stream holds in force.
    pub(super) fn load(&self, state: ComRef<'_, IBStream>) -> tresult {
        let bytes = stream::read_all(state, MAX_STATE_BYTES as usize);
        match self.instance(|instance| instance.load(&bytes)) {
            None => kNotInitialized,
            Some(Ok(())) => {
                self.shown.clear();
                kResultOk
            }
            Some(Err(error)) => {
                tracing::warn!("{error}");
                kResultFalse
            }
        }
    }

    /// Puts a state in force that the component may have already.
    pub(super) fn load_if_new(&self, state: ComRef<'_, IBStream>) -> tresult {
        let bytes = stream::read_all(state, MAX_STATE_BYTES as usize);
        let loaded = self.instance(|instance| {
            let has_it = instance.save().is_ok_and(|saved| saved == bytes);
            if has_it {
                Ok(())
            } else {
                instance.load(&bytes)
            }
        });
        match loaded {
            None => kNotInitialized,
            Some(Ok(())) => {
                self.shown.clear();
                kResultOk
            }
            Some(Err(_)) => kResultFalse,
        }
    }

    fn save(&self, state: ComRef<'_, IBStream>) -> tresult {
        let saved = self.instance(|instance| {
            // What the controller shows belongs into the state, also before a block has brought it.
            let own = |id| instance.value(id).unwrap_or(0.0);
            instance.set_from_host(self.shown.settings(own).into_iter());
            instance.save()
        });
        match saved {
            None => kNotInitialized,
            Some(Ok(bytes)) if stream::write_all(state, &bytes) => kResultOk,
            Some(_) => kResultFalse,
        }
    }
}

impl IComponentTrait for Plugin {
    /// The controller is the same object. A host that asks by the interface finds it there.
    unsafe fn getControllerClassId(&self, class: *mut TUID) -> tresult {
        guarded(kInvalidArgument, || {
            // SAFETY: the host's place.
            match unsafe { place(class) } {
                Some(class) => {
                    *class = CLASS_ID;
                    kResultOk
                }
                None => kInvalidArgument,
            }
        })
    }

    unsafe fn setIoMode(&self, _mode: IoMode) -> tresult {
        kNotImplemented
    }

    unsafe fn getBusCount(&self, media: MediaType, direction: BusDirection) -> int32 {
        buses::count(media, direction)
    }

    unsafe fn getBusInfo(
        &self,
        media: MediaType,
        direction: BusDirection,
        index: int32,
        info: *mut BusInfo,
    ) -> tresult {
        guarded(kInvalidArgument, || {
            // SAFETY: the host's place.
            let Some(info) = (unsafe { place(info) }) else {
                return kInvalidArgument;
            };
            let arrangement = self.inner.main.with(|main| main.arrangement.get());
            let channels = arrangement::channels(arrangement);
            if buses::put(info, (media, direction, index), channels) {
                kResultOk
            } else {
                kInvalidArgument
            }
        })
    }

    /// The audio goes from the only input to the only output.
    unsafe fn getRoutingInfo(&self, input: *mut RoutingInfo, output: *mut RoutingInfo) -> tresult {
        guarded(kInvalidArgument, || {
            // SAFETY: the host's places.
            let (Some(input), Some(output)) = (unsafe { (place(input), place(output)) }) else {
                return kInvalidArgument;
            };
            if input.mediaType != kAudio as i32 || input.busIndex != 0 {
                return kResultFalse;
            }
            output.mediaType = input.mediaType;
            output.busIndex = 0;
            output.channel = input.channel;
            kResultOk
        })
    }

    unsafe fn activateBus(
        &self,
        media: MediaType,
        direction: BusDirection,
        index: int32,
        _state: TBool,
    ) -> tresult {
        if buses::exists(media, direction, index) {
            kResultOk
        } else {
            kInvalidArgument
        }
    }

    unsafe fn setActive(&self, state: TBool) -> tresult {
        guarded(kInternalError, || {
            if self.inner.set_active(state != 0) {
                kResultOk
            } else {
                kNotInitialized
            }
        })
    }

    unsafe fn setState(&self, state: *mut IBStream) -> tresult {
        guarded(kInternalError, || {
            // SAFETY: null, or a stream of the host's.
            let state = unsafe { ComRef::from_raw(state) };
            state.map_or(kInvalidArgument, |state| self.inner.load(state))
        })
    }

    unsafe fn getState(&self, state: *mut IBStream) -> tresult {
        guarded(kInternalError, || {
            // SAFETY: null, or a stream of the host's.
            let state = unsafe { ComRef::from_raw(state) };
            state.map_or(kInvalidArgument, |state| self.inner.save(state))
        })
    }
}
