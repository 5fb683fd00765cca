//! What the product owes its host, one list for both formats: each behaviour is written once, for
//! any [`tagline_host::Guest`], and run on the CLAP and on the VST3. What only VST3 knows stands in
//! the modules whose names begin with it.

mod automation;
mod bypass;
mod gestures;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod lifetime;
mod macros;
mod midi;
mod parameters;
mod pass_through;
mod presets;
#[cfg(target_os = "linux")]
mod scan;
mod session;
mod state;
mod turns;
mod vst3_buses;
mod vst3_calls;
mod vst3_class;
mod vst3_main_thread;
#[cfg(target_os = "linux")]
mod vst3_view;
#[cfg(windows)]
mod windows_editor;

/// Whether this host outruns the timer by which a VST3 plugin reaches the main thread. On Windows that is one of
/// the system's, which keeps to the clock, where the blocks of this host come as fast as they can. If so, it
/// prints that the test was skipped.
fn outruns_the_timer(test: &str, format: &str) -> bool {
    let outruns = cfg!(windows) && format == "VST3";
    if outruns {
        tagline_tests::skipped(
            test,
            "Windows' timer keeps to the clock, which this host outruns",
        );
    }
    outruns
}

/// Runs these behaviours in both formats.
macro_rules! in_both_formats {
    ($($behaviour:ident),* $(,)?) => {
        mod clap {
            $(#[test]
            fn $behaviour() {
                super::$behaviour::<tagline_host::HostedPlugin>(concat!("clap::", stringify!($behaviour)));
            })*
        }
        mod vst3 {
            $(#[test]
            fn $behaviour() {
                super::$behaviour::<tagline_host::vst3::Vst3Plugin>(concat!("vst3::", stringify!($behaviour)));
            })*
        }
    };
}
pub(crate) use in_both_formats;
