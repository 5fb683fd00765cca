//! Imports made-up weights in every format.

use std::path::Path;

use tagline_engine::Model;
use trainer::convert::About;
use trainer::convert::import::Import;

use crate::common::weights::{
    Tensors, fcn_import, fcn_weights, write_archive, write_archive_of, write_legacy,
    write_safetensors,
};

#[test]
fn every_format_gives_the_same_model() {
    let folder = tempfile::tempdir().unwrap();
    let tensors = fcn_weights(3);
    write_safetensors(&folder.path().join("w.safetensors"), &tensors);
    write_legacy(&folder.path().join("legacy.pth"), &tensors);
    write_archive(&folder.path().join("archive.pt"), &tensors);
    let model = |weights| {
        let import = Import {
            about: About {
                provenance: Some("made up".into()),
                ..About::default()
            },
            ..fcn_import(folder.path(), weights)
        };
        import.model().unwrap()
    };
    let expected = model("w.safetensors");
    assert_eq!(expected.info().tags, ["rock", "pop", "jazz"]);
    assert_eq!(expected.info().licence, "not stated");
    for weights in ["legacy.pth", "archive.pt"] {
        assert!(model(weights).onnx() == expected.onnx(), "{weights}");
    }
}

#[test]
fn names_wrapped_by_data_parallel_are_unwrapped() {
    let folder = tempfile::tempdir().unwrap();
    let wrapped = fcn_weights(3)
        .into_iter()
        .map(|(name, tensor)| (format!("module.{name}"), tensor))
        .collect();
    write_archive(&folder.path().join("w.pt"), &wrapped);
    assert!(fcn_import(folder.path(), "w.pt").model().is_ok());
}

/// A text, as a pickle has it.
fn pickled(text: &str) -> Vec<u8> {
    let length = (text.len() as u32).to_le_bytes();
    [&b"X"[..], &length, text.as_bytes()].concat()
}

#[test]
fn weights_are_found_under_any_key_and_a_choice_is_asked_for_where_there_are_several() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("w.pt");
    let imported = |key: Option<&str>| {
        Import {
            key: key.map(str::to_owned),
            ..fcn_import(folder.path(), "w.pt")
        }
        .model()
        .map_err(|error| error.to_string())
    };
    let under = |key: &'static str| {
        move |dict: Vec<u8>| {
            [
                &b"}("[..],
                &pickled("epoch"),
                b"K\x03",
                &pickled(key),
                &dict,
                b"u",
            ]
            .concat()
        }
    };
    write_archive_of(&path, &fcn_weights(3), under("weights"));
    assert!(imported(None).is_ok());
    assert!(imported(Some("weights")).is_ok());
    let error = imported(Some("ema")).unwrap_err();
    assert!(
        error.contains("no tensors under `ema`; it does under `weights`"),
        "{error}"
    );
    let two = |dict: Vec<u8>| {
        let deep = [&b"}"[..], &pickled("net"), &dict, b"s"].concat();
        [
            &b"}("[..],
            &pickled("ema"),
            &dict,
            &pickled("last"),
            &deep,
            b"u",
        ]
        .concat()
    };
    write_archive_of(&path, &fcn_weights(3), two);
    let error = imported(None).unwrap_err();
    assert!(
        error.contains("under `ema` and `last.net`; choose with --key"),
        "{error}"
    );
    for key in ["ema", "last.net"] {
        assert!(imported(Some(key)).is_ok(), "{key}");
    }
    write_safetensors(&path, &fcn_weights(3));
    let error = imported(Some("ema")).unwrap_err();
    assert!(error.contains("no keys to choose from"), "{error}");
}

#[test]
fn objects_beside_the_tensors_are_passed_over_and_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("w.pt");
    // An object of options, one with a state, a number of NumPy's, a set.
    let beside = |dict: Vec<u8>| {
        [
            &b"}("[..],
            &pickled("state_dict"),
            &dict,
            &pickled("hyper_parameters"),
            b"cargparse\nNamespace\n)\x81}",
            &pickled("lr"),
            b"G\0\0\0\0\0\0\0\0sb",
            &pickled("best"),
            b"cnumpy.core.multiarray\nscalar\n(cnumpy\ndtype\n",
            &pickled("f8"),
            b"\x85RC\x081234567\0tR",
            &pickled("tags"),
            b"\x8f(K\x01K\x02\x90u",
        ]
        .concat()
    };
    write_archive_of(&path, &fcn_weights(3), beside);
    assert!(fcn_import(folder.path(), "w.pt").model().is_ok());
    // What can only mean harm is refused wherever it is, and a whole model is no state dict.
    for (object, name) in [
        (&b"csubprocess\nPopen\n)R"[..], "subprocess.Popen"),
        (b"cbuiltins\neval\n)R", "builtins.eval"),
    ] {
        let harmful = |dict: Vec<u8>| {
            [
                &b"}("[..],
                &pickled("state_dict"),
                &dict,
                &pickled("x"),
                object,
                b"u",
            ]
            .concat()
        };
        write_archive_of(&path, &fcn_weights(3), harmful);
        let error = fcn_import(folder.path(), "w.pt")
            .model()
            .unwrap_err()
            .to_string();
        assert!(
            error.contains(name) && error.contains("nothing was run"),
            "{error}"
        );
    }
    let model = |dict: Vec<u8>| [&b"cmodels\nFCN\n)\x81"[..], &dict, b"b"].concat();
    write_archive_of(&path, &fcn_weights(3), model);
    let error = fcn_import(folder.path(), "w.pt")
        .model()
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("`models.FCN`") && error.contains("model.state_dict()"),
        "{error}"
    );
}

