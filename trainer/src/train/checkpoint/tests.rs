//! Checkpoints are written, read and refused.

use super::*;

fn checkpoint() -> Checkpoint {
    let network = NetworkId {
        architecture: "fcn5-compact".into(),
        width: 0.05,
        bands: 96,
        tags: 3,
    };
    let mut parameters = network.zeros().unwrap();
    for (_, _, values) in parameters.tensors() {
        values.fill(0.25);
    }
    let moment = |value| {
        let mut moment = network.zeros().unwrap();
        for (_, _, values) in moment.trained_tensors() {
            values.fill(value);
        }
        moment
    };
    let moments = Moments {
        steps: 3,
        first: moment(0.5),
        second: moment(2.0),
    };
    Checkpoint {
        network,
        parameters,
        moments: Some(moments),
        state: serde_json::json!({ "epoch": 7 }),
    }
}

#[test]
fn it_comes_back_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("last.safetensors");
    let mut written = checkpoint();
    written.write(&path).unwrap();
    let read = Checkpoint::read(&path, Some(&written.network)).unwrap();
    assert_eq!(read, written);
}

#[test]
fn a_checkpoint_of_another_network_is_named() {
    let bytes = checkpoint().bytes();
    let expected = NetworkId {
        architecture: "fcn4".into(),
        ..checkpoint().network
    };
    let error = Checkpoint::parse(&bytes, Some(&expected))
        .unwrap_err()
        .to_string();
    assert!(error.contains("of fcn5-compact (width 0.05"), "{error}");
    assert!(error.contains("not of fcn4"), "{error}");
}

#[test]
fn a_checkpoint_that_is_cut_or_changed_anywhere_is_refused() {
    let bytes = checkpoint().bytes();
    for length in [0, 7, 100, bytes.len() - 1] {
        let error = Checkpoint::parse(&bytes[..length], None).unwrap_err();
        assert!(
            matches!(error, CheckpointError::Damaged(_)),
            "{length}: {error}"
        );
    }
    for place in (0..bytes.len()).step_by(997).chain([bytes.len() - 1]) {
        let mut changed = bytes.clone();
        changed[place] ^= 0x10;
        assert!(Checkpoint::parse(&changed, None).is_err(), "byte {place}");
    }
}
