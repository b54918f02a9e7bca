//! Installs a model and transcribes 16 kHz mono WAV files, from the command line:
//! `speech install base models/ct2-base q8_0`.

use std::path::PathBuf;

use ytclipper::context::*;
use ytclipper::picture::*;
use ytclipper::spec::{InstallModelSpec, Quantization};
use ytclipper::speech::*;

struct Wav(Vec<f32>, usize);
impl AudioStream for Wav {
    fn next_run(&mut self) -> ytclipper::Result<Option<AudioView<'_>>> {
        let a = self.1;
        let b = (a + 4096).min(self.0.len());
        self.1 = b;
        Ok((a < b).then(|| AudioView { samples: &self.0[a..b], rate: 16000, position: a as u64 }))
    }
    fn duration(&self) -> Option<f64> {
        Some(self.0.len() as f64 / 16000.0)
    }
}
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
        ["raw", name, ref files @ ..] => {
            let mut s = vec![];
            for f in files {
                let b = std::fs::read(f)?;
                s.extend(b[44..].chunks_exact(2).map(|c| i16::from_le_bytes([c[0], c[1]]) as f32 / 32768.0));
                s.extend(vec![0.0; 8000]);
            }
            let t = std::time::Instant::now();
            let m = ModelCache::new(store).get(name)?;
            println!("load {:?}", t.elapsed());
            let mut ctx = Context::detached();
            ctx.threads = ThreadBudget::new(2);
            let t = std::time::Instant::now();
            let transcript = transcribe(&m, &mut Wav(s, 0), None, &ctx)?;
            println!("decode {:?}", t.elapsed());
            for s in &transcript.segments {
                println!("[{} {:.2}-{:.2}] {}", s.id, s.start, s.end, s.text);
                for w in &s.words {
                    print!("{}({:.2}-{:.2}) ", w.word, w.start, w.end);
                }
                println!();
            }
            println!("{} {}", transcript.language, transcript.language_probability);
            println!("total {:?}", t.elapsed());
        }
        _ => println!("{:#?}", store.list()?),
    }
    Ok(())
}
