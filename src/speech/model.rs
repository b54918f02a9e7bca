//! Loaded models, shared by all jobs.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use whisper_rs::{DtwMode, DtwModelPreset, DtwParameters, WhisperContext, WhisperContextParameters};

use super::ggml::Shape;
use super::log;
use super::store::verify::Stamp;
use super::store::{Verified, verified};
use crate::error::{Error, ErrorKind, Result};
use crate::models::ModelStore;
use crate::sys::Mutex;

/// Whether a graphics processor is used: where the build has the code for one.
const GPU: bool = cfg!(any(feature = "cuda", feature = "vulkan", feature = "metal"));

/// A speech model in memory. Its weights are read only, so jobs share one.
pub struct LoadedModel {
    pub(super) context: WhisperContext,
    pub(super) facts: Verified,
}

impl LoadedModel {
    /// Checks the model's file, then lets whisper.cpp load it.
    fn load(facts: Verified) -> Result<Self> {
        log::install();
        let mut parameters = WhisperContextParameters::new();
        // Word times come from the attention of the decoder, which flash attention hides.
        parameters.use_gpu(GPU).flash_attn(false).dtw_parameters(alignment(&facts.name, &facts.shape));
        let context = WhisperContext::new_with_params(&facts.path, parameters).map_err(|error| {
            Error::new(
                ErrorKind::ModelUnavailable,
                format!("whisper.cpp cannot load {}: {error}", facts.path.display()),
            )
            .with("path", facts.path.display())
        })?;
        Ok(Self { context, facts })
    }

    /// The model's name (`base`).
    pub fn name(&self) -> &str {
        &self.facts.name
    }

    /// How its weights are stored: `f16`, `q8_0` or `q5_1`.
    pub fn quantization(&self) -> &'static str {
        self.facts.quantization.as_str()
    }

    /// SHA-256 of its file in hexadecimal.
    pub fn sha256(&self) -> &str {
        &self.facts.sha256
    }

    /// Whether it knows more languages than English.
    pub fn multilingual(&self) -> bool {
        self.facts.shape.multilingual()
    }
}

/// The attention heads that follow the sound, as published with the models; where they are not
/// known, all heads of the upper half.
fn alignment(name: &str, shape: &Shape) -> DtwParameters<'static> {
    let english = !shape.multilingual();
    let preset = match (shape.audio_layer, shape.text_layer, english) {
        (4, 4, true) => Some(DtwModelPreset::TinyEn),
        (4, 4, false) => Some(DtwModelPreset::Tiny),
        (6, 6, true) => Some(DtwModelPreset::BaseEn),
        (6, 6, false) => Some(DtwModelPreset::Base),
        (12, 12, true) => Some(DtwModelPreset::SmallEn),
        (12, 12, false) => Some(DtwModelPreset::Small),
        (24, 24, true) => Some(DtwModelPreset::MediumEn),
        (24, 24, false) => Some(DtwModelPreset::Medium),
        (32, 32, _) if shape.vocab == 51_866 => Some(DtwModelPreset::LargeV3),
        (32, 32, _) if name.contains("large-v1") => Some(DtwModelPreset::LargeV1),
        (32, 32, _) => Some(DtwModelPreset::LargeV2),
        (32, 4, _) => Some(DtwModelPreset::LargeV3Turbo),
        _ => None,
    };
    let layers = shape.text_layer.div_ceil(2);
    let heads = if preset.is_some() { 23 } else { layers * shape.text_head };
    let mode = preset.map_or(DtwMode::TopMost { n_top: layers as i32 }, |model_preset| {
        DtwMode::ModelPreset { model_preset }
    });
    DtwParameters { mode, dtw_mem_size: alignment_memory(heads as usize) }
}

/// Bytes for the alignment of one window: whisper.cpp aborts where they do not suffice. A matrix
/// of tokens by audio positions for each head, in three states, and the path's tables.
fn alignment_memory(heads: usize) -> usize {
    let matrix = 256 * 1500 * 4;
    matrix * heads * 4 + matrix * 8 + (1 << 20)
}

/// One loaded model for each file, shared by all jobs. Two jobs that ask at once wait for the
/// same load.
pub struct ModelCache {
    store: ModelStore,
    slots: Mutex<HashMap<PathBuf, Arc<Slot>>>,
}

/// A file's place in the cache; its lock is held while the file loads.
type Slot = Mutex<Option<(Stamp, Arc<LoadedModel>)>>;

impl ModelCache {
    /// An empty cache over a store.
    pub fn new(store: ModelStore) -> Self {
        Self { store, slots: Mutex::default() }
    }

    /// The store.
    pub fn store(&self) -> &ModelStore {
        &self.store
    }

    /// The model of this name, loaded when first asked for and again when its file was replaced.
    ///
    /// # Errors
    /// `ModelUnavailable` where it is not installed, broken, or whisper.cpp refuses it.
    pub fn get(&self, name: &str) -> Result<Arc<LoadedModel>> {
        let path = self.store.path(name)?;
        let slot = Arc::clone(self.slots.lock().entry(path.clone()).or_default());
        let mut held = slot.lock();
        let stamp = Stamp::of(&path)?;
        if let Some((known, model)) = &*held
            && *known == stamp
        {
            return Ok(Arc::clone(model));
        }
        let model = Arc::new(LoadedModel::load(verified(&self.store, name)?)?);
        *held = Some((stamp, Arc::clone(&model)));
        Ok(model)
    }
}
