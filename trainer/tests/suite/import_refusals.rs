//! Weights that are refused, each with what is wrong and where, and outputs that cannot be written.

use std::io::Write;
use std::path::Path;

use trainer::convert::import::{Import, ImportError, TensorError};
use trainer::weights::WeightsError;

use crate::common::weights::{
    Tensors, fcn_import, fcn_weights, write_archive, write_legacy, write_safetensors,
};

/// The error of importing `tensors` from safetensors.
fn refusal(tensors: &Tensors) -> ImportError {
    let folder = tempfile::tempdir().unwrap();
    write_safetensors(&folder.path().join("w.safetensors"), tensors);
    let import = fcn_import(folder.path(), "w.safetensors");
    import.model().unwrap_err()
}

fn tensor_refusal(tensors: &Tensors) -> TensorError {
    match refusal(tensors) {
        ImportError::Tensors { source, .. } => source,
        other => panic!("{other}"),
    }
}

/// Both say what to do with such a file. `assets/keras2.h5` is as Keras 2.2.4 saves weights.
#[test]
fn files_of_later_keras_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let keras_2 = include_bytes!("assets/keras2.h5");
    std::fs::write(folder.path().join("w.h5"), keras_2).unwrap();
    let file = std::fs::File::create(folder.path().join("w.keras")).unwrap();
    let mut archive = zip::ZipWriter::new(file);
    let options = zip::write::SimpleFileOptions::default();
    for name in ["metadata.json", "config.json", "model.weights.h5"] {
        archive.start_file(name, options).unwrap();
        archive.write_all(b"{}").unwrap();
    }
    archive.finish().unwrap();
    for (name, keras) in [("w.h5", "Keras 2"), ("w.keras", "Keras 3")] {
        let error = fcn_import(folder.path(), name).model().unwrap_err();
        let text = error.to_string();
        let expected =
            format!("{name}: a file of {keras}, where Keras 1.x is read; save the weights as");
        assert!(text.contains(&expected), "{text}");
        let ImportError::Weights { source, .. } = error else {
            panic!("{text}");
        };
        assert!(matches!(source, WeightsError::Keras(found) if found == keras));
    }
}

#[test]
fn a_missing_tensor_is_named() {
    let mut tensors = fcn_weights(3);
    tensors.remove("layer3.bn.running_var");
    let error = tensor_refusal(&tensors);
    assert!(
        matches!(&error, TensorError::Missing { name, .. } if name == "layer3.bn.running_var"),
        "{error}"
    );
}

#[test]
fn a_tensor_of_another_shape_is_named_with_both_shapes() {
    let mut tensors = fcn_weights(3);
    tensors.insert(
        "layer2.conv.weight".into(),
        (vec![128, 64, 3, 1], vec![0.0; 128 * 64 * 3]),
    );
    let error = tensor_refusal(&tensors).to_string();
    assert!(error.contains("layer2.conv.weight"), "{error}");
    assert!(
        error.contains("[128, 64, 3, 1], not [128, 64, 3, 3]"),
        "{error}"
    );
}

#[test]
fn a_value_that_is_not_finite_is_named_with_its_place() {
    for value in [f32::NAN, f32::INFINITY] {
        let mut tensors = fcn_weights(3);
        tensors.get_mut("dense.weight").unwrap().1[5] = value;
        let error = tensor_refusal(&tensors);
        assert!(
            matches!(&error, TensorError::NotFinite { name, index: 5, .. } if name == "dense.weight"),
            "{error}"
        );
    }
}

#[test]
fn a_negative_variance_is_named_and_not_folded() {
    let mut tensors = fcn_weights(3);
    tensors.get_mut("layer1.bn.running_var").unwrap().1[2] = -1.0;
    let error = tensor_refusal(&tensors);
    assert!(
        matches!(&error, TensorError::Norm { name, channel: 2, .. } if name == "layer1.bn"),
        "{error}"
    );
}

#[test]
fn weights_that_overflow_when_folded_are_named() {
    let mut tensors = fcn_weights(3);
    tensors.get_mut("layer4.bn.weight").unwrap().1[0] = 3e38;
    tensors.get_mut("layer4.bn.running_var").unwrap().1[0] = 0.0;
    let error = tensor_refusal(&tensors);
    assert!(
        matches!(&error, TensorError::Overflow { name } if name == "layer4.conv"),
        "{error}"
    );
}

