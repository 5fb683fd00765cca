//! What the product owes its host, one list for both formats: each behaviour is written once, for
//! any [`tagline_host::Guest`], and run on the CLAP and on the VST3.

#[cfg(target_os = "linux")]
mod lifetime;
mod vst3_class;

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
