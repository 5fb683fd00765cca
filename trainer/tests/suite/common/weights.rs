//! Made-up weights of a published network, in every format.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use safetensors::tensor::TensorView;
use safetensors::{Dtype, serialize};
use tagline_tests::Random;
use trainer::convert::import::Import;

pub type Tensors = BTreeMap<String, (Vec<usize>, Vec<f32>)>;

/// Adds a tensor with this name and shape and values between two bounds.
type AddTensor<'a> = dyn FnMut(String, &[usize], f32, f32) + 'a;

/// Weights with the shapes of `won2020-fcn` for `tags` tags: small, all different, reproducible.
pub fn fcn_weights(tags: usize) -> Tensors {
    let mut tensors = Tensors::new();
    let mut random = Random::new(1);
    let mut add = |name: String, shape: &[usize], low: f32, high: f32| {
        let values = 0..shape.iter().product::<usize>();
        let values = values.map(|_| low + (high - low) * random.share());
        tensors.insert(name, (shape.to_vec(), values.collect()));
    };
    let norm = |add: &mut AddTensor<'_>, name: &str, maps: usize| {
        add(format!("{name}.weight"), &[maps], 0.5, 1.5);
        add(format!("{name}.bias"), &[maps], -0.5, 0.5);
        add(format!("{name}.running_mean"), &[maps], -0.5, 0.5);
        add(format!("{name}.running_var"), &[maps], 0.5, 2.0);
    };
    norm(&mut add, "spec_bn", 1);
    let mut maps_in = 1;
    for (layer, maps) in [64, 128, 128, 128, 64].into_iter().enumerate() {
        let name = format!("layer{}", layer + 1);
        add(
            format!("{name}.conv.weight"),
            &[maps, maps_in, 3, 3],
            -0.05,
            0.05,
        );
        add(format!("{name}.conv.bias"), &[maps], -0.1, 0.1);
        norm(&mut add, &format!("{name}.bn"), maps);
        maps_in = maps;
    }
    add("dense.weight".into(), &[tags, maps_in], -0.1, 0.1);
    add("dense.bias".into(), &[tags], -0.1, 0.1);
    tensors
}

/// Weights with the names and shapes of musicnn's checkpoints, or of its VGG's, for `tags` tags.
pub fn musicnn_weights(vgg: bool, tags: usize) -> Tensors {
    let mut tensors = Tensors::new();
    let mut random = Random::new(1);
    let mut add = |name: String, shape: &[usize], middle: f32, spread: f32| {
        let count = shape.iter().product::<usize>();
        let values = (0..count).map(|_| middle + spread * random.sample());
        tensors.insert(name, (shape.to_vec(), values.collect()));
    };
    let numbered = |kind: &str, number: usize| match number {
        0 => kind.to_owned(),
        number => format!("{kind}_{number}"),
    };
    let norm = |add: &mut AddTensor<'_>, number: usize, maps: usize| {
        let name = numbered("batch_normalization", number);
        add(format!("{name}/gamma"), &[maps], 0.2, 1.0);
        add(format!("{name}/beta"), &[maps], 0.0, 0.5);
        add(format!("{name}/moving_mean"), &[maps], 0.2, 0.3);
        add(format!("{name}/moving_variance"), &[maps], 1.0, 0.5);
    };
    let layer = |add: &mut AddTensor<'_>, name: &str, shape: &[usize]| {
        let (inputs, outputs) = shape.split_at(shape.len() - 1);
        // What comes out varies as much as what goes in, so that tags depend on the music.
        let spread = (3.0 / inputs.iter().product::<usize>() as f32).sqrt();
        add(format!("{name}/kernel"), shape, 0.0, spread);
        add(format!("{name}/bias"), outputs, 0.0, 0.1);
    };
    norm(&mut add, 0, 1);
    if vgg {
        for number in 1..=5 {
            let maps_in = if number == 1 { 1 } else { 128 };
            layer(&mut add, &format!("{number}CNN"), &[3, 3, maps_in, 128]);
            norm(&mut add, number, 128);
        }
        layer(&mut add, "dense", &[256, tags]);
        return tensors;
    }
    let shapes = [
        [7, 38, 1, 204],
        [7, 67, 1, 204],
        [128, 1, 1, 51],
        [64, 1, 1, 51],
        [32, 1, 1, 51],
        [7, 561, 1, 64],
        [7, 64, 1, 64],
        [7, 64, 1, 64],
    ];
    for (number, shape) in shapes.into_iter().enumerate() {
        layer(&mut add, &numbered("conv2d", number), &shape);
        norm(&mut add, number + 1, shape[3]);
    }
    norm(&mut add, 9, 1506);
    layer(&mut add, "dense", &[1506, 200]);
    norm(&mut add, 10, 200);
    layer(&mut add, "dense_1", &[200, tags]);
    add("beta1_power".into(), &[], 0.5, 0.1);
    add("dense/kernel/Adam_1".into(), &[1506, 200], 0.0, 1.0);
    tensors
}

