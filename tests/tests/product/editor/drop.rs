//! Models are dropped on the window.

use std::path::Path;
use std::time::Duration;

use tagline_tests::tiny_model;

use super::host::Windowed;
use super::stage::{Stage, in_both_formats, in_format};

fn a_model_that_is_dropped_on_the_window_is_opened_and_a_broken_one_leaves_it_in_force<
    P: Windowed,
>(
    name: &str,
) {
    in_format::<P>(name, |bundle| {
        let mut stage = Stage::<P>::open(bundle);
        stage.wait(Duration::from_secs(3));
        let folder = tempfile::tempdir().expect("a folder");
        let good = folder.path().join("two tags.onnx");
        std::fs::write(&good, tiny_model(&["dark", "light"])).expect("a model");
        let broken = folder.path().join("broken.onnx");
        std::fs::write(&broken, b"no model").expect("a file");
        drop_on(&mut stage, &good);
        assert_eq!(stage.host.name(5), "dark", "the host has the model's tags");
        let state = stage.host.state();
        assert_eq!(state["model"]["path"], good.display().to_string());
        let before = stage.picture("dropped");
        drop_on(&mut stage, &broken);
        let refused = stage.picture("dropped-broken");
        let said = refused.differences_within(&before, (20, 100), (740, 200));
        assert!(said > 500, "nothing is said of it: {said} pixels");
        assert_eq!(stage.host.state()["model"], state["model"]);
        assert_eq!(stage.host.name(5), "dark");
        stage.host.close();
    });
}

/// Drops a file while the host plays on.
fn drop_on<P: Windowed>(stage: &mut Stage<P>, file: &Path) {
    let (screen, window) = (&stage.screen, stage.window);
    assert!(
        screen.drop_file(window, file),
        "the editor refuses the drag"
    );
    stage.wait(Duration::from_secs(4));
}

in_both_formats!("drop":
    a_model_that_is_dropped_on_the_window_is_opened_and_a_broken_one_leaves_it_in_force,
);
