//! The interface of the controller: parameters, state and the editor.

use std::ffi::CStr;

use vst3::ComRef;
use vst3::Steinberg::Vst::ParameterInfo_::ParameterFlags_::{kCanAutomate, kIsBypass, kIsList};
use vst3::Steinberg::Vst::{
    IComponentHandler, IEditControllerTrait, ParamID, ParamValue, ParameterInfo, String128, TChar,
    ViewType::kEditor,
};
use vst3::Steinberg::{
    FIDString, IBStream, IPlugView, int32, kInternalError, kInvalidArgument, kNotImplemented,
    kNotInitialized, kResultFalse, kResultOk, tresult,
};

use super::abi::{guarded, place};
use super::outputs::Unheard;
use super::plugin::{Inner, Plugin};
use super::text::{put_wide, read_wide};
use super::units::Units;
use super::view;
use crate::core::params::{Access, Param, VISIBLE, index_of, param};
use crate::core::{Input, Instance};

/// The visible parameter `id`.
fn known(id: ParamID) -> Option<Param> {
    param(index_of(id).filter(|index| *index < VISIBLE)?)
}

/// The flags that a VST3 host reads.
fn flags(param: &Param) -> int32 {
    let mut flags = 0;
    if param.access == Access::Automatable {
        flags |= kCanAutomate;
    }
    if param.is_choice() {
        flags |= kIsList;
    }
    if param.is_bypass() {
        flags |= kIsBypass;
    }
    flags
}

fn put_info(instance: &Instance<'_>, index: usize, param: &Param, info: &mut ParameterInfo) {
    let name = instance.name(index);
    info.id = param.id;
    put_wide(&name, &mut info.title);
    put_wide(&name, &mut info.shortTitle);
    // A value's text has its unit.
    put_wide("", &mut info.units);
    info.stepCount = param.step_count() as int32;
    info.defaultNormalizedValue = param.to_normalized(param.default);
    info.unitId = Units::of(instance).id_of(&instance.group(index));
    info.flags = flags(param);
}

impl Inner {
    /// Takes a value that the host sets in the controller. While the plugin is active, the host
    /// sends it to the processor as well, at its sample, and what comes here may be an echo of what
    /// the plugin itself has told, so it is only shown.
    fn set_from_controller(&self, id: ParamID, value: f64) {
        let is_active = self.main.with(|main| main.is_active.get());
        self.instance(|instance| {
            if is_active {
                let own = instance.value(id).unwrap_or(value);
                self.shown.set(id, value, own);
            } else {
                let input = std::iter::once(Input::Value { id, value });
                instance.flush(input, &mut Unheard(&self.gestures));
            }
        });
    }
}

impl IEditControllerTrait for Plugin {
    unsafe fn setComponentState(&self, state: *mut IBStream) -> tresult {
        guarded(kInternalError, || {
            // SAFETY: null, or a stream of the host's.
            let Some(state) = (unsafe { ComRef::from_raw(state) }) else {
                return kInvalidArgument;
            };
            let result = self.inner.load_if_new(state);
            if result == kResultOk {
                self.inner.tell_loaded();
            }
            result
        })
    }

    /// The component's state is all there is.
    unsafe fn setState(&self, _state: *mut IBStream) -> tresult {
        kNotImplemented
    }

    /// The component's state is all there is.
    unsafe fn getState(&self, _state: *mut IBStream) -> tresult {
        kNotImplemented
    }

    unsafe fn getParameterCount(&self) -> int32 {
        VISIBLE as int32
    }

    unsafe fn getParameterInfo(&self, index: int32, info: *mut ParameterInfo) -> tresult {
        guarded(kInternalError, || {
            // SAFETY: the host's place.
            let Some(info) = (unsafe { place(info) }) else {
                return kInvalidArgument;
            };
            let index = usize::try_from(index).unwrap_or(usize::MAX);
            let Some(param) = param(index).filter(|_| index < VISIBLE) else {
                return kInvalidArgument;
            };
            let put = |instance: &Instance<'_>| put_info(instance, index, &param, info);
            self.inner
                .instance(put)
                .map_or(kNotInitialized, |()| kResultOk)
        })
    }

