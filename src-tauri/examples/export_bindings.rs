//! Writes `ui/src/bindings.ts` (or the path given): run by `make bindings`, checked by a test.
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).unwrap_or_else(|| "ui/src/bindings.ts".to_owned());
    sanctum_configurator::bindings::builder::<tauri::Wry>().export(
        specta_typescript::Typescript::default()
            .header("/* eslint-disable */\n// Generated from Rust by `make bindings`. Never edited.\n"),
        &path,
    )?;
    Ok(())
}
