//! The functions of the C interface that hosts call on the audio thread.
//!
//! clack makes the plugin's function table; [`take_over`] puts these in. So the output is written
//! before anything else looks at the call, and a call that clack would not survive never reaches it.

use std::ffi::{CStr, c_char, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::OnceLock;

use clack_plugin::extensions::wrapper::PluginWrapper;
use clap_sys::audio_buffer::clap_audio_buffer;
use clap_sys::events::{clap_input_events, clap_output_events};
use clap_sys::ext::params::{CLAP_EXT_PARAMS, clap_plugin_params};
use clap_sys::plugin::clap_plugin;
use clap_sys::process::{
    CLAP_PROCESS_CONTINUE, CLAP_PROCESS_ERROR, clap_process, clap_process_status,
};

use super::events::{RawInputs, RawOutputs, transport};
use super::plugin::Tagline;
use crate::core::Block;
use crate::raw_audio::{RawPort, pass_through, with_channels};

type GetExtension = unsafe extern "C" fn(*const clap_plugin, *const c_char) -> *const c_void;

/// clack's own function, the same for every instance.
static CLACKS_GET_EXTENSION: OnceLock<GetExtension> = OnceLock::new();

/// Puts this file's functions into the table of a plugin that clack has just made.
///
/// # Safety
/// `plugin` is null, or clack has made it for [`Tagline`] and nobody else has it yet.
pub unsafe fn take_over(plugin: *const clap_plugin) {
    // SAFETY: clack makes the table on the heap, and nobody else uses it yet.
    let Some(table) = (unsafe { plugin.cast_mut().as_mut() }) else {
        return;
    };
    if let Some(get_extension) = table.get_extension.replace(get_extension) {
        CLACKS_GET_EXTENSION.get_or_init(|| get_extension);
    }
    table.process = Some(process);
}

/// `clap_plugin.process`.
unsafe extern "C" fn process(
    plugin: *const clap_plugin,
    call: *const clap_process,
) -> clap_process_status {
    // SAFETY: the host gives a whole struct or null. Nothing says that it is aligned.
    let Some(call) = (!call.is_null()).then(|| unsafe { call.read_unaligned() }) else {
        return CLAP_PROCESS_ERROR;
    };
    // SAFETY: the host vouches for its buffers as far as they are not null.
    unsafe { write_outputs(&call) };
    // SAFETY: `plugin` is the host's pointer to a plugin of ours, on its audio thread.
    let _ = catch_unwind(AssertUnwindSafe(|| unsafe { analyse(plugin, &call) }));
    CLAP_PROCESS_CONTINUE
}

/// The port at `index` of a call's list of ports.
///
/// # Safety
/// `ports` is null or has `count` ports.
unsafe fn port(ports: *const clap_audio_buffer, count: u32, index: u32) -> RawPort {
    if ports.is_null() || index >= count {
        return RawPort::NONE;
    }
    // SAFETY: the port is one of the list.
    let port = unsafe { ports.add(index as usize).read_unaligned() };
    RawPort {
        channel_count: port.channel_count,
        single: port.data32,
        double: port.data64,
    }
}

/// Writes every channel of every output port.
///
/// # Safety
/// The call's lists of ports, their arrays of channels and the channels are null or as long as the
/// call says.
unsafe fn write_outputs(call: &clap_process) {
    if call.audio_outputs.is_null() {
        return;
    }
    for index in 0..call.audio_outputs_count {
        // SAFETY: the caller vouches for the ports and what they lead to.
        unsafe {
            let input = port(call.audio_inputs, call.audio_inputs_count, index);
            let output = port(call.audio_outputs, call.audio_outputs_count, index);
            if call.frames_count > 0 {
                pass_through(input, output, call.frames_count);
            }
            // Silence is constant, and so are the unused bits beyond the input's channels.
            let silent = u64::MAX.checked_shl(input.channel_count).unwrap_or(0);
            let mask = if input.channel_count == 0 {
                0
            } else {
                let input = call.audio_inputs.add(index as usize);
                ptr::addr_of!((*input).constant_mask).read_unaligned()
            };
            let output = call.audio_outputs.add(index as usize);
            ptr::addr_of_mut!((*output).constant_mask).write_unaligned(mask | silent);
        }
    }
}

/// Hands the call to the processor.
///
/// # Safety
/// `plugin` and `call` are the host's, on its audio thread, and the outputs have been written.
unsafe fn analyse(plugin: *const clap_plugin, call: &clap_process) {
    // SAFETY: as the caller says; the main port is the first.
    unsafe {
        PluginWrapper::<Tagline>::handle(plugin, |wrapper| {
            let takes_live_values = wrapper.shared().takes_live_values;
            let processor = wrapper.audio_processor()?.as_mut();
            let input = port(call.audio_inputs, call.audio_inputs_count, 0);
            with_channels(input, call.frames_count, |input| {
                let block = Block {
                    frames: call.frames_count,
                    input,
                    transport: transport(call.transport),
                };
                let inputs = RawInputs::new(call.in_events);
                let mut outputs = RawOutputs::new(call.out_events, takes_live_values);
                processor.core.process(&block, inputs, &mut outputs);
            });
            Ok(())
        });
    }
}

/// `clap_plugin.get_extension`.
unsafe extern "C" fn get_extension(plugin: *const clap_plugin, id: *const c_char) -> *const c_void {
    let Some(clacks) = CLACKS_GET_EXTENSION.get().filter(|_| !id.is_null()) else {
        return ptr::null();
    };
    // SAFETY: the host's pointers, as clack expects them; an id that is not null is a C string.
    let (extension, is_params) =
        unsafe { (clacks(plugin, id), CStr::from_ptr(id) == CLAP_EXT_PARAMS) };
    if extension.is_null() || !is_params {
        return extension;
    }
    static PARAMS: OnceLock<clap_plugin_params> = OnceLock::new();
    let params = PARAMS.get_or_init(|| {
        // SAFETY: under this id clack gives a struct of this type, which lives for ever.
        let clacks = unsafe { *extension.cast::<clap_plugin_params>() };
        clap_plugin_params {
            flush: Some(flush),
            ..clacks
        }
    });
    ptr::from_ref(params).cast()
}

/// `clap_plugin_params.flush`, on the audio thread while the plugin is active and else on the main
/// thread.
unsafe extern "C" fn flush(
    plugin: *const clap_plugin,
    inputs: *const clap_input_events,
    outputs: *const clap_output_events,
) {
    // SAFETY: the host's pointers, on the thread that CLAP names.
    let _ = catch_unwind(AssertUnwindSafe(|| unsafe {
        PluginWrapper::<Tagline>::handle(plugin, |wrapper| {
            let inputs = RawInputs::new(inputs).map(|input| input.input);
            let mut outputs = RawOutputs::new(outputs, wrapper.shared().takes_live_values);
            if wrapper.is_active() {
                let processor = wrapper.audio_processor()?.as_mut();
                processor.core.flush(inputs, &mut outputs);
            } else {
                wrapper.main_thread().instance.flush(inputs, &mut outputs);
            }
            Ok(())
        });
    }));
}
