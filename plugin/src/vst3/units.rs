//! Units: the parameters' groups, as a tree.

use vst3::Steinberg::Vst::{
    BusDirection, CString, IUnitInfoTrait, MediaType, ProgramListID, ProgramListInfo, String128,
    UnitID, UnitInfo, kNoParentUnitId, kNoProgramListId, kRootUnitId,
};
use vst3::Steinberg::{
    IBStream, int16, int32, kInvalidArgument, kNotImplemented, kNotInitialized, kResultFalse,
    kResultOk, tresult,
};

use super::abi::{guarded, place};
use super::plugin::Plugin;
use super::text::put_wide;
use crate::core::Instance;
use crate::core::params::VISIBLE;

/// A group, which may lie in another.
struct Unit {
    /// All of its path: `Tags/Genre`.
    path: String,
    parent: UnitID,
}

/// Every group of the parameters, in the order in which they come. A unit's id is its place, from 1:
/// the root has 0.
pub(super) struct Units(Vec<Unit>);

impl Units {
    /// The groups of an instance's parameters.
    pub(super) fn of(instance: &Instance<'_>) -> Self {
        Self::of_groups((0..VISIBLE).map(|index| instance.group(index)))
    }

    fn of_groups(groups: impl Iterator<Item = String>) -> Self {
        let mut units = Self(Vec::new());
        for group in groups {
            let ends = group.match_indices('/').map(|(at, _)| at);
            let mut parent = kRootUnitId;
            for end in ends.chain(std::iter::once(group.len())) {
                let path = &group[..end];
                let known = units.id_of(path);
                parent = if known == kRootUnitId && !path.is_empty() {
                    units.0.push(Unit {
                        path: path.to_owned(),
                        parent,
                    });
                    units.0.len() as UnitID
                } else {
                    known
                };
            }
        }
        units
    }

    /// The unit of a group; the root of one that there is not.
    pub(super) fn id_of(&self, path: &str) -> UnitID {
        let at = self.0.iter().position(|unit| unit.path == path);
        at.map_or(kRootUnitId, |at| at as UnitID + 1)
    }

    fn count(&self) -> int32 {
        self.0.len() as int32 + 1
    }

    fn put(&self, index: int32, info: &mut UnitInfo) -> bool {
        let (name, parent) = match usize::try_from(index) {
            Ok(0) => ("Root", kNoParentUnitId),
            Ok(place) if place <= self.0.len() => {
                let unit = &self.0[place - 1];
                let name = unit.path.rsplit('/').next().unwrap_or_default();
                (name, unit.parent)
            }
            _ => return false,
        };
        info.id = index;
        info.parentUnitId = parent;
        put_wide(name, &mut info.name);
        info.programListId = kNoProgramListId;
        true
    }
}

impl IUnitInfoTrait for Plugin {
    unsafe fn getUnitCount(&self) -> int32 {
        guarded(1, || {
            let count = self.inner.instance(|instance| Units::of(instance).count());
            count.unwrap_or(1)
        })
    }

    unsafe fn getUnitInfo(&self, index: int32, info: *mut UnitInfo) -> tresult {
        guarded(kInvalidArgument, || {
            // SAFETY: the host's place.
            let Some(info) = (unsafe { place(info) }) else {
                return kInvalidArgument;
            };
            let put = self
                .inner
                .instance(|instance| Units::of(instance).put(index, info));
            match put {
                None => kNotInitialized,
                Some(true) => kResultOk,
                Some(false) => kInvalidArgument,
            }
        })
    }

    unsafe fn getProgramListCount(&self) -> int32 {
        0
    }

    unsafe fn getProgramListInfo(&self, _index: int32, _info: *mut ProgramListInfo) -> tresult {
        kInvalidArgument
    }

    unsafe fn getProgramName(
        &self,
        _list: ProgramListID,
        _program: int32,
        _name: *mut String128,
    ) -> tresult {
        kInvalidArgument
    }

    unsafe fn getProgramInfo(
        &self,
        _list: ProgramListID,
        _program: int32,
        _attribute: CString,
        _value: *mut String128,
    ) -> tresult {
        kInvalidArgument
    }

    unsafe fn hasProgramPitchNames(&self, _list: ProgramListID, _program: int32) -> tresult {
        kResultFalse
    }

    unsafe fn getProgramPitchName(
        &self,
        _list: ProgramListID,
        _program: int32,
        _pitch: int16,
        _name: *mut String128,
    ) -> tresult {
        kInvalidArgument
    }

    unsafe fn getSelectedUnit(&self) -> UnitID {
        kRootUnitId
    }

    unsafe fn selectUnit(&self, _unit: UnitID) -> tresult {
        kResultFalse
    }

    unsafe fn getUnitByBus(
        &self,
        _media: MediaType,
        _direction: BusDirection,
        _bus: int32,
        _channel: int32,
        _unit: *mut UnitID,
    ) -> tresult {
        kResultFalse
    }

    unsafe fn setUnitProgramData(
        &self,
        _list_or_unit: int32,
        _program: int32,
        _data: *mut IBStream,
    ) -> tresult {
        kNotImplemented
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_within_groups_become_a_tree_and_each_comes_once() {
        let groups = [
            "Settings",
            "Tags/Genre",
            "Tags/Mood",
            "Tags/Genre",
            "",
            "Tags",
        ];
        let units = Units::of_groups(groups.into_iter().map(str::to_owned));
        let paths: Vec<_> = units
            .0
            .iter()
            .map(|u| (u.path.as_str(), u.parent))
            .collect();
        assert_eq!(
            paths,
            [
                ("Settings", 0),
                ("Tags", 0),
                ("Tags/Genre", 2),
                ("Tags/Mood", 2)
            ]
        );
        assert_eq!(units.id_of("Tags/Mood"), 4);
        assert_eq!(units.id_of(""), kRootUnitId);
        assert_eq!(units.count(), 5);
    }
}
