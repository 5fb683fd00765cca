//! The plugin's parameters, in plain values.

use std::collections::HashMap;

use vst3::Steinberg::Vst::ParameterInfo_::ParameterFlags_::{
    kCanAutomate, kIsBypass, kIsHidden, kIsReadOnly,
};
use vst3::Steinberg::Vst::{
    IEditControllerTrait, IUnitInfo, IUnitInfoTrait, ParameterInfo, UnitInfo, kRootUnitId,
};
use vst3::Steinberg::kResultOk;

use super::Vst3Plugin;
use super::text::{wide, zero_ended};
use crate::{HostingError, Parameter};

impl Vst3Plugin {
    /// What the controller says of each parameter, in its order.
    #[must_use]
    pub fn parameter_infos(&self) -> Vec<ParameterInfo> {
        // SAFETY: plain structures of numbers, which the plugin fills.
        unsafe {
            let count = self.controller.getParameterCount();
            let info = |index| {
                let mut info: ParameterInfo = std::mem::zeroed();
                let result = self.controller.getParameterInfo(index, &mut info);
                (result == kResultOk).then_some(info)
            };
            (0..count).filter_map(info).collect()
        }
    }

    /// All units but the root, with their paths such as `Tags/Genre`.
    #[must_use]
    pub fn units(&self) -> HashMap<i32, String> {
        let Some(units) = self.controller.cast::<IUnitInfo>() else {
            return HashMap::new();
        };
        let mut paths = HashMap::new();
        // SAFETY: plain structures of numbers, which the plugin fills.
        unsafe {
            for index in 0..units.getUnitCount() {
                let mut info: UnitInfo = std::mem::zeroed();
                if units.getUnitInfo(index, &mut info) != kResultOk || info.id == kRootUnitId {
                    continue;
                }
                let name = wide(&info.name);
                let path = match paths.get(&info.parentUnitId) {
                    Some(parent) => format!("{parent}/{name}"),
                    None => name,
                };
                paths.insert(info.id, path);
            }
        }
        paths
    }

    /// All parameters that a host shows, in the plugin's order.
    pub fn parameters(&mut self) -> Vec<Parameter> {
        let units = self.units();
        let infos = self.parameter_infos();
        let shown = infos.iter().filter(|info| info.flags & kIsHidden == 0);
        shown
            .map(|info| Parameter {
                id: info.id,
                name: wide(&info.title),
                module: units.get(&info.unitId).cloned().unwrap_or_default(),
                min: self.plain(info.id, 0.0),
                max: self.plain(info.id, 1.0),
                default: self.plain(info.id, info.defaultNormalizedValue),
                automatable: info.flags & kCanAutomate != 0,
                read_only: info.flags & kIsReadOnly != 0,
                stepped: info.stepCount > 0,
            })
            .collect()
    }

    /// The id of the parameter that bypasses the plugin.
    #[must_use]
    pub fn bypass(&self) -> Option<u32> {
        let infos = self.parameter_infos();
        let found = infos.iter().find(|info| info.flags & kIsBypass != 0);
        found.map(|info| info.id)
    }

    /// The plain value of a normalised one.
    #[must_use]
    pub fn plain(&self, id: u32, normalized: f64) -> f64 {
        // SAFETY: numbers alone.
        unsafe { self.controller.normalizedParamToPlain(id, normalized) }
    }

    /// The normalised value of a plain one.
    #[must_use]
    pub fn normalized(&self, id: u32, plain: f64) -> f64 {
        // SAFETY: numbers alone.
        unsafe { self.controller.plainParamToNormalized(id, plain) }
    }

    /// A parameter's plain value, as the controller has it.
    pub fn value(&mut self, id: u32) -> Option<f64> {
        let known = self.parameter_infos().iter().any(|info| info.id == id);
        // SAFETY: numbers alone.
        known.then(|| self.plain(id, unsafe { self.controller.getParamNormalized(id) }))
    }

    /// The plugin's text for a plain value.
    pub fn value_text(&mut self, id: u32, value: f64) -> Option<String> {
        let mut text = [0; 128];
        // SAFETY: a text of the size that the interface has.
        let result = unsafe {
            self.controller
                .getParamStringByValue(id, self.normalized(id, value), &mut text)
        };
        (result == kResultOk).then(|| wide(&text))
    }

    /// The plain value the plugin reads from a text.
    pub fn text_value(&mut self, id: u32, text: &str) -> Option<f64> {
        let mut text = zero_ended(text);
        let mut value = 0.0;
        // SAFETY: a text that ends with a zero, and a place to write to.
        let result = unsafe {
            self.controller
                .getParamValueByString(id, text.as_mut_ptr(), &mut value)
        };
        (result == kResultOk).then(|| self.plain(id, value))
    }

    /// Sets a parameter's plain value in the controller, as a host does while the plugin is not
    /// active.
    ///
    /// # Errors
    /// [`HostingError`] if the plugin refuses.
    pub fn set_value(&mut self, id: u32, value: f64) -> Result<(), HostingError> {
        let normalized = self.normalized(id, value);
        // SAFETY: numbers alone.
        let result = unsafe { self.controller.setParamNormalized(id, normalized) };
        if result == kResultOk {
            Ok(())
        } else {
            Err(HostingError::answered("a parameter's value", result))
        }
    }
}
