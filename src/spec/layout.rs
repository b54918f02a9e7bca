//! What of the source's picture is shown, and where.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Faults, Validate};

/// Which picture a layout makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LayoutMode {
    /// The source's own picture.
    Original,
    /// 9:16, cut out of the source: whoever speaks, or two people one above the other.
    Vertical,
    /// 9:16 in two halves: a photo or video, and the speaker cut out of the source as 9:8.
    Stacked,
}

impl LayoutMode {
    /// The name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Original => "original",
            Self::Vertical => "vertical",
            Self::Stacked => "stacked",
        }
    }
}

/// How a picture is brought to a size of another shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    /// Fill the size; what does not fit is cut off.
    Cover,
    /// Show everything; the rest is filled with bars.
    Contain,
}

/// What a cut-out follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Track {
    /// Nothing: it stays at `x` and `y`. No model is needed.
    Off,
    /// Whoever speaks.
    Speaker,
}

/// Whether two people are shown one above the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Speakers {
    /// As the picture asks for: both, where both are there and it is not clear who speaks, or both
    /// do; else the one who speaks.
    #[default]
    Auto,
    /// Always one.
    One,
    /// Both, whenever two are there.
    Two,
}

/// What is shown where there is no face.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum NoFace {
    /// A slow pan between 15 % and 85 % of the width, 8 seconds there and back.
    #[default]
    SlowPan,
    /// A fixed cut-out at `x` and `y`.
    Centre,
}

/// Which faces count. Sizes are fractions of the upright source picture.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct FaceFilter {
    /// Places of each face that are found a second (1 to 30); every scene cut is looked at besides.
    pub rate: f64,
    /// Least confidence of the detector (0.05 to 1).
    pub min_confidence: f64,
    /// Least height of a face's box, as a fraction of the picture's height (0.01 to 1); one that
    /// counts goes on counting down to 0.8 of it. The network's boxes end at the brows: a face of
    /// 8 % has one of 6 to 8 %. Below about 7 % of a 16:9 picture's height it finds nothing.
    pub min_height: f64,
    /// Outer part of the width, at each side, in which the centre of a face does not count
    /// (0 to 0.4).
    pub edge: f64,
    /// Least width of a face over its height (0.1 to 10).
    pub min_aspect: f64,
    /// Largest width of a face over its height (0.1 to 10).
    pub max_aspect: f64,
    /// A second face counts where it is at least this fraction of the largest one's width (0 to 1).
    pub min_relative_width: f64,
}

impl Default for FaceFilter {
    fn default() -> Self {
        Self {
            rate: 6.0,
            min_confidence: 0.6,
            min_height: 0.06,
            edge: 0.05,
            min_aspect: 0.6,
            max_aspect: 1.4,
            min_relative_width: 0.5,
        }
    }
}

/// How the camera moves. Lengths are fractions of the cut-out's width.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct CameraSpec {
    /// As far as a face may stray to either side before the camera moves (0 to 0.3).
    pub dead_zone: f64,
    /// Middle part of the cut-out in which the centre of the face is kept (0.2 to 1).
    pub safe_area: f64,
    /// Highest speed, in widths a second (0.05 to 10).
    pub max_speed: f64,
    /// Highest acceleration, in widths a second squared (0.05 to 50).
    pub max_acceleration: f64,
    /// Shortest time that one picture of the same person or people is shown, in seconds
    /// (0.2 to 10).
    pub min_shot: f64,
}

impl Default for CameraSpec {
    fn default() -> Self {
        Self { dead_zone: 0.06, safe_area: 0.6, max_speed: 1.0, max_acceleration: 2.0, min_shot: 1.0 }
    }
}

/// Which half of a stacked picture the insert takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum InsertPosition {
    /// The upper one.
    #[default]
    Above,
    /// The lower one.
    Below,
}

/// What an inserted video does when it is shorter than the clip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum InsertEnd {
    /// Begin again.
    #[default]
    Loop,
    /// Stay on its last picture.
    Hold,
}

/// The photo or video of a stacked picture, shown whole between bars, without its sound.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Insert {
    /// The photo (PNG, JPEG, WebP, of any orientation, alpha upon black) or the video; a dark
    /// placeholder where absent.
    pub path: Option<PathBuf>,
    /// The half it takes.
    pub position: InsertPosition,
    /// What a video does when it is shorter than the clip.
    pub end: InsertEnd,
}

