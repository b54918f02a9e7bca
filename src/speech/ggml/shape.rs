//! The numbers at the head of a model file.

use super::{Format, broken};
use crate::error::Result;
use crate::spec::Quantization;

/// whisper.cpp marks the version of the block formats as thousands in the weights' format.
const QUANTIZATION_VERSION: u32 = 2;

/// A model's dimensions, in the order of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Tokens, the special ones included.
    pub vocab: u32,
    /// Positions of the encoder: 1500 for 30 s.
    pub audio_ctx: u32,
    /// Width of the encoder.
    pub audio_state: u32,
    /// Attention heads of the encoder.
    pub audio_head: u32,
    /// Layers of the encoder.
    pub audio_layer: u32,
    /// Positions of the decoder: 448 tokens.
    pub text_ctx: u32,
    /// Width of the decoder, that of the encoder.
    pub text_state: u32,
    /// Attention heads of the decoder.
    pub text_head: u32,
    /// Layers of the decoder.
    pub text_layer: u32,
    /// Mel bands: 80, or 128 from large-v3 on.
    pub mels: u32,
}

impl Shape {
    /// From the ten numbers of the file.
    pub(crate) fn from_numbers(numbers: [u32; 10]) -> Self {
        let [vocab, audio_ctx, audio_state, audio_head, audio_layer, ..] = numbers;
        let [.., text_ctx, text_state, text_head, text_layer, mels] = numbers;
        Self {
            vocab,
            audio_ctx,
            audio_state,
            audio_head,
            audio_layer,
            text_ctx,
            text_state,
            text_head,
            text_layer,
            mels,
        }
    }

    /// The ten numbers of the file.
    pub(crate) fn numbers(&self) -> [u32; 10] {
        [
            self.vocab,
            self.audio_ctx,
            self.audio_state,
            self.audio_head,
            self.audio_layer,
            self.text_ctx,
            self.text_state,
            self.text_head,
            self.text_layer,
            self.mels,
        ]
    }

    /// Refuses what no Whisper model has: whisper.cpp trusts these numbers.
    pub(crate) fn validate(&self) -> Result<()> {
        let checks = [
            ("vocabulary", (51_864..=51_866).contains(&self.vocab)),
            ("audio context", self.audio_ctx == 1500),
            ("text context", self.text_ctx == 448),
            ("encoder layers", matches!(self.audio_layer, 4 | 6 | 12 | 24 | 32)),
            ("decoder layers", (1..=32).contains(&self.text_layer)),
            ("width", matches!(self.audio_state, 384 | 512 | 768 | 1024 | 1280)),
            ("decoder width", self.text_state == self.audio_state),
            ("encoder heads", self.audio_head == self.audio_state / 64),
            ("decoder heads", self.text_head == self.text_state / 64),
            ("mel bands", matches!(self.mels, 80 | 128)),
        ];
        match checks.iter().find(|(_, good)| !good) {
            None => Ok(()),
            Some((name, _)) => Err(broken(format_args!("its {name} is none that Whisper has ({self:?})"))),
        }
    }

    /// Whether the model knows more languages than English.
    pub(crate) fn multilingual(&self) -> bool {
        self.vocab >= 51_865
    }

    /// How many languages it knows.
    pub(crate) fn languages(&self) -> u32 {
        if self.multilingual() { self.vocab - 51_766 } else { 1 }
    }

    /// How many tokens have text: 50257, and 50256 where English only.
    pub(crate) fn text_tokens(&self) -> usize {
        if self.multilingual() { 50_257 } else { 50_256 }
    }
}

/// The matrices' format that the file's eleventh number tells.
pub(crate) fn weights_from_id(id: u32) -> Result<Quantization> {
    match id % 1000 {
        1 => Ok(Quantization::F16),
        7 => Ok(Quantization::Q8_0),
        9 => Ok(Quantization::Q5_1),
        other => Err(broken(format_args!(
            "its weights are stored in format {other}, and only f16, q8_0 and q5_1 are read"
        ))),
    }
}

/// The file's eleventh number for a format.
pub(crate) const fn weights_id(quantization: Quantization) -> u32 {
    match quantization {
        Quantization::F16 => 1,
        Quantization::Q8_0 => QUANTIZATION_VERSION * 1000 + 7,
        Quantization::Q5_1 => QUANTIZATION_VERSION * 1000 + 9,
    }
}

/// The number format of the matrices.
pub(crate) const fn matrix_format(quantization: Quantization) -> Format {
    match quantization {
        Quantization::F16 => Format::F16,
        Quantization::Q8_0 => Format::Q8_0,
        Quantization::Q5_1 => Format::Q5_1,
    }
}

#[cfg(test)]
pub(crate) const TINY_EN: Shape = Shape {
    vocab: 51_864,
    audio_ctx: 1500,
    audio_state: 384,
    audio_head: 6,
    audio_layer: 4,
    text_ctx: 448,
    text_state: 384,
    text_head: 6,
    text_layer: 4,
    mels: 80,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_the_numbers_is_that_of_the_file() {
        assert_eq!(Shape::from_numbers(TINY_EN.numbers()), TINY_EN);
        assert_eq!(TINY_EN.numbers()[9], 80);
    }

    #[test]
    fn a_number_that_no_model_has_is_refused_by_name() {
        TINY_EN.validate().unwrap();
        for index in 0..10 {
            let mut numbers = TINY_EN.numbers();
            numbers[index] ^= 1 << 30;
            assert!(Shape::from_numbers(numbers).validate().is_err(), "number {index}");
        }
    }

    #[test]
    fn base_knows_99_languages_and_large_v3_a_hundred() {
        assert_eq!(Shape { vocab: 51_865, ..TINY_EN }.languages(), 99);
        assert_eq!(Shape { vocab: 51_866, ..TINY_EN }.languages(), 100);
        assert!(!TINY_EN.multilingual());
    }

    #[test]
    fn each_quantization_has_its_number() {
        for quantization in [Quantization::F16, Quantization::Q8_0, Quantization::Q5_1] {
            assert_eq!(weights_from_id(weights_id(quantization)).unwrap(), quantization);
        }
        assert!(weights_from_id(2).is_err());
    }
}
