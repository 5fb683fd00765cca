//! ONNX's own checker accepts every kind of model file that the trainer writes.

use std::path::Path;

use prost::Message;
use tagline_tests::{OnnxChecker, onnx_checker};
use tract_onnx::pb::ModelProto;
use trainer::arch::{ARCHITECTURES, Parameters};
use trainer::convert::export::quantize::quantize_int8;
use trainer::convert::export::to_model;

use crate::common::networks::info;
use crate::common::weights::{fcn_import, fcn_weights, write_safetensors};

/// The checker's verdict on `model`, which is written to `folder` under this name.
fn check(
    checker: &OnnxChecker,
    folder: &Path,
    name: &str,
    model: &ModelProto,
) -> Result<(), String> {
    let path = folder.join(format!("{name}.onnx"));
    std::fs::write(&path, model.encode_to_vec()).unwrap();
    checker.check(&path)
}

#[test]
fn imported_exported_and_quantized_models_are_sound_onnx() {
    let name = "imported_exported_and_quantized_models_are_sound_onnx";
    let Some(checker) = onnx_checker(name) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write_safetensors(&folder.join("weights.safetensors"), &fcn_weights(3));
    let out = folder.join("imported.onnx");
    let imported = fcn_import(folder, "weights.safetensors")
        .write(&out)
        .unwrap();
    checker.check(&out).unwrap();
    let proto = ModelProto::decode(imported.onnx()).unwrap();

    let window = vec![-40.0; 96 * imported.info().front_end.frames];
    let mut quantized = quantize_int8(&proto, [window]).unwrap();
    check(&checker, folder, "quantized", &quantized).unwrap();

    for architecture in ARCHITECTURES {
        let info = info(architecture, 2);
        let bands = info.front_end.input_bands();
        let parameters = Parameters::random(architecture, 0.05, bands, 2, 1);
        let model = to_model(architecture, &parameters, &info).unwrap();
        let proto = ModelProto::decode(model.onnx()).unwrap();
        check(&checker, folder, architecture.name, &proto).unwrap();
    }

    // The checker does check types and inner shapes.
    let graph = quantized.graph.as_mut().unwrap();
    let int8 = graph.initializer.iter_mut().find(|t| t.data_type == 3);
    int8.unwrap().data_type = 1;
    assert!(check(&checker, folder, "wrong type", &quantized).is_err());
    let mut wrong = proto;
    let pool = wrong.graph.as_mut().unwrap().node.iter_mut();
    let pool = pool.rev().find(|node| node.op_type == "MaxPool").unwrap();
    pool.attribute[0].ints.push(2);
    assert!(check(&checker, folder, "wrong shape", &wrong).is_err());
}