pub fn write_safetensors(path: &Path, tensors: &Tensors) {
    let bytes: BTreeMap<&str, Vec<u8>> = tensors
        .iter()
        .map(|(name, (_, values))| {
            let bytes = values.iter().flat_map(|value| value.to_le_bytes());
            (name.as_str(), bytes.collect())
        })
        .collect();
    let views = tensors.iter().map(|(name, (shape, _))| {
        let view = TensorView::new(Dtype::F32, shape.clone(), &bytes[name.as_str()]);
        (name.as_str(), view.unwrap())
    });
    std::fs::write(path, serialize(views, None).unwrap()).unwrap();
}

/// A PyTorch file before version 1.6.
pub fn write_legacy(path: &Path, tensors: &Tensors) {
    let mut file = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.".to_vec();
    file.extend(b"\x80\x02M\xe9\x03.");
    file.extend(b"\x80\x02}X\x0d\0\0\0little_endian\x88s.");
    file.extend(state_dict(tensors));
    file.extend(b"\x80\x02](");
    for key in 0..tensors.len() {
        text(&mut file, &key.to_string());
    }
    file.extend(b"e.");
    for (_, values) in tensors.values() {
        file.extend((values.len() as u64).to_le_bytes());
        file.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    }
    std::fs::write(path, file).unwrap();
}

/// A PyTorch archive as of version 1.6.
pub fn write_archive(path: &Path, tensors: &Tensors) {
    write_archive_of(path, tensors, |dict| dict);
}

/// The same, where `around` puts other things around the pickle of the dict, between its protocol and its
/// end.
pub fn write_archive_of(path: &Path, tensors: &Tensors, around: impl FnOnce(Vec<u8>) -> Vec<u8>) {
    let pickle = state_dict(tensors);
    let dict = pickle[2..pickle.len() - 1].to_vec();
    let pickle = [&pickle[..2], &around(dict), b"."].concat();
    let mut archive = zip::ZipWriter::new(std::fs::File::create(path).unwrap());
    let stored =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let mut entry = |name: &str, bytes: &[u8]| {
        archive.start_file(name, stored).unwrap();
        archive.write_all(bytes).unwrap();
    };
    entry("best_model/data.pkl", &pickle);
    entry("best_model/byteorder", b"little");
    for (key, (_, values)) in tensors.values().enumerate() {
        let bytes: Vec<u8> = values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        entry(&format!("best_model/data/{key}"), &bytes);
    }
    entry("best_model/version", b"3\n");
    archive.finish().unwrap();
}

/// The pickle of a state dict, as PyTorch writes it (without memo).
pub fn state_dict(tensors: &Tensors) -> Vec<u8> {
    const EMPTY: &[u8] = b"ccollections\nOrderedDict\n)R";
    let mut pickle = b"\x80\x02".to_vec();
    pickle.extend(EMPTY);
    pickle.push(b'(');
    for (key, (name, (shape, values))) in tensors.iter().enumerate() {
        text(&mut pickle, name);
        pickle.extend(b"ctorch._utils\n_rebuild_tensor_v2\n((");
        text(&mut pickle, "storage");
        pickle.extend(b"ctorch\nFloatStorage\n");
        text(&mut pickle, &key.to_string());
        text(&mut pickle, "cpu");
        number(&mut pickle, values.len());
        pickle.extend(b"tQK\0(");
        shape.iter().for_each(|axis| number(&mut pickle, *axis));
        pickle.extend(b"t(");
        for axis in 1..=shape.len() {
            number(&mut pickle, shape[axis..].iter().product());
        }
        pickle.extend(b"t\x89");
        pickle.extend(EMPTY);
        pickle.extend(b"tR");
    }
    pickle.extend(b"u}b.");
    pickle
}

fn text(pickle: &mut Vec<u8>, text: &str) {
    pickle.push(b'X');
    pickle.extend((text.len() as u32).to_le_bytes());
    pickle.extend(text.as_bytes());
}

fn number(pickle: &mut Vec<u8>, number: usize) {
    pickle.push(b'J');
    pickle.extend((number as i32).to_le_bytes());
}

/// An import of `weights` as `won2020-fcn` with three tags.
pub fn fcn_import(folder: &Path, weights: &str) -> Import {
    let tags = folder.join("tags.txt");
    std::fs::write(&tags, "rock\npop\njazz\n").unwrap();
    Import {
        weights: folder.join(weights),
        preset: "won2020-fcn".into(),
        tags: tags.into(),
        ..Import::default()
    }
}
