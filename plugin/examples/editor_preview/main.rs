//! Opens the editor with invented data, without a host:
//! `cargo run -p tagline --example editor_preview [SCENE] [WIDTH HEIGHT]`, where SCENE is one of
//! music, still, time, hears, nomodel, refused, modelpage, settings, macros, panic.

mod invented;

use std::sync::Arc;

use tagline::editor::run_alone;

use self::invented::{Invented, Scene};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_else(|| "music".to_owned());
    let scene = Scene::named(&name).ok_or("no such scene")?;
    let size = match (arguments.next(), arguments.next()) {
        (Some(width), Some(height)) => (width.parse()?, height.parse()?),
        _ => (760.0, 640.0),
    };
    run_alone(Arc::new(Invented::new(scene)), scene.page(), size)?;
    Ok(())
}
