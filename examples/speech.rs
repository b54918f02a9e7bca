//! Installs a speech model and transcribes 16 kHz mono WAV files:
//! `speech install base models/ct2-base q8_0`, `speech transcribe base a.wav b.wav`.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;

use ytclipper::context::Context;
use ytclipper::models::ModelStore;
use ytclipper::picture::{AudioStream, AudioView};
use ytclipper::spec::{InstallModelSpec, Quantization};
use ytclipper::speech::{ModelCache, Wish, transcribe};

/// Samples in memory, given in runs.
struct Sound {
    samples: Vec<f32>,
    position: usize,
}

impl AudioStream for Sound {
    fn next_run(&mut self) -> ytclipper::Result<Option<AudioView<'_>>> {
        let from = self.position;
        self.position = (from + 4096).min(self.samples.len());
        let samples = &self.samples[from..self.position];
        Ok((!samples.is_empty()).then_some(AudioView { samples, rate: 16_000, position: from as u64 }))
    }

    fn duration(&self) -> Option<f64> {
        Some(self.samples.len() as f64 / 16_000.0)
    }
}

fn install(store: &ModelStore, name: &str, from: &str, form: &str) -> Result<(), Box<dyn Error>> {
    let quantization: Quantization = serde_json::from_value(form.into())?;
    let spec = InstallModelSpec { name: name.into(), from: Some(PathBuf::from(from)), quantization };
    let model = ytclipper::speech::install(store, &spec, &Context::detached())?;
    println!("{} {} bytes, sha256 {}", model.path.display(), model.size_bytes, model.sha256);
    Ok(())
}

/// The 16-bit samples after a plain 44-byte WAV header.
fn samples(path: &Path) -> Result<Vec<f32>, Box<dyn Error>> {
    let bytes = std::fs::read(path)?;
    let data = bytes.get(44..).ok_or("no WAV file")?;
    Ok(data.chunks_exact(2).map(|two| f32::from(i16::from_le_bytes([two[0], two[1]])) / 32768.0).collect())
}

fn listen(store: ModelStore, name: &str, files: &[&str]) -> Result<(), Box<dyn Error>> {
    let model = ModelCache::new(store).get(name)?;
    for file in files {
        let mut sound = Sound { samples: samples(Path::new(file))?, position: 0 };
        let begun = Instant::now();
        let transcript = transcribe(&model, &mut sound, Wish::default(), &Context::detached())?;
        println!("{file}: {:.1} s of sound in {:.1?}", transcript.duration, begun.elapsed());
        for segment in &transcript.segments {
            println!("  {:7.2} {:7.2}  {}", segment.start, segment.end, segment.text);
        }
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let store = ModelStore::new(ModelStore::default_dir());
    match arguments[..] {
        ["install", name, from, form] => install(&store, name, from, form),
        ["transcribe", name, ref files @ ..] => listen(store, name, files),
        _ => Err("usage: speech install NAME FROM f16|q8_0|q5_1 | speech transcribe NAME FILE...".into()),
    }
}
