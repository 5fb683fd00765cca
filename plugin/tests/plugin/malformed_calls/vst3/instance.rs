//! An instance of the plugin as the interfaces that a host has.

use std::cell::RefCell;
use std::ffi::c_void;

use vst3::Steinberg::Vst::{
    IAudioProcessor, IAudioProcessorTrait, IComponent, IComponentHandler, IComponentHandlerTrait,
    IComponentTrait, IEditController, IEditControllerTrait, ParamID, ParamValue, ProcessSetup,
};
use vst3::Steinberg::{
    FIDString, IBStream, IBStreamTrait, IPluginBaseTrait, IPluginFactory, IPluginFactoryTrait,
    PClassInfo, int32, int64, kNotImplemented, kResultFalse, kResultOk, tresult,
};
use vst3::{Class, ComPtr, ComWrapper, Interface};

use super::call::Call;

unsafe extern "system" {
    /// The library's own entry, which is linked into this program.
    fn GetPluginFactory() -> *mut IPluginFactory;
}

pub(super) struct Instance {
    component: ComPtr<IComponent>,
    pub(super) processor: ComPtr<IAudioProcessor>,
    controller: ComPtr<IEditController>,
    saved: RefCell<Vec<u8>>,
}

impl Instance {
    /// An instance that is not initialized.
    pub(super) fn bare() -> Self {
        // The CLAP entry keeps the plugin's own objects in this program.
        let _ = super::super::super::common::entry();
        // SAFETY: the calls that every host makes, with places to write to.
        unsafe {
            let factory = ComPtr::from_raw(GetPluginFactory()).expect("a factory");
            let mut class: PClassInfo = std::mem::zeroed();
            assert_eq!(factory.getClassInfo(0, &mut class), kResultOk);
            let mut object: *mut c_void = std::ptr::null_mut();
            let id: FIDString = class.cid.as_ptr().cast();
            let result = factory.createInstance(id, IComponent::IID.as_ptr().cast(), &mut object);
            assert_eq!(result, kResultOk);
            let component = ComPtr::<IComponent>::from_raw(object.cast()).expect("an object");
            Self {
                processor: component.cast().expect("a processor"),
                controller: component.cast().expect("a controller"),
                component,
                saved: RefCell::default(),
            }
        }
    }

    /// An instance that is initialized.
    pub(super) fn new() -> Self {
        let instance = Self::bare();
        instance.initialize();
        instance
    }

    pub(super) fn initialize(&self) {
        // SAFETY: a host without a context.
        let result = unsafe { self.component.initialize(std::ptr::null_mut()) };
        assert_eq!(result, kResultOk);
    }

    pub(super) fn terminate(&self) {
        // SAFETY: the interface of a living object.
        unsafe { self.component.terminate() };
    }

    pub(super) fn activate(&self) {
        self.make(&Call::Setup {
            rate_hz: 48_000.0,
            max_frames: 64,
            sample_size: 0,
            mode: 0,
        });
        self.make(&Call::Active(1));
    }

