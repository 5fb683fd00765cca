//! Seconds of a training step: forward, backward and Adam, on windows of 29.1 s.
//!
//! `step.py` beside this file measures the same in PyTorch.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use tagline_tests::Random;
use trainer::arch::{Architecture, Parameters};
use trainer::train::{Batch, DeviceChoice, Learner, Precision};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const CLIPS: usize = 4;
const TAGS: usize = 50;
const SIZE: [usize; 2] = [96, 1366];

fn batch() -> Batch {
    let mut random = Random::new(1);
    Batch {
        clips: CLIPS,
        size: SIZE,
        windows: (0..CLIPS * SIZE[0] * SIZE[1])
            .map(|_| 4.0 * random.share() - 2.0)
            .collect(),
        labels: (0..CLIPS * TAGS).map(|_| random.share().round()).collect(),
    }
}

fn step(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("training step, 4 clips");
    group.sample_size(10).warm_up_time(Duration::from_secs(2));
    let batch = batch();
    let computer = DeviceChoice::Cpu
        .open(1, Precision::F32)
        .expect("the processor is always there");
    for name in ["fcn5-compact", "fcn4", "fcn5"] {
        let architecture = Architecture::named(name).expect("a network of the table");
        let parameters = Parameters::random(architecture, 1.0, SIZE[0], TAGS, 0);
        let mut learner = Learner::new(architecture, &parameters, 1.0, &computer);
        let mut seed = 0;
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                seed += 1;
                black_box(learner.step(&batch, 1e-3, seed).unwrap())
            });
        });
    }
    group.finish();
}

criterion_group!(benches, step);
criterion_main!(benches);
