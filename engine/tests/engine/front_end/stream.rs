//! Streaming: block sizes, reset, poisoned samples, impossible parameters, allocation.

use assert_no_alloc::assert_no_alloc;
use proptest::prelude::*;
use tagline_engine::{Analyzer, Feature, FrontEnd, FrontEndError, FrontEndSpec, MelScale, MelSpec};

use super::support::{front_end, in_blocks, log_mel, log_mel_in_blocks, noise};

const RATES_HZ: [f64; 8] = [
    1_000.0, 8_000.0, 12_000.0, 16_000.0, 44_100.0, 44_101.0, 96_000.0, 767_999.5,
];

/// Every published front-end.
fn specs() -> [FrontEndSpec; 4] {
    [
        FrontEndSpec::choi2016(),
        FrontEndSpec::won2020(),
        FrontEndSpec::choi2016_stft(),
        FrontEndSpec::choi2016_mfcc(),
    ]
}

fn log_mel_of(change: impl FnOnce(&mut MelSpec)) -> Feature {
    let mut mel = MelSpec::choi2016();
    change(&mut mel);
    Feature::LogMel(mel)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_blocks_give_the_whole_clips_frames_bit_for_bit(
        rate in prop_oneof![
            proptest::sample::select(RATES_HZ.to_vec()),
            1_000.0..200_000.0,
        ],
        spec in proptest::sample::select(specs().to_vec()),
        seconds in 0.0..0.4,
        blocks in proptest::collection::vec(
            prop_oneof![1usize..4, 1usize..100, 1usize..5_000, Just(1), Just(64), Just(1 << 20)],
            1..20,
        ),
    ) {
        let clip = noise((rate * seconds) as usize, 1.0);
        let whole = log_mel(&spec, rate, &clip);
        let streamed = log_mel_in_blocks(&mut front_end(&spec, rate), &clip, &blocks);
        prop_assert_eq!(whole.len(), streamed.len());
        let equal = whole.iter().zip(&streamed).all(|(a, b)| a.to_bits() == b.to_bits());
        prop_assert!(equal);
    }
}

#[test]
fn reset_and_finish_leave_nothing_behind() {
    for rate_hz in RATES_HZ {
        let spec = FrontEndSpec::choi2016();
        let clip = noise((rate_hz * 0.5) as usize, 1.0);
        let expected = log_mel(&spec, rate_hz, &clip);

        let mut used = front_end(&spec, rate_hz);
        used.push(&noise(12_345, 1e6), |_| ());
        used.reset();
        assert_eq!(
            log_mel_in_blocks(&mut used, &clip, &[777]),
            expected,
            "{rate_hz}"
        );
        // The stream has finished. The next clip is a stream of its own.
        assert_eq!(
            log_mel_in_blocks(&mut used, &clip, &[50]),
            expected,
            "{rate_hz}"
        );
    }
}

#[test]
fn an_empty_stream_has_no_frames() {
    for rate_hz in RATES_HZ {
        assert!(log_mel(&FrontEndSpec::choi2016(), rate_hz, &[]).is_empty());
    }
}

#[test]
fn poisoned_samples_spoil_nothing_after_them() {
    let spec = FrontEndSpec::choi2016();
    for rate_hz in RATES_HZ {
        let clip = noise((rate_hz * 2.0) as usize, 0.5);
        let clean = log_mel(&spec, rate_hz, &clip);
        let poison = [
            f32::NAN,
            f32::INFINITY,
            f32::NEG_INFINITY,
            f32::MAX,
            f32::MIN,
            f32::MIN_POSITIVE / 2.0,
        ];
        let mut spoilt = clip.clone();
        for (i, sample) in spoilt.iter_mut().take(100).enumerate() {
            *sample = poison[i % poison.len()];
        }
        let found = log_mel(&spec, rate_hz, &spoilt);
        assert!(found.iter().all(|db| db.is_finite()), "{rate_hz}");
        assert_eq!(found.len(), clean.len());
        // A sample reaches no further than the filters, which take half a second at the lowest rates.
        let after = (1.0 / spec.frame_seconds()) as usize * spec.frame_values();
        assert_eq!(found[after..], clean[after..], "{rate_hz}");
    }
}