#[test]
fn a_tensor_without_a_place_is_named() {
    let mut tensors = fcn_weights(3);
    tensors.insert("layer6.conv.weight".into(), (vec![1], vec![0.0]));
    let error = tensor_refusal(&tensors);
    assert!(
        matches!(&error, TensorError::Unexpected { name } if name == "layer6.conv.weight"),
        "{error}"
    );
}

#[test]
fn tags_that_do_not_match_the_outputs_are_counted() {
    let error = refusal(&fcn_weights(4));
    assert!(
        matches!(
            error,
            ImportError::TagCount {
                tags: 3,
                outputs: 4,
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn a_pickle_that_would_run_something_is_named_and_runs_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let trace = folder.path().join("trace");
    let mut file = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.".to_vec();
    file.extend(b"\x80\x02M\xe9\x03.\x80\x02}.\x80\x02cos\nsystem\nX");
    let command = format!("touch {}", trace.display());
    file.extend((command.len() as u32).to_le_bytes());
    file.extend(command.as_bytes());
    file.extend(b"\x85R.");
    std::fs::write(folder.path().join("evil.pth"), file).unwrap();
    let error = fcn_import(folder.path(), "evil.pth").model().unwrap_err();
    assert!(
        matches!(
            &error,
            ImportError::Weights { source: WeightsError::Global { global, .. }, .. }
                if global == "os.system"
        ),
        "{error}"
    );
    assert!(!trace.exists());
}

#[test]
fn a_truncated_file_is_a_named_error_at_every_length() {
    let folder = tempfile::tempdir().unwrap();
    let write: [fn(&Path, &Tensors); 3] = [write_safetensors, write_legacy, write_archive];
    for write in write {
        let path = folder.path().join("w");
        write(&path, &fcn_weights(3));
        let whole = std::fs::read(&path).unwrap();
        let lengths = (0..40).chain([1_000, 5_000, 9_000, whole.len() / 2, whole.len() - 1]);
        for length in lengths {
            std::fs::write(&path, &whole[..length]).unwrap();
            let error = fcn_import(folder.path(), "w").model().unwrap_err();
            assert!(
                matches!(error, ImportError::Weights { .. }),
                "{length}: {error}"
            );
        }
    }
}

#[test]
fn a_folder_a_missing_file_and_a_strange_preset_are_named_errors() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("weights")).unwrap();
    let error = fcn_import(folder.path(), "weights").model().unwrap_err();
    assert!(error.to_string().contains("not a file"), "{error}");
    let error = fcn_import(folder.path(), "nothing").model().unwrap_err();
    assert!(error.to_string().contains("nothing"), "{error}");
    let import = Import {
        preset: "won2021".into(),
        ..fcn_import(folder.path(), "nothing")
    };
    let error = import.model().unwrap_err().to_string();
    assert!(error.contains("won2020-fcn, choi2016-cnn"), "{error}");
}

#[test]
fn an_import_that_fails_leaves_the_previous_model() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("model.onnx");
    std::fs::write(&out, "previous").unwrap();
    let mut tensors = fcn_weights(3);
    tensors.remove("dense.bias");
    write_safetensors(&folder.path().join("w.safetensors"), &tensors);
    let import = fcn_import(folder.path(), "w.safetensors");
    assert!(import.write(&out).is_err());
    assert_eq!(std::fs::read(&out).unwrap(), b"previous");
}

#[test]
fn an_output_that_cannot_be_written_is_named_and_nothing_is_left_behind() {
    let folder = tempfile::tempdir().unwrap();
    write_safetensors(&folder.path().join("w.safetensors"), &fcn_weights(3));
    let import = fcn_import(folder.path(), "w.safetensors");
    let out = folder.path().join("no/such/folder/model.onnx");
    let error = import.write(&out).unwrap_err();
    assert!(matches!(error, ImportError::Write { .. }), "{error}");
    assert!(error.to_string().contains("no/such/folder"), "{error}");

    // A folder lies in the model's place, so the rename fails after the new file is complete.
    let out = folder.path().join("model.onnx");
    std::fs::create_dir_all(out.join("kept")).unwrap();
    let error = import.write(&out).unwrap_err();
    assert!(matches!(error, ImportError::Write { .. }), "{error}");
    let mut left: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    assert_eq!(left, ["model.onnx", "tags.txt", "w.safetensors"]);
}
