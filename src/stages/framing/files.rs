//! The files that a render leaves: the video, and beside it the framing report and the debug video.

use std::path::{Path, PathBuf};

use super::Framed;
use crate::error::Result;
use crate::outcome::RenderReport;
use crate::publish::{AtomicFile, write_atomic};
use crate::spec::{Layout, LayoutMode, RenderPlan};
use crate::vision::framing_json;

/// Files in the making. None of them appears before all are whole.
pub(in crate::stages) struct Files {
    /// The video.
    pub video: AtomicFile,
    /// The video of the whole picture with all that was found.
    pub debug: Option<AtomicFile>,
    sidecar: Option<Sidecar>,
}

struct Sidecar {
    path: PathBuf,
    overwrite: bool,
}

impl Files {
    /// Makes the temporary files, so that what cannot be written is known before the work begins.
    /// Errors as of [`AtomicFile::create`].
    pub(in crate::stages) fn create(plan: &RenderPlan) -> Result<Self> {
        let RenderPlan { output, overwrite, layout, .. } = plan;
        let sidecar = has_sidecar(layout, output)
            .then(|| Sidecar { path: output.with_extension("framing.json"), overwrite: *overwrite });
        if let Some(Sidecar { path, overwrite }) = &sidecar {
            AtomicFile::create(path, *overwrite)?;
        }
        Ok(Self {
            video: AtomicFile::create(output, *overwrite)?,
            debug: has_debug(layout)
                .then(|| AtomicFile::create(debug_path(output), *overwrite))
                .transpose()?,
            sidecar,
        })
    }

    /// Gives the files their names, the video last, and notes them in the report.
    pub(in crate::stages) fn commit(self, framed: Option<&Framed>, report: &mut RenderReport) -> Result<()> {
        if let (Some(sidecar), Some(framed)) = (self.sidecar, framed) {
            let json = framing_json(&framed.framing);
            write_atomic(&sidecar.path, json.as_bytes(), sidecar.overwrite)?;
            report.framing_path = Some(sidecar.path);
        }
        if let Some(debug) = self.debug {
            report.debug_path = Some(debug.target().to_owned());
            debug.commit()?;
        }
        self.video.commit()
    }
}

/// A framing report that the plan itself names stays as it is.
fn has_sidecar(layout: &Layout, output: &Path) -> bool {
    let own = output.with_extension("framing.json");
    let named = |given: &PathBuf| match (given.canonicalize(), own.canonicalize()) {
        (Ok(given), Ok(own)) => given == own,
        (Ok(_) | Err(_), _) => false,
    };
    layout.is_framed() && !layout.framing.as_ref().is_some_and(named)
}

fn has_debug(layout: &Layout) -> bool {
    layout.debug_overlay && layout.mode != LayoutMode::Original
}

fn debug_path(output: &Path) -> PathBuf {
    let mut name = output.file_stem().unwrap_or_default().to_owned();
    name.push("_debug.mp4");
    output.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_debug_video_stands_beside_the_clip() {
        assert_eq!(debug_path(Path::new("a/clip.one.mkv")), Path::new("a/clip.one_debug.mp4"));
    }

    #[test]
    fn the_report_that_a_plan_names_is_not_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let (own, other) = (folder.path().join("a.framing.json"), folder.path().join("b.framing.json"));
        std::fs::write(&own, "own").unwrap();
        std::fs::write(&other, "other").unwrap();
        let writes = |framing: Option<&PathBuf>| {
            let layout = Layout { framing: framing.cloned(), ..Layout::vertical() };
            has_sidecar(&layout, &folder.path().join("a.mp4"))
        };
        assert!(writes(None) && writes(Some(&other)) && !writes(Some(&own)));
        assert!(!has_sidecar(&Layout::fixed(), &folder.path().join("a.mp4")));
    }

    #[test]
    fn a_report_in_the_way_is_told_before_the_work_begins() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.framing.json"), "{}").unwrap();
        let mut plan = RenderPlan::new("in.mp4", folder.path().join("a.mp4"));
        plan.layout = Layout::vertical();
        assert_eq!(Files::create(&plan).err().unwrap().context()["reason"], "exists");
        plan.overwrite = true;
        assert!(Files::create(&plan).is_ok());
    }
}
