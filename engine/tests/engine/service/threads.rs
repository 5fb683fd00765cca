//! Threads and memory: one worker for all streams, and none that outlives them.

use super::*;

fn threads_named(prefix: &str) -> usize {
    let tasks = Path::new("/proc/self/task");
    std::fs::read_dir(tasks)
        .into_iter()
        .flatten()
        .filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok())
        .filter(|name| name.starts_with(prefix))
        .count()
}

#[test]
fn the_audio_threads_end_never_allocates() {
    let _alone = alone();
    let models = Models::new();
    let (_stream, mut tap) = start(models.tiny());
    let song = song(10.0);
    let mut blocks = song.chunks(64).cycle();
    let update = wait_for("an update", || {
        let block = blocks.next()?;
        std::thread::sleep(Duration::from_micros(100));
        assert_no_alloc(|| {
            tap.set_update_seconds(0.25);
            tap.set_smoothing_seconds(0.5);
            tap.set_focus_seconds(3.0);
            tap.set_backend(BackendChoice::Only(Backend::Tract));
            tap.set_offline(false);
            tap.push(block.iter().copied());
            tap.pop()
        })
    });
    assert_eq!(update.tag_count, 2);
    assert_no_alloc(|| tap.reset());
}

#[test]
fn too_much_audio_at_once_is_dropped_and_counted_without_waiting() {
    let _alone = alone();
    let models = Models::new();
    let (stream, mut tap) = start(models.tiny());
    // Before there is a model, only the newest audio is kept for it.
    wait_for("the model", || stream.next_event());
    let long = vec![0.1; (30.0 * RATE) as usize];
    tap.push(long.iter().copied());
    let dropped = stream.status().dropped_samples.load(Ordering::Relaxed);
    assert!(dropped > (20.0 * RATE) as u64, "{dropped}");
    assert_eq!(tap.position_samples(), long.len() as u64);
    let first = wait_for("an update of what came before", || tap.pop());
    assert!(
        first.position_samples < long.len() as u64 - dropped,
        "what was dropped later does not count"
    );
    let update = wait_for("an update after the overrun", || {
        tap.push(song(0.01).into_iter());
        tap.pop()
    });
    assert!(
        update.position_samples > dropped,
        "positions count what was dropped"
    );
}

#[test]
fn eight_streams_share_one_worker_that_ends_with_the_last() {
    let _alone = alone();
    let models = Models::new();
    assert_eq!(threads_named("tagline"), 0, "no stream, no thread");
    let mut streams: Vec<_> = (0..8).map(|_| start(models.tiny())).collect();
    let song = song(5.0);
    for chunk in song.chunks(1024) {
        for (_, tap) in &mut streams {
            tap.push(chunk.iter().copied());
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    for (stream, tap) in &mut streams {
        let update = wait_for("an update for each stream", || tap.pop());
        assert_eq!(update.tag_count, 2);
        assert_eq!(stream.status().dropped_samples.load(Ordering::Relaxed), 0);
    }
    assert_eq!(threads_named("tagline-analys"), 1);
    assert_eq!(threads_named("tagline-loader"), 1);
    while let Some(stream) = streams.pop() {
        drop(stream);
        assert_eq!(threads_named("tagline") > 0, !streams.is_empty());
    }
}

#[test]
fn an_impossible_rate_is_refused_without_a_thread() {
    let _alone = alone();
    for rate in [0.0, 999.0, 768_001.0, f64::NAN, f64::INFINITY, -48_000.0] {
        assert!(
            Service::start(config(rate, ModelSource::BuiltIn)).is_err(),
            "{rate} Hz"
        );
    }
    assert_eq!(threads_named("tagline"), 0);
}

#[test]
fn a_held_service_outlives_its_streams_and_ends_with_the_hold() {
    let _alone = alone();
    let models = Models::new();
    let (stream, _tap) = start(models.tiny());
    let hold = stream.hold().expect("the service runs");
    wait_for("the model", || stream.next_event());
    drop(stream);
    assert_eq!(threads_named("tagline-analys"), 1, "the service is held");
    let started = Instant::now();
    for _ in 0..100 {
        drop(start(models.tiny()));
    }
    assert!(
        started.elapsed() < Duration::from_secs(5),
        "{:?}",
        started.elapsed()
    );
    let (_stream, mut tap) = start(models.tiny());
    assert!(!offline_pass(&mut tap, &song(4.0), 1024).is_empty());
    drop((_stream, tap));
    drop(hold);
    assert_eq!(threads_named("tagline"), 0);
}

#[test]
fn a_host_may_announce_blocks_of_any_length_without_their_memory_being_allocated() {
    let _alone = alone();
    let models = Models::new();
    for max_block_samples in [1 << 24, u32::MAX] {
        let (stream, mut tap) = Service::start(StreamConfig {
            max_block_samples,
            ..config(RATE, models.tiny())
        })
        .expect("there is memory for a bounded ring");
        wait_for("the model", || stream.next_event());
        let samples = 20_000_000;
        tap.push((0..samples).map(|_| 0.1));
        let dropped = stream.status().dropped_samples.load(Ordering::Relaxed);
        assert!(dropped > 0 && dropped < samples as u64, "{dropped}");
        assert_eq!(tap.position_samples(), samples as u64);
    }
}