#[test]
fn what_wrappers_put_before_names_is_stripped_by_rule_or_as_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("w.safetensors");
    let named = |prefix: &str| -> Tensors {
        let tensors = fcn_weights(3).into_iter();
        tensors
            .map(|(name, tensor)| (format!("{prefix}{name}"), tensor))
            .collect()
    };
    let imported = |strip: Option<&str>| {
        Import {
            strip: strip.map(str::to_owned),
            ..fcn_import(folder.path(), "w.safetensors")
        }
        .model()
        .map_err(|error| error.to_string())
    };
    for prefix in [
        "model.",
        "_orig_mod.",
        "module._orig_mod.",
        "net.encoder.",
        "model._orig_mod.",
    ] {
        let mut tensors = named(prefix);
        if prefix != "_orig_mod." {
            tensors.insert("loss.weight".into(), (vec![1], vec![1.0]));
        }
        write_safetensors(&path, &tensors);
        assert!(imported(None).is_ok(), "{prefix}");
    }
    let mut both = named("student.");
    both.extend(named("teacher."));
    write_safetensors(&path, &both);
    let error = imported(None).unwrap_err();
    assert!(
        error.contains("begin with `student.` and `teacher.`; choose with --strip"),
        "{error}"
    );
    assert!(imported(Some("teacher.")).is_ok());
    let error = imported(Some("ema.")).unwrap_err();
    assert!(
        error.contains("no tensor's name begins with `ema.`; they are student."),
        "{error}"
    );
}

#[test]
fn tags_are_read_as_numpy_saves_them() {
    let folder = tempfile::tempdir().unwrap();
    write_safetensors(&folder.path().join("w.safetensors"), &fcn_weights(3));
    let mut npy = b"\x93NUMPY\x01\x00".to_vec();
    let header = "{'descr': '<U4', 'fortran_order': False, 'shape': (3,), }";
    npy.extend((header.len() as u16).to_le_bytes());
    npy.extend(header.as_bytes());
    for tag in ["rock", "pop", "jazz"] {
        let characters = tag.chars().chain(std::iter::repeat('\0')).take(4);
        npy.extend(characters.flat_map(|character| (character as u32).to_le_bytes()));
    }
    let tags = folder.path().join("tags.npy");
    std::fs::write(&tags, npy).unwrap();
    let import = Import {
        tags: Some(tags.clone()),
        ..fcn_import(folder.path(), "w.safetensors")
    };
    assert_eq!(import.model().unwrap().info().tags, ["rock", "pop", "jazz"]);

    // The same of objects, as `np.array(tags, dtype=object)` saves them: a pickle.
    let mut npy = b"\x93NUMPY\x01\x00".to_vec();
    let header = "{'descr': '|O', 'fortran_order': False, 'shape': (3,), }";
    npy.extend((header.len() as u16).to_le_bytes());
    npy.extend(header.as_bytes());
    npy.extend(b"\x80\x04\x8c\x05numpy\x8c\x07ndarray\x93)R(K\x01]");
    npy.extend(b"(\x8c\x05rock \x8c\x03pop\x8c\x04jazzetb.");
    std::fs::write(&tags, npy).unwrap();
    assert_eq!(
        import.model().unwrap().info().tags,
        ["rock ", "pop", "jazz"]
    );
}

#[test]
fn files_that_once_went_wrong_are_imported() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/cases"));
    if !folder.is_dir() {
        println!(
            "files_that_once_went_wrong_are_imported: skipped, as there is no ../shared/cases"
        );
        return;
    }
    let made = tempfile::tempdir().unwrap();
    for file in ["expanded.pth", "nest_weights.pth"] {
        let tags_file = made.path().join("tags.txt");
        let import = Import {
            weights: folder.join(file),
            tags: Some(tags_file.clone()),
            ..fcn_import(made.path(), "none")
        };
        // As many tags as the network has outputs, which the error says.
        let tags: Vec<String> = (0..50).map(|tag| format!("tag {tag}")).collect();
        std::fs::write(&tags_file, tags.join("\n")).unwrap();
        let model = import.model().unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(model.info().tags.len(), 50, "{file}");
    }
}

#[test]
fn the_models_description_can_be_given() {
    let folder = tempfile::tempdir().unwrap();
    write_safetensors(&folder.path().join("w.safetensors"), &fcn_weights(3));
    let out = folder.path().join("model.onnx");
    let import = Import {
        about: About {
            name: Some("Mine".into()),
            version: Some("2.1".into()),
            licence: Some("CC-BY-4.0".into()),
            provenance: Some("My own band".into()),
        },
        ..fcn_import(folder.path(), "w.safetensors")
    };
    import.write(&out).unwrap();
    let model = Model::open(&out).unwrap();
    let info = model.info();
    let said = [&info.name, &info.version, &info.licence, &info.provenance];
    assert_eq!(said, ["Mine", "2.1", "CC-BY-4.0", "My own band"]);
}
