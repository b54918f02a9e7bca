//! Captions and watermark, drawn on finished pictures.

use std::path::{Path, PathBuf};

use ffmpeg_next::frame::Video;

use super::graph::Chain;
use super::overlay::{Drawing, drawing_chain, read_image};
use super::rate::FrameRate;
use crate::context::CancelToken;
use crate::error::Result;
use crate::spec::{RenderPlan, Watermark, WatermarkType};

/// Draws on pictures in order, or hands them through where there is nothing to draw.
pub(super) struct Drawer {
    drawing: Option<(Option<PathBuf>, Option<(Watermark, Video)>)>,
    rate: FrameRate,
    threads: usize,
    chain: Option<Chain>,
    passing: Option<Video>,
}

impl Drawer {
    /// What `plan` asks for, with `ass` as the file that holds its texts.
    pub(super) fn new(
        plan: &RenderPlan,
        ass: Option<&Path>,
        rate: FrameRate,
        threads: usize,
        cancel: &CancelToken,
    ) -> Result<Self> {
        let image = match &plan.watermark {
            Some(watermark) if watermark.kind == WatermarkType::Image => match &watermark.image_path {
                Some(path) => Some((watermark.clone(), read_image(path, cancel)?)),
                None => None,
            },
            Some(_) | None => None,
        };
        let drawing = (ass.is_some() || image.is_some()).then(|| (ass.map(Path::to_owned), image));
        Ok(Self { drawing, rate, threads, chain: None, passing: None })
    }

    /// Gives a picture, or the end.
    pub(super) fn push(&mut self, picture: Option<&mut Video>) -> Result<()> {
        let Some(picture) = picture else {
            return self.chain.as_mut().map_or(Ok(()), |chain| chain.push(None));
        };
        if let Some((ass, image)) = self.drawing.take() {
            let image = image.as_ref().map(|(watermark, image)| (watermark, image));
            let drawing = Drawing { ass: ass.as_deref(), image };
            self.chain = drawing_chain(picture, &drawing, self.rate.time_base(), self.threads)?;
        }
        match &mut self.chain {
            Some(chain) => chain.push(Some(picture)),
            None => {
                self.passing = Some(std::mem::replace(picture, Video::empty()));
                Ok(())
            }
        }
    }

    /// The next drawn picture, if there is one.
    pub(super) fn pull(&mut self) -> Result<Option<Video>> {
        let Some(chain) = &mut self.chain else { return Ok(self.passing.take()) };
        let mut drawn = Video::empty();
        Ok(chain.pull(&mut drawn)?.then_some(drawn))
    }
}
