//! VST3: odd calls, which a host may make and a plugin must survive.

use std::ptr::null_mut;

use tagline_host::vst3::{Bytes, RunLoopFrom, StreamHabits, Vst3Host, Vst3Module, Vst3Plugin};
use tagline_tests::bundle;
use vst3::Interface;
use vst3::Steinberg::Vst::{
    IAudioProcessorTrait, IComponent, IComponentTrait, IEditControllerTrait, IUnitInfo,
    IUnitInfoTrait, ProcessData,
};
use vst3::Steinberg::{
    IPlugViewTrait, IPluginBaseTrait, IPluginFactoryTrait, kInvalidArgument, kNotInitialized,
    kResultFalse, kResultOk,
};

/// A host that gives only what it must.
const BARE: Vst3Host = Vst3Host {
    run_loop: RunLoopFrom::Nowhere,
    has_handler: false,
    has_context: false,
};

fn plugins(test: &str) -> Vec<Vst3Plugin> {
    let Some(bundle) = bundle(test, "Tagline.vst3") else {
        return Vec::new();
    };
    let module = Vst3Module::load(&bundle).expect("the module");
    let hosts = [BARE, Vst3Host::default()];
    let plugin = |host| Vst3Plugin::of(&module, host).expect("the plugin");
    hosts.map(plugin).into()
}

#[test]
fn unknown_ids_and_null_pointers_are_refused() {
    for plugin in plugins("unknown_ids_and_null_pointers_are_refused") {
        let (component, controller) = (&plugin.component, &plugin.controller);
        // SAFETY: null pointers, where the interface names places or objects.
        unsafe {
            for id in [71, 64, 70, 1_000, u32::MAX] {
                let mut text = [0; 128];
                let mut value = 0.0;
                let mut typed = [b'1' as _, 0];
                let answer = controller.getParamStringByValue(id, 0.5, &mut text);
                assert_eq!(answer, kInvalidArgument, "{id}");
                let answer = controller.getParamValueByString(id, typed.as_mut_ptr(), &mut value);
                assert_ne!(answer, kResultOk, "{id}");
                assert_ne!(controller.setParamNormalized(id, 0.5), kResultOk);
                controller.getParamNormalized(id);
                controller.normalizedParamToPlain(id, 0.5);
                controller.plainParamToNormalized(id, 0.5);
            }
            for value in [f64::NAN, f64::INFINITY, -1.0, 2.0] {
                controller.setParamNormalized(1, value);
                controller.normalizedParamToPlain(1, value);
                assert!((0.0..=1.0).contains(&controller.getParamNormalized(1)));
            }
            let refused = [
                controller.getParamStringByValue(1, 0.5, null_mut()),
                controller.getParamValueByString(1, null_mut(), null_mut()),
                controller.getParameterInfo(0, null_mut()),
                controller.setComponentState(null_mut()),
                component.setState(null_mut()),
                component.getState(null_mut()),
                component.getControllerClassId(null_mut()),
                component.getBusInfo(0, 0, 0, null_mut()),
                component.getRoutingInfo(null_mut(), null_mut()),
                plugin.processor.process(null_mut()),
                plugin.processor.setupProcessing(null_mut()),
                plugin
                    .processor
                    .setBusArrangements(null_mut(), 1, null_mut(), 1),
                plugin.processor.getBusArrangement(0, 0, null_mut()),
            ];
            assert_eq!(refused, [kInvalidArgument; 13]);
            for index in [-1, 55 + 9, i32::MAX] {
                let mut info = std::mem::zeroed();
                assert_ne!(controller.getParameterInfo(index, &mut info), kResultOk);
                let mut info = std::mem::zeroed();
                assert_ne!(component.getBusInfo(0, 0, index, &mut info), kResultOk);
                assert_ne!(component.activateBus(0, 0, index, 1), kResultOk);
            }
            let units = controller.cast::<IUnitInfo>().expect("units");
            assert_ne!(units.getUnitInfo(99, &mut std::mem::zeroed()), kResultOk);
            assert_ne!(units.getUnitInfo(0, null_mut()), kResultOk);
        }
    }
}

#[test]
fn calls_out_of_turn_are_answered() {
    for mut plugin in plugins("calls_out_of_turn_are_answered") {
        let state = plugin.save_state().expect("a state");
        // SAFETY: the calls are odd, but their arguments are what the interface names.
        unsafe {
            let component = plugin.component.clone();
            // Activated twice, and without a setup.
            assert_eq!(component.initialize(null_mut()), kResultFalse);
            assert_eq!(component.setActive(1), kResultOk);
            assert_eq!(component.setActive(1), kResultOk);
            plugin.processor.setProcessing(1);
            plugin.processor.setProcessing(1);
            let mut data: ProcessData = std::mem::zeroed();
            for (samples, buses) in [(0, 0), (-5, -5), (i32::MAX, 0), (64, 1)] {
                data.numSamples = samples;
                data.numInputs = buses;
                data.numOutputs = buses;
                for size in [0, 1, 7] {
                    data.symbolicSampleSize = size;
                    assert_eq!(plugin.processor.process(&mut data), kResultOk);
                }
            }
            plugin.controller.setComponentHandler(null_mut());
            plugin.controller.setComponentHandler(null_mut());
            assert_eq!(component.setActive(0), kResultOk);
            assert_eq!(component.setActive(0), kResultOk);
            // After the end, everything is asked once more.
            component.terminate();
            component.terminate();
            assert_eq!(component.setActive(1), kNotInitialized);
            assert_eq!(plugin.processor.process(&mut data), kResultOk);
            let stream = Bytes::new(&state, StreamHabits::default());
            assert_eq!(plugin.set_component_state(&stream), kNotInitialized);
            assert_eq!(plugin.tell_controller(&stream), kNotInitialized);
            plugin.controller.getParamNormalized(1);
            assert!(plugin.controller.createView(c"editor".as_ptr()).is_null());
            // It can be initialized again.
            assert_eq!(component.initialize(null_mut()), kResultOk);
        }
        plugin.load_state(&state).expect("the state");
    }
}

