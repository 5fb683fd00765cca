//! HDF5, as Keras writes it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use trainer::weights::Weights;

fuzz_target!(|bytes: &[u8]| {
    const SIGNATURE: &[u8] = b"\x89HDF\r\n\x1a\n";
    let mut file = SIGNATURE.to_vec();
    file.extend(bytes.strip_prefix(SIGNATURE).unwrap_or(bytes));
    if let Ok(weights) = Weights::from_bytes(file, None) {
        for tensor in weights.tensors.values() {
            assert_eq!(tensor.shape.iter().product::<usize>(), tensor.values.len());
        }
    }
});