    /// Makes a call. The answer may be any.
    pub(super) fn make(&self, call: &Call) {
        let (component, controller) = (&self.component, &self.controller);
        // SAFETY: the objects live, and every pointer is null or leads to what the interface names.
        unsafe {
            match call {
                Call::Initialize => {
                    component.initialize(std::ptr::null_mut());
                }
                Call::Terminate => self.terminate(),
                Call::Active(state) => {
                    component.setActive(*state);
                }
                Call::Processing(state) => {
                    self.processor.setProcessing(*state);
                }
                Call::Setup {
                    rate_hz,
                    max_frames,
                    sample_size,
                    mode,
                } => {
                    let mut setup = ProcessSetup {
                        processMode: *mode,
                        symbolicSampleSize: *sample_size,
                        maxSamplesPerBlock: *max_frames,
                        sampleRate: *rate_hz,
                    };
                    self.processor.setupProcessing(&mut setup);
                }
                Call::Arrangements([input, output], [inputs, outputs]) => {
                    let (mut input, mut output) = (*input, *output);
                    let processor = &self.processor;
                    processor.setBusArrangements(&mut input, *inputs, &mut output, *outputs);
                    for direction in -1..3 {
                        processor.getBusArrangement(direction, *inputs, &mut input);
                    }
                }
                Call::Bus([media, direction, index], state) => {
                    component.getBusCount(*media, *direction);
                    component.getBusInfo(*media, *direction, *index, &mut std::mem::zeroed());
                    component.activateBus(*media, *direction, *index, *state);
                }
                Call::SetValue(id, value) => {
                    controller.setParamNormalized(*id, *value);
                }
                Call::Value(id) => {
                    let value = controller.getParamNormalized(*id);
                    assert!((0.0..=1.0).contains(&value), "parameter {id} is {value}");
                }
                Call::LoadComponent(bytes) => {
                    component.setState(stream(bytes.clone()).as_ptr());
                }
                Call::LoadController(bytes) => {
                    controller.setComponentState(stream(bytes.clone()).as_ptr());
                }
                Call::LoadSaved => {
                    let saved = self.saved.borrow().clone();
                    component.setState(stream(saved).as_ptr());
                }
                Call::Save => {
                    let place = ComWrapper::new(Stream::default());
                    let stream = place.to_com_ptr::<IBStream>().expect("a stream");
                    if component.getState(stream.as_ptr()) == kResultOk {
                        self.saved.replace(place.bytes.borrow().clone());
                    }
                }
                Call::Handler => {
                    let handler = ComWrapper::new(Handler).to_com_ptr::<IComponentHandler>();
                    controller.setComponentHandler(handler.expect("a handler").as_ptr());
                }
                Call::NoHandler => {
                    controller.setComponentHandler(std::ptr::null_mut());
                }
            }
        }
    }
}

#[derive(Default)]
struct Stream {
    bytes: RefCell<Vec<u8>>,
    at: std::cell::Cell<usize>,
}

fn stream(bytes: Vec<u8>) -> ComPtr<IBStream> {
    let stream = ComWrapper::new(Stream {
        bytes: RefCell::new(bytes),
        ..Stream::default()
    });
    stream.to_com_ptr().expect("a stream")
}

impl Class for Stream {
    type Interfaces = (IBStream,);
}

impl IBStreamTrait for Stream {
    /// Gives what there is.
    unsafe fn read(&self, buffer: *mut c_void, wanted: int32, got: *mut int32) -> tresult {
        let bytes = self.bytes.borrow();
        let left = &bytes[self.at.get()..];
        let given = left.len().min(usize::try_from(wanted).unwrap_or(0));
        self.at.set(self.at.get() + given);
        // SAFETY: the plugin gives room for what it wants, and a place for the count.
        unsafe {
            std::ptr::copy_nonoverlapping(left.as_ptr(), buffer.cast(), given);
            *got = given as int32;
        }
        if given == 0 { kResultFalse } else { kResultOk }
    }

    unsafe fn write(&self, buffer: *mut c_void, count: int32, taken: *mut int32) -> tresult {
        let count = usize::try_from(count).unwrap_or(0);
        // SAFETY: the plugin gives so many bytes, and a place for the count.
        unsafe {
            let bytes = std::slice::from_raw_parts(buffer.cast::<u8>(), count);
            self.bytes.borrow_mut().extend_from_slice(bytes);
            *taken = count as int32;
        }
        kResultOk
    }

    unsafe fn seek(&self, _position: int64, _mode: int32, _result: *mut int64) -> tresult {
        kNotImplemented
    }

    unsafe fn tell(&self, _position: *mut int64) -> tresult {
        kNotImplemented
    }
}

struct Handler;

impl Class for Handler {
    type Interfaces = (IComponentHandler,);
}

impl IComponentHandlerTrait for Handler {
    unsafe fn beginEdit(&self, _id: ParamID) -> tresult {
        kResultFalse
    }

    unsafe fn performEdit(&self, _id: ParamID, _value: ParamValue) -> tresult {
        kResultFalse
    }

    unsafe fn endEdit(&self, _id: ParamID) -> tresult {
        kResultFalse
    }

    unsafe fn restartComponent(&self, _flags: int32) -> tresult {
        kResultFalse
    }
}
