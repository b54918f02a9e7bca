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
    ass: Option<PathBuf>,
    image: Option<(Watermark, Video)>,
    rate: FrameRate,
    threads: usize,
    way: Way,
}

/// How pictures pass; known with the first one.
enum Way {
    Unknown,
    Drawn(Chain),
    Through(Option<Video>),
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
        let mut image = None;
        if let Some(watermark) = plan.watermark.as_ref().filter(|mark| mark.kind == WatermarkType::Image)
            && let Some(path) = &watermark.image_path
        {
            image = Some((watermark.clone(), read_image(path, cancel)?));
        }
        Ok(Self { ass: ass.map(Path::to_owned), image, rate, threads, way: Way::Unknown })
    }

    /// Gives a picture.
    pub(super) fn push(&mut self, mut picture: Video) -> Result<()> {
        if matches!(self.way, Way::Unknown) {
            self.way = self.find_way(&picture)?;
        }
        match &mut self.way {
            Way::Drawn(chain) => chain.push(Some(&mut picture)),
            Way::Through(place) => {
                *place = Some(picture);
                Ok(())
            }
            Way::Unknown => Ok(()),
        }
    }

    /// No picture follows.
    pub(super) fn end(&mut self) -> Result<()> {
        if let Way::Drawn(chain) = &mut self.way { chain.push(None) } else { Ok(()) }
    }

    /// The next drawn picture, if there is one.
    pub(super) fn pull(&mut self) -> Result<Option<Video>> {
        match &mut self.way {
            Way::Unknown => Ok(None),
            Way::Through(place) => Ok(place.take()),
            Way::Drawn(chain) => {
                let mut drawn = Video::empty();
                Ok(chain.pull(&mut drawn)?.then_some(drawn))
            }
        }
    }

    fn find_way(&self, like: &Video) -> Result<Way> {
        let drawing = Drawing {
            ass: self.ass.as_deref(),
            image: self.image.as_ref().map(|(watermark, image)| (watermark, image)),
        };
        let chain = drawing_chain(like, &drawing, self.rate.time_base(), self.threads)?;
        Ok(chain.map_or(Way::Through(None), Way::Drawn))
    }
}
