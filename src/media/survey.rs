//! What a plan makes of its source, known before anything is rendered.

use super::decode::VideoReader;
use super::geometry::Geometry;
use super::rate::FrameRate;
use super::timeline::Timeline;
use crate::context::CancelToken;
use crate::error::{Error, Result};
use crate::spec::{RenderPlan, Size};

/// Most output pictures that wait for a cross-fade, in bytes.
const MAX_FADE_BYTES: u64 = 512 << 20;

/// A plan laid out upon its source.
pub struct Survey {
    /// Where each part lies in the output.
    pub timeline: Timeline,
    pub(super) geometry: Geometry,
    /// Width and height of the source as a viewer sees it, in square pixels.
    pub display: (u32, u32),
    /// Pictures of the source a second.
    pub rate: f64,
}

impl Survey {
    /// Looks into the plan's source and lays out its parts. The plan must be valid.
    ///
    /// Fails as [`super::probe`] does, with `UnsupportedMedia` where there is no picture, and
    /// with `InvalidSpec` where a part begins after the source's end.
    pub fn of(plan: &RenderPlan, cancel: &CancelToken) -> Result<Self> {
        Self::upon(plan, &VideoReader::open(&plan.source, 1, cancel)?)
    }

    /// The same upon a source that is open.
    pub(super) fn upon(plan: &RenderPlan, reader: &VideoReader) -> Result<Self> {
        let rate = plan.encode.fps.map_or(reader.rate(), FrameRate::near);
        let geometry = Geometry::plan(reader.picture(), &plan.layout, plan.encode.size);
        let timeline = Timeline::place(&plan.parts, reader.duration(), rate, plan.transition.duration)?;
        let frame_bytes = u64::from(geometry.output.width) * u64::from(geometry.output.height) * 3 / 2;
        if frame_bytes * timeline.fade_frames > MAX_FADE_BYTES {
            let message = "is too long for pictures of this size; shorten it";
            return Err(Error::invalid("transition.duration", message));
        }
        let display = reader.picture().display_pixels();
        Ok(Self { timeline, geometry, display, rate: reader.rate().fps() })
    }

    /// Size of the output.
    pub fn size(&self) -> Size {
        self.geometry.output
    }
}