#[test]
fn a_factory_makes_nothing_of_ids_that_are_not_its_own() {
    let test = "a_factory_makes_nothing_of_ids_that_are_not_its_own";
    let Some(bundle) = bundle(test, "Tagline.vst3") else {
        return;
    };
    let module = Vst3Module::load(&bundle).expect("the module");
    let class = module.class().expect("a class").id;
    let factory = module.factory();
    let foreign = [7_u8; 16];
    let mut object = null_mut();
    // SAFETY: ids of 16 bytes, and a place to write to, or null pointers.
    unsafe {
        for (class, interface) in [(&foreign, &IComponent::IID), (&class, &foreign)] {
            object = std::ptr::without_provenance_mut(1);
            let answer = factory.createInstance(
                class.as_ptr().cast(),
                interface.as_ptr().cast(),
                &mut object,
            );
            assert_ne!(answer, kResultOk);
            assert!(object.is_null());
        }
        let iid = IComponent::IID.as_ptr().cast();
        let class = class.as_ptr().cast();
        for (class, iid, object) in [
            (std::ptr::null(), iid, &raw mut object),
            (class, std::ptr::null(), &raw mut object),
            (class, iid, null_mut()),
        ] {
            assert_ne!(factory.createInstance(class, iid, object), kResultOk);
        }
        assert_ne!(factory.getClassInfo(0, null_mut()), kResultOk);
        assert_ne!(factory.getClassInfo(1, &mut std::mem::zeroed()), kResultOk);
        assert_ne!(factory.getClassInfo(-1, &mut std::mem::zeroed()), kResultOk);
        assert_ne!(factory.getFactoryInfo(null_mut()), kResultOk);
    }
}

#[test]
fn a_view_that_is_in_no_window_survives_every_call() {
    for mut plugin in plugins("a_view_that_is_in_no_window_survives_every_call") {
        // SAFETY: null pointers, where the interface names places, windows or objects.
        unsafe {
            for name in [std::ptr::null(), c"".as_ptr(), c"something".as_ptr()] {
                assert!(plugin.controller.createView(name).is_null());
            }
            let view = plugin.view().expect("a view");
            let of_view = &view.view;
            assert_ne!(of_view.isPlatformTypeSupported(std::ptr::null()), kResultOk);
            assert_ne!(
                of_view.isPlatformTypeSupported(c"Nothing".as_ptr()),
                kResultOk
            );
            assert_ne!(of_view.attached(null_mut(), std::ptr::null()), kResultOk);
            assert_ne!(
                of_view.attached(null_mut(), c"X11EmbedWindowID".as_ptr()),
                kResultOk
            );
            assert_ne!(of_view.getSize(null_mut()), kResultOk);
            assert_ne!(of_view.onSize(null_mut()), kResultOk);
            assert_ne!(of_view.checkSizeConstraint(null_mut()), kResultOk);
            of_view.setFrame(null_mut());
            of_view.setFrame(null_mut());
            of_view.removed();
            of_view.removed();
            assert_eq!(of_view.onKeyDown(b'a' as _, 0, 0), kResultFalse);
            assert_eq!(of_view.onKeyUp(b'a' as _, 0, 0), kResultFalse);
            assert_eq!(of_view.onWheel(1.0), kResultFalse);
            of_view.onFocus(1);
            assert!(
                view.size()
                    .is_some_and(|(width, height)| width > 0 && height > 0)
            );
            // It outlives the plugin.
            drop(plugin);
            view.show_frame();
            assert!(view.constrained(1, 1).is_some_and(|(width, _)| width > 1));
        }
    }
}

#[test]
fn a_controller_shows_what_the_host_sets_before_the_processor_hears_of_it() {
    let test = "a_controller_shows_what_the_host_sets_before_the_processor_hears_of_it";
    for mut plugin in plugins(test) {
        plugin.activate(48_000.0, 64).expect("active");
        plugin.set_value(0, 1.0).expect("a value");
        assert_eq!(plugin.value(0), Some(1.0));
        // A state that is saved now has it.
        let state = plugin.save_state().expect("a state");
        let state = String::from_utf8(state).expect("text");
        assert!(state.contains("\"bypass\":true"), "{state}");
        plugin.set_value(3, 2.5).expect("a value");
        assert_eq!(plugin.value(3), Some(2.5));
        // If the processor never hears of them, the values come into force once the plugin is no longer active.
        plugin.deactivate();
        assert_eq!(plugin.value(0), Some(1.0));
        assert_eq!(plugin.value(3), Some(2.5));
        let state = plugin.save_state().expect("a state");
        let state = String::from_utf8(state).expect("text");
        assert!(state.contains("\"bypass\":true"), "{state}");
        assert!(state.contains("\"smoothing_seconds\":2.5"), "{state}");
    }
}
