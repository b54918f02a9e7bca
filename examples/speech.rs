//! Installs a model and transcribes 16 kHz mono WAV files, from the command line:
//! `speech install base models/ct2-base q8_0`.

use std::path::PathBuf;

use ytclipper::context::Context;
use ytclipper::spec::{InstallModelSpec, Quantization};
use ytclipper::speech::ModelStore;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let store = ModelStore::new(ModelStore::default_dir());
    match words[..] {
        ["install", name, from, quantization] => {
            let quantization: Quantization = serde_json::from_value(quantization.into())?;
            let spec = InstallModelSpec { name: name.into(), from: Some(PathBuf::from(from)), quantization };
            println!("{:?}", store.install(&spec, &Context::detached())?);
        }
        _ => println!("{:#?}", store.list()?),
    }
    Ok(())
}