#[test]
fn samples_that_are_not_numbers_count_as_silence() {
    let spec = FrontEndSpec::choi2016();
    for rate_hz in [12_000.0, 48_000.0, 44_101.0] {
        let found = log_mel(&spec, rate_hz, &vec![f32::NAN; rate_hz as usize]);
        assert!(found.iter().all(|&db| db == -100.0), "{rate_hz}");
    }
}

#[test]
fn an_impossible_host_rate_is_named() {
    let rates_hz = [
        0.0,
        -48_000.0,
        999.999,
        768_000.1,
        f64::NAN,
        f64::INFINITY,
        f64::MIN_POSITIVE,
    ];
    for rate_hz in rates_hz {
        let error = FrontEnd::new(&FrontEndSpec::choi2016(), rate_hz).err();
        assert!(
            matches!(error, Some(FrontEndError::HostRate(_))),
            "{rate_hz}"
        );
    }
}

#[test]
fn an_impossible_spec_is_refused_before_anything_is_allocated() {
    let spec = FrontEndSpec {
        n_fft: usize::MAX - 1,
        ..FrontEndSpec::choi2016()
    };
    let error = Analyzer::new(&spec, 48_000.0, 1.0).err();
    let message = error.map(|error| error.to_string()).unwrap_or_default();
    assert!(message.contains("n_fft"), "{message}");
}

#[test]
fn unusual_front_ends_work_at_unusual_rates() {
    let base = FrontEndSpec::choi2016();
    let specs = [
        FrontEndSpec {
            sample_rate: 384_000,
            feature: log_mel_of(|mel| mel.f_max_hz = 192_000.0),
            n_fft: 65_536,
            hop: 32_768,
            ..base.clone()
        },
        FrontEndSpec {
            sample_rate: 1_000,
            feature: log_mel_of(|mel| mel.f_max_hz = 500.0),
            n_fft: 64,
            hop: 8,
            ..base.clone()
        },
        FrontEndSpec {
            sample_rate: 22_051,
            hop: 2_000,
            feature: log_mel_of(|mel| mel.scale = MelScale::Htk),
            ..base.clone()
        },
        FrontEndSpec {
            n_fft: 16,
            hop: 65_536,
            frames: 100,
            feature: log_mel_of(|mel| mel.bands = 1),
            ..base.clone()
        },
        FrontEndSpec {
            n_fft: 16,
            hop: 65_536,
            frames: 100,
            ..FrontEndSpec::choi2016_stft()
        },
        FrontEndSpec {
            sample_rate: 1_000,
            n_fft: 64,
            hop: 8,
            feature: Feature::Mfcc {
                mel: MelSpec {
                    bands: 1,
                    f_max_hz: 500.0,
                    ..MelSpec::choi2016()
                },
                coefficients: 1,
            },
            ..base.clone()
        },
    ];
    for spec in specs {
        for rate_hz in RATES_HZ {
            let clip = noise((rate_hz * 0.3) as usize, 0.5);
            let found = log_mel(&spec, rate_hz, &clip);
            let at_model_rate = 0.3 * f64::from(spec.sample_rate);
            let frames = found.len() / spec.frame_values();
            assert!(
                frames.abs_diff(1 + (at_model_rate as usize) / spec.hop) <= 1,
                "{rate_hz}"
            );
            assert!(found.iter().all(|db| db.is_finite()), "{rate_hz}");
        }
    }
}

#[test]
fn nothing_is_allocated_after_construction() {
    for rate_hz in RATES_HZ {
        for spec in specs() {
            let clip = noise((rate_hz * 3.5) as usize, 1.0);
            let mut front_end = front_end(&spec, rate_hz);
            let mut analyzer = Analyzer::new(&spec, rate_hz, 0.25).expect("possible");
            let mut window = vec![0.0; spec.input_bands() * spec.frames];
            let mut dues = 0;
            assert_no_alloc(|| {
                let mut sum = 0.0;
                for block in in_blocks(&clip, &[1, 64, 4096]) {
                    front_end.push(block, |frame| sum += frame[0]);
                    let mut rest = block;
                    while let (used, Some(due)) = analyzer.push(rest) {
                        analyzer.read(&due, &mut window);
                        rest = &rest[used..];
                        dues += 1;
                    }
                }
                front_end.finish(|frame| sum += frame[0]);
                front_end.reset();
                analyzer.set_update_seconds(5.0);
                analyzer.reset();
                std::hint::black_box(sum);
            });
            assert!(dues > 0, "{rate_hz}");
        }
    }
}
