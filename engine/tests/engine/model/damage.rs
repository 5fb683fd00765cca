//! Damaged and random files.

use proptest::prelude::*;
use prost::Message;
use tagline_engine::Model;
use tagline_tests::{TinyModel, tiny_model};
use tract_onnx::pb::ModelProto;

use super::{TAGS, sidecar};

/// The generated model, and a real one if the reference data are there.
fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = vec![
        TinyModel::new(&TAGS, 8).bytes(),
        tiny_model(&["a", "b", "c", "d"]),
    ];
    if let Some(reference) = tagline_tests::reference("part of model") {
        let path = reference.join("choi2016/models/compact_cnn_batch1.onnx");
        let mut model = ModelProto::decode(&*std::fs::read(path).unwrap()).unwrap();
        model.metadata_props.clear();
        seeds.push(model.encode_to_vec());
    }
    seeds
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// A damaged file may be accepted or refused, but opening it must end.
    #[test]
    fn no_mutation_of_a_model_makes_opening_it_panic(
        seed in any::<prop::sample::Index>(),
        cut in prop::option::weighted(0.2, any::<prop::sample::Index>()),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
        head in any::<bool>(),
        inserted in prop::option::weighted(0.2, (any::<prop::sample::Index>(), prop::collection::vec(any::<u8>(), 1..20))),
    ) {
        let seeds = seeds();
        let mut bytes = seeds[seed.index(seeds.len())].clone();
        for (index, value) in changes {
            // Half of the time this is among the first bytes, where there is more structure.
            let range = if head { bytes.len().min(600) } else { bytes.len() };
            let at = index.index(range);
            bytes[at] = value;
        }
        if let Some((index, new)) = inserted {
            let at = index.index(bytes.len());
            bytes.splice(at..at, new);
        }
        if let Some(index) = cut {
            bytes.truncate(index.index(bytes.len()));
        }
        let sidecar = sidecar().to_string();
        let _ = Model::from_bytes(bytes, Some(&sidecar));
    }

    #[test]
    fn random_bytes_are_never_a_model(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        prop_assert!(Model::from_bytes(bytes, None).is_err());
    }
}