    unsafe fn getParamStringByValue(
        &self,
        id: ParamID,
        normalized: ParamValue,
        text: *mut String128,
    ) -> tresult {
        guarded(kInternalError, || {
            // SAFETY: the host's place.
            let (Some(text), Some(param)) = (unsafe { place(text) }, known(id)) else {
                return kInvalidArgument;
            };
            let plain = param.from_normalized(normalized).unwrap_or(param.default);
            let found = self.inner.instance(|instance| instance.text(id, plain));
            match found {
                None => kNotInitialized,
                Some(None) => kResultFalse,
                Some(Some(found)) => {
                    put_wide(&found, text);
                    kResultOk
                }
            }
        })
    }

    unsafe fn getParamValueByString(
        &self,
        id: ParamID,
        text: *mut TChar,
        normalized: *mut ParamValue,
    ) -> tresult {
        guarded(kInternalError, || {
            // SAFETY: null, or a text that ends, and the host's place.
            let (text, normalized) = unsafe { (read_wide(text), place(normalized)) };
            let (Some(text), Some(normalized), Some(param)) = (text, normalized, known(id)) else {
                return kInvalidArgument;
            };
            let plain = self.inner.instance(|instance| instance.parse(id, &text));
            match plain.flatten() {
                Some(plain) => {
                    *normalized = param.to_normalized(plain);
                    kResultOk
                }
                None => kResultFalse,
            }
        })
    }

    unsafe fn normalizedParamToPlain(&self, id: ParamID, normalized: ParamValue) -> ParamValue {
        guarded(normalized, || {
            let plain = known(id).and_then(|param| param.from_normalized(normalized));
            plain.unwrap_or(normalized)
        })
    }

    unsafe fn plainParamToNormalized(&self, id: ParamID, plain: ParamValue) -> ParamValue {
        guarded(plain, || {
            known(id).map_or(plain, |param| param.to_normalized(plain))
        })
    }

    unsafe fn getParamNormalized(&self, id: ParamID) -> ParamValue {
        guarded(0.0, || {
            let Some(param) = known(id) else { return 0.0 };
            let own = self.inner.instance(|instance| instance.value(id));
            let own = own.flatten().unwrap_or(param.default);
            param.to_normalized(self.inner.shown.value(id, own))
        })
    }

    unsafe fn setParamNormalized(&self, id: ParamID, normalized: ParamValue) -> tresult {
        guarded(kInternalError, || {
            let value = known(id).and_then(|param| param.from_normalized(normalized));
            let Some(value) = value else {
                return kInvalidArgument;
            };
            self.inner.set_from_controller(id, value);
            kResultOk
        })
    }

    unsafe fn setComponentHandler(&self, handler: *mut IComponentHandler) -> tresult {
        guarded(kInternalError, || {
            // SAFETY: null, or an object of the host's.
            let handler = unsafe { ComRef::from_raw(handler) };
            self.inner
                .set_handler(handler.map(|handler| handler.to_com_ptr()));
            kResultOk
        })
    }

    unsafe fn createView(&self, name: FIDString) -> *mut IPlugView {
        guarded(std::ptr::null_mut(), || {
            // SAFETY: the host's name, and the interface's.
            let is_editor =
                !name.is_null() && unsafe { CStr::from_ptr(name) == CStr::from_ptr(kEditor) };
            if !is_editor {
                return std::ptr::null_mut();
            }
            let source = self.inner.instance(|instance| {
                instance.editor_opens();
                instance.editor_source()
            });
            source.map_or(std::ptr::null_mut(), |source| {
                view::new(source, &self.inner)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_parameter_alone_is_the_bypass_and_lists_have_steps() {
        for (index, param) in (0..VISIBLE).filter_map(param).enumerate() {
            let flags = flags(&param);
            assert_eq!(flags & kIsBypass != 0, index == 0, "{}", param.name);
            assert!(flags & kIsList == 0 || param.step_count() > 0);
            assert_eq!(param.id as usize, index, "hosts mix the two up");
        }
    }
}
