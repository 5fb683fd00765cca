//! Time of the front-end for one second of audio.

use criterion::{Criterion, criterion_group, criterion_main};
use tagline_engine::{FrontEnd, FrontEndSpec};
use tagline_tests::Random;

/// Roughly the samples that the analysis thread takes at once.
const BLOCK_SAMPLES: usize = 1024;

fn one_second(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("front_end");
    for rate_hz in [12_000, 44_100, 48_000, 192_000, 44_101, 767_999] {
        let mut front_end = FrontEnd::new(&FrontEndSpec::choi2016(), f64::from(rate_hz))
            .unwrap_or_else(|error| panic!("{error}"));
        // Noise, so that no shortcut for silence can show.
        let mut random = Random::new(1);
        let second: Vec<f32> = (0..rate_hz).map(|_| 0.5 * random.sample()).collect();
        let mut sum = 0.0;
        group.bench_function(format!("one second at {rate_hz} Hz"), |bencher| {
            bencher.iter(|| {
                for block in second.chunks(BLOCK_SAMPLES) {
                    front_end.push(block, |frame| sum += frame[0]);
                }
            });
        });
        std::hint::black_box(sum);
    }
    group.finish();
}

criterion_group!(benches, one_second);
criterion_main!(benches);
