//! A host that has timers and never answers `request_callback`.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use clack_extensions::params::{
    HostParams, HostParamsImplMainThread, HostParamsImplShared, ParamClearFlags, ParamInfoBuffer,
    ParamRescanFlags, PluginParams,
};
use clack_extensions::state::PluginState;
use clack_extensions::timer::{HostTimer, HostTimerImpl, PluginTimer, TimerId};
use clack_host::prelude::*;
use serde_json::json;

use crate::common::entry;
use crate::common::models::Models;

#[derive(Default)]
struct Requests {
    rescanned: AtomicBool,
    timers: AtomicU32,
}

impl SharedHandler<'_> for Requests {
    fn request_restart(&self) {}
    fn request_process(&self) {}
    fn request_callback(&self) {}
}

impl HostParamsImplShared for Requests {
    fn request_flush(&self) {}
}

struct MainThread<'a> {
    requests: &'a Requests,
    next: Cell<u32>,
}

impl<'a> MainThreadHandler<'a> for MainThread<'a> {}

impl HostParamsImplMainThread for MainThread<'_> {
    fn rescan(&self, _flags: ParamRescanFlags) {
        self.requests.rescanned.store(true, Ordering::Release);
    }
    fn clear(&self, _param_id: ClapId, _flags: ParamClearFlags) {}
}

impl HostTimerImpl for MainThread<'_> {
    fn register_timer(&self, period_ms: u32) -> Result<TimerId, HostError> {
        assert!((10..=1_000).contains(&period_ms));
        self.requests.timers.fetch_add(1, Ordering::AcqRel);
        self.next.set(self.next.get() + 1);
        Ok(TimerId(self.next.get()))
    }

    fn unregister_timer(&self, timer_id: TimerId) -> Result<(), HostError> {
        assert_eq!(timer_id, TimerId(1));
        self.requests.timers.fetch_sub(1, Ordering::AcqRel);
        Ok(())
    }
}

struct Handlers;

impl HostHandlers for Handlers {
    type Shared<'a> = Requests;
    type MainThread<'a> = MainThread<'a>;
    type AudioProcessor<'a> = ();

    fn declare_extensions(builder: &mut HostExtensions<Self>, _shared: &Self::Shared<'_>) {
        builder.register::<HostParams>().register::<HostTimer>();
    }
}

#[test]
fn a_host_that_only_has_timers_learns_the_tags_of_the_model_that_runs() {
    let info = HostInfo::new("Test", "Tagline", "", "1").expect("plain strings");
    let mut instance = PluginInstance::<Handlers>::new(
        |_| Requests::default(),
        |requests| MainThread {
            requests,
            next: Cell::new(0),
        },
        &entry(),
        c"audio.tagline.tagline",
        &info,
    )
    .expect("an instance");
    let timers = |instance: &PluginInstance<Handlers>| {
        instance.access_shared_handler(|requests| requests.timers.load(Ordering::Acquire))
    };
    assert_eq!(timers(&instance), 1);
    let config = PluginAudioConfiguration {
        sample_rate: 24_000.0,
        min_frames_count: 1,
        max_frames_count: 512,
    };
    let processor = instance.activate(|_, _| (), config).expect("it activates");

    let models = Models::new();
    let state = models.state(&["jazz"], &json!({}));
    let handle = instance.plugin_handle();
    let extension: PluginState = handle.get_extension().expect("state");
    extension
        .load(&handle, &mut state.as_bytes())
        .expect("a good state");
    let start = Instant::now();
    let name = loop {
        let handle = instance.plugin_handle();
        let timer: PluginTimer = handle.get_extension().expect("timers");
        timer.on_timer(&handle, TimerId(1));
        let params: PluginParams = handle.get_extension().expect("parameters");
        let mut buffer = ParamInfoBuffer::new();
        let info = params.get_info(&handle, 5, &mut buffer).expect("a tag");
        if info.name == b"jazz" {
            break String::from_utf8(info.name.to_vec()).expect("UTF-8");
        }
        assert!(start.elapsed() < Duration::from_secs(60), "it never comes");
        std::thread::sleep(Duration::from_millis(5));
    };
    assert_eq!(name, "jazz");
    assert!(instance.access_shared_handler(|requests| requests.rescanned.load(Ordering::Acquire)));
    instance.deactivate(processor);
}
