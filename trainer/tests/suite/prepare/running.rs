//! Interruption, resumption, and work side by side.

use std::num::NonZeroUsize;

use tagline_tests::files;
use trainer::data::{DataError, Input};
use trainer::prepare::magnatagatune::read;
use trainer::prepare::{PrepareError, prepare};

use super::corpus::{options, run};
use super::magnatagatune::{ROWS, corpus, reading};
use crate::common::progress::EndWhen;

#[test]
fn the_result_depends_neither_on_interruptions_nor_on_jobs() {
    let root = tempfile::tempdir().unwrap();
    corpus(root.path(), &ROWS);
    std::fs::remove_file(root.path().join("b/c-01-0-29.wav")).unwrap();
    let collection = read(&reading(root.path())).unwrap();
    let serial = tempfile::tempdir().unwrap();
    let mut one = options(serial.path());
    one.jobs = NonZeroUsize::MIN;
    run(&collection, &one).unwrap();
    let expected = files(serial.path());

    for jobs in [2, 5] {
        for stop_after in 0..7 {
            let out = tempfile::tempdir().unwrap();
            let mut options = options(out.path());
            options.jobs = NonZeroUsize::new(jobs).unwrap();
            let end = EndWhen::new(|[done, ..]| done == stop_after);
            let stopped = prepare(&collection, &options, &end);
            let interrupted = matches!(
                stopped,
                Err(PrepareError::Interrupted { done, items: 7 }) if done as u64 == stop_after
            );
            assert!(interrupted, "{stopped:?}");
            let hidden = |name: &String| name.starts_with('.');
            assert!(!files(out.path()).keys().any(hidden), "temporary files");

            let whole = EndWhen::new(|_| false);
            prepare(&collection, &options, &whole).unwrap();
            let earlier = stop_after / 3 * 3;
            assert_eq!(whole.first(), Some([earlier, 7, earlier, 0]));
            assert!(files(out.path()) == expected, "{jobs} jobs, {stop_after}");
        }
    }
}

#[test]
fn a_finished_data_set_is_left_as_it_is() {
    let (root, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    corpus(root.path(), &ROWS);
    let collection = read(&reading(root.path())).unwrap();
    run(&collection, &options(out.path())).unwrap();
    let before = files(out.path());
    let again = run(&collection, &options(out.path())).unwrap();
    assert_eq!((again.items, again.summary), (7, None));
    assert!(files(out.path()) == before);
}

#[test]
fn options_that_would_change_the_data_are_refused_on_resumption() {
    let (root, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    corpus(root.path(), &ROWS);
    let collection = read(&reading(root.path())).unwrap();
    let options = options(out.path());
    let end = EndWhen::new(|[done, ..]| done == 4);
    assert!(prepare(&collection, &options, &end).is_err());
    let refused = |collection: &_, options: &_| {
        let error = run(collection, options).unwrap_err();
        let other = matches!(&error, PrepareError::Data(DataError::OtherPlan { .. }));
        assert!(other, "{error}");
        error.to_string()
    };
    let mut other = options.clone();
    other.inputs = vec![Input::Mel, Input::Stft];
    assert!(refused(&collection, &other).contains("inputs mel, now mel,stft"));
    let mut other = options.clone();
    other.least_seconds = 4.5;
    assert!(refused(&collection, &other).contains("least_seconds: 3, now 4.5"));
    let mut other = options.clone();
    other.windows = NonZeroUsize::new(2).unwrap();
    assert!(refused(&collection, &other).contains("windows: 1, now 2"));
    let mut other = collection.clone();
    other.items.swap(0, 1);
    assert!(refused(&other, &options).contains("list: "));
    let mut other = collection.clone();
    other.items[0].labels = Box::new([]);
    assert!(refused(&other, &options).contains("list: "));
    // If clip_info_final.csv came later, some shards would have artists and some would not.
    let mut other = collection.clone();
    other.items[0].source = "an artist".into();
    assert!(refused(&other, &options).contains("list: "));
    run(&collection, &options).unwrap();
    assert!(refused(&other, &options).contains("list: "));
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let root = tempfile::tempdir().unwrap();
    corpus(root.path(), &ROWS);
    let file = root.path().join("a-file");
    std::fs::write(&file, "not a folder").unwrap();
    let collection = read(&reading(root.path())).unwrap();
    let error = run(&collection, &options(&file.join("out"))).unwrap_err();
    assert!(error.to_string().contains("a-file"), "{error}");
}
