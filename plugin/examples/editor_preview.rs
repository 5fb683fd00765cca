//! Opens the editor with invented data, without a host:
//! `cargo run -p tagline --example editor_preview [SCENE] [WIDTH HEIGHT]`, where SCENE is one of
//! music, still, nomodel, refused, modelpage, panic.

use tagline::editor::preview::{self, Scene};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_else(|| "music".to_owned());
    let scene = Scene::named(&name).ok_or("no such scene")?;
    let size = match (arguments.next(), arguments.next()) {
        (Some(width), Some(height)) => (width.parse()?, height.parse()?),
        _ => (760.0, 640.0),
    };
    preview::run(scene, size)?;
    Ok(())
}
