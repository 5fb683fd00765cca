//! Small files whose network would compute for minutes.

use serde_json::json;
use tagline_engine::ModelError;
use tagline_onnx::{integer, integer_tensor, integers, node, zeros};
use tagline_tests::{FcnBlock, FcnModel, TinyModel};
use tract_onnx::pb::GraphProto;

use super::{TAGS, assert_matches};

fn bytes_of(blocks: Vec<FcnBlock>) -> Vec<u8> {
    FcnModel::new(1366, blocks).bytes()
}

/// Why the tiny model of `frames` frames of 32 bands is refused after `change` to its graph.
fn refusal(frames: usize, change: impl FnOnce(&mut GraphProto)) -> ModelError {
    let front_end = json!({
        "sample_rate": 12_000, "n_fft": 512, "hop": 64,
        "mel_bands": 32, "mel_scale": "slaney", "mel_norm": "slaney",
        "f_min_hz": 0.0, "f_max_hz": 6_000.0,
        "exponent": 1.0, "floor": 1e-10, "top_db": null,
        "scale": 1.0, "offset": 0.0, "frames": frames,
    });
    let mut tiny = TinyModel::on(&TAGS, &front_end, 32, frames);
    change(tiny.model.graph.as_mut().unwrap());
    super::open(&tiny).unwrap_err()
}

#[test]
fn the_widest_network_of_the_paper_is_accepted() {
    let pools = [(256, [3, 5]), (768, [4, 16]), (2048, [8, 17])];
    let fcn3 = bytes_of(pools.map(|(maps, pool)| FcnBlock::new(maps, pool)).into());
    tagline_engine::Model::from_bytes(fcn3, None).unwrap();
}

#[test]
fn convolutions_that_would_take_a_minute_are_refused_by_name() {
    let block = FcnBlock {
        kernel: [9, 9],
        ..FcnBlock::new(64, [1, 1])
    };
    let error = tagline_engine::Model::from_bytes(bytes_of(vec![block; 12]), None).unwrap_err();
    let message = error.to_string();
    assert_matches!(
        error,
        ModelError::TooMuchWork {
            billions: 479..=490,
            limit: 200,
            ..
        }
    );
    assert!(
        message.ends_with("use a smaller network or a shorter window"),
        "{message}"
    );
}

#[test]
fn transposed_convolutions_count_every_value_with_every_kernel() {
    let error = refusal(4096, |graph| {
        graph.initializer.push(zeros("kernels", &[1, 64, 160, 160]));
        graph.node[0] = node("ConvTranspose", &["log_mel", "kernels"], "level", vec![]);
    });
    assert_matches!(
        error,
        ModelError::TooMuchWork {
            billions: 214..=217,
            ..
        }
    );
}

#[test]
fn recurrent_networks_count_every_step() {
    let error = refusal(65_536, |graph| {
        graph.initializer = vec![
            zeros("w", &[1, 3 * 1024, 32]),
            zeros("r", &[1, 3 * 1024, 1024]),
            integer_tensor("first", &[0]),
            integer_tensor("second", &[1]),
        ];
        let mut gru = node(
            "GRU",
            &["steps", "w", "r"],
            "all",
            vec![integer("hidden_size", 1024)],
        );
        gru.output.push("last".to_owned());
        let turned = vec![integers("perm", &[2, 0, 1])];
        graph.node = vec![
            node("Squeeze", &["log_mel", "second"], "map", vec![]),
            node("Transpose", &["map"], "steps", turned),
            gru,
            node("Squeeze", &["last", "first"], "tags", vec![]),
        ];
    });
    assert_matches!(
        error,
        ModelError::TooMuchWork {
            billions: 212..=240,
            ..
        }
    );
}