/// What of the picture is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Layout {
    /// The kind of picture.
    pub mode: LayoutMode,
    /// Centre of a cut-out that follows nothing, as a fraction of the source's width (0 to 1); the
    /// middle where absent.
    pub x: Option<f64>,
    /// Centre of a cut-out that follows nothing, as a fraction of the source's height (0 to 1);
    /// the middle where absent.
    pub y: Option<f64>,
    /// How the picture is brought to the size; `contain` for `original`, `cover` for the others
    /// where absent.
    pub fit: Option<Fit>,
    /// What a cut-out follows; where absent, the speaker, unless `x`, `y` or fit `contain` ask for
    /// a fixed one. `original` follows nothing.
    pub track: Option<Track>,
    /// Whether two people are shown one above the other (`vertical`).
    pub speakers: Speakers,
    /// What is shown where there is no face.
    pub no_face: NoFace,
    /// Which faces count.
    pub faces: FaceFilter,
    /// How the camera moves.
    pub camera: CameraSpec,
    /// The other half of a `stacked` picture.
    pub insert: Insert,
    /// A framing report (`*.framing.json`) to render from, edited or not: nothing is looked for
    /// then.
    pub framing: Option<PathBuf>,
    /// Whether a second video `<stem>_debug.mp4` shows faces, cut-outs and modes upon the whole
    /// picture.
    pub debug_overlay: bool,
}

impl Default for Layout {
    fn default() -> Self {
        Self {
            mode: LayoutMode::Original,
            x: None,
            y: None,
            fit: None,
            track: None,
            speakers: Speakers::default(),
            no_face: NoFace::default(),
            faces: FaceFilter::default(),
            camera: CameraSpec::default(),
            insert: Insert::default(),
            framing: None,
            debug_overlay: false,
        }
    }
}

impl Layout {
    /// 9:16 upon whoever speaks.
    pub fn vertical() -> Self {
        Self { mode: LayoutMode::Vertical, ..Self::default() }
    }

    /// 9:16 around the middle, whoever speaks.
    pub fn fixed() -> Self {
        Self { track: Some(Track::Off), ..Self::vertical() }
    }

    /// A photo or video above the speaker; a placeholder where there is none.
    pub fn stacked(path: Option<PathBuf>) -> Self {
        Self { mode: LayoutMode::Stacked, insert: Insert { path, ..Insert::default() }, ..Self::default() }
    }

    /// Whether cut-outs follow a framing: one that is to be found, or one that is given.
    pub fn is_framed(&self) -> bool {
        match self.mode {
            LayoutMode::Original => false,
            LayoutMode::Vertical | LayoutMode::Stacked => {
                self.framing.is_some() || self.tracking() == Track::Speaker
            }
        }
    }

    /// Whether faces are looked for: the face model is needed.
    pub fn needs_faces(&self) -> bool {
        self.is_framed() && self.framing.is_none()
    }

    /// What a cut-out follows, with the default resolved.
    pub fn tracking(&self) -> Track {
        let fixed = self.x.is_some() || self.y.is_some() || self.fit == Some(Fit::Contain);
        self.track.unwrap_or(if fixed { Track::Off } else { Track::Speaker })
    }

    /// Centre of a cut-out that follows nothing, as fractions of the source's width and height.
    pub fn centre(&self) -> (f64, f64) {
        (self.x.unwrap_or(0.5), self.y.unwrap_or(0.5))
    }
}

impl Validate for FaceFilter {
    fn check(&self, faults: &mut Faults) {
        faults.range("rate", self.rate, 1.0, 30.0);
        faults.range("min_confidence", self.min_confidence, 0.05, 1.0);
        faults.range("min_height", self.min_height, 0.01, 1.0);
        faults.range("edge", self.edge, 0.0, 0.4);
        faults.range("min_aspect", self.min_aspect, 0.1, 10.0);
        faults.range("max_aspect", self.max_aspect, self.min_aspect.max(0.1), 10.0);
        faults.range("min_relative_width", self.min_relative_width, 0.0, 1.0);
    }
}

impl Validate for CameraSpec {
    fn check(&self, faults: &mut Faults) {
        faults.range("dead_zone", self.dead_zone, 0.0, 0.3);
        faults.range("safe_area", self.safe_area, 0.2, 1.0);
        faults.range("max_speed", self.max_speed, 0.05, 10.0);
        faults.range("max_acceleration", self.max_acceleration, 0.05, 50.0);
        faults.range("min_shot", self.min_shot, 0.2, 10.0);
    }
}

impl Validate for Insert {
    fn check(&self, faults: &mut Faults) {
        if let Some(path) = &self.path {
            faults.path("path", path);
        }
    }
}

impl Validate for Layout {
    fn check(&self, faults: &mut Faults) {
        faults.range("x", self.x.unwrap_or(0.5), 0.0, 1.0);
        faults.range("y", self.y.unwrap_or(0.5), 0.0, 1.0);
        faults.within("faces", |f| self.faces.check(f));
        faults.within("camera", |f| self.camera.check(f));
        faults.within("insert", |f| self.insert.check(f));
        if let Some(path) = &self.framing {
            faults.path("framing", path);
        }
        self.check_together(faults);
    }
}

impl Layout {
    /// What does not go together is refused, not left out of account.
    fn check_together(&self, faults: &mut Faults) {
        let (original, stacked) = (self.mode == LayoutMode::Original, self.mode == LayoutMode::Stacked);
        for (field, given) in [
            ("track", self.track == Some(Track::Speaker)),
            ("framing", self.framing.is_some()),
            ("debug_overlay", self.debug_overlay),
        ] {
            faults.require(!(original && given), field, "belongs to the modes `vertical` and `stacked`");
        }
        for (field, given) in [
            ("x", self.x.is_some()),
            ("y", self.y.is_some()),
            ("fit", self.fit.is_some()),
            ("track", self.track.is_some()),
        ] {
            let both = self.framing.is_some() && given;
            faults.require(!both, field, "does not go with `framing`, which tells where the cut-out stands");
        }
        faults.require(
            !(stacked && self.speakers != Speakers::Auto),
            "speakers",
            "belongs to the mode `vertical`: a stacked picture shows one person",
        );
        faults.require(
            stacked || self.insert == Insert::default(),
            "insert",
            "belongs to the mode `stacked` only",
        );
        let contain = self.fit == Some(Fit::Contain);
        faults.require(
            !(contain && (stacked || self.track == Some(Track::Speaker))),
            "fit",
            "cannot be `contain` where a cut-out follows the speaker",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vertical_picture_follows_the_speaker_unless_it_is_fixed() {
        assert!(Layout::vertical().is_framed());
        assert!(Layout::stacked(None).is_framed());
        assert!(!Layout::default().is_framed());
        assert!(!Layout::fixed().is_framed());
        assert!(!Layout { x: Some(0.3), ..Layout::vertical() }.is_framed());
        assert!(!Layout { fit: Some(Fit::Contain), ..Layout::vertical() }.is_framed());
        assert!(Layout { x: Some(0.3), track: Some(Track::Speaker), ..Layout::vertical() }.is_framed());
    }

    #[test]
    fn what_does_not_go_together_is_refused_at_its_field() {
        let fault = |layout: Layout| layout.validate().unwrap_err().context()["field"].clone();
        let framing = Some(PathBuf::from("a.json"));
        assert_eq!(fault(Layout { track: Some(Track::Speaker), ..Layout::default() }), "track");
        assert_eq!(fault(Layout { debug_overlay: true, ..Layout::default() }), "debug_overlay");
        assert_eq!(fault(Layout { framing: framing.clone(), ..Layout::default() }), "framing");
        assert_eq!(fault(Layout { framing: framing.clone(), x: Some(0.2), ..Layout::vertical() }), "x");
        assert_eq!(fault(Layout { framing, track: Some(Track::Speaker), ..Layout::vertical() }), "track");
        assert_eq!(fault(Layout { speakers: Speakers::Two, ..Layout::stacked(None) }), "speakers");
        assert!(Layout { track: Some(Track::Off), ..Layout::default() }.validate().is_ok());
    }

    #[test]
    fn an_insert_belongs_to_stacked() {
        let layout = Layout { mode: LayoutMode::Vertical, ..Layout::stacked(Some("a.png".into())) };
        assert_eq!(layout.validate().unwrap_err().context()["field"], "insert");
    }

    #[test]
    fn the_narrowest_face_is_narrower_than_the_widest() {
        let faces = FaceFilter { min_aspect: 2.0, ..FaceFilter::default() };
        assert_eq!(faces.validate().unwrap_err().context()["field"], "max_aspect");
    }
}
