//! The files that a render leaves: the video, and beside it the framing report and the debug video.

use std::path::{Path, PathBuf};

use super::Framed;
use crate::error::{Error, Result};
use crate::outcome::RenderReport;
use crate::publish::AtomicFile;
use crate::spec::{Layout, LayoutMode, RenderPlan};
use crate::vision::framing_json;

/// Files in the making. None of them appears before all are whole.
pub(in crate::stages) struct Files {
    /// The video.
    pub video: AtomicFile,
    /// The video of the whole picture with all that was found.
    pub debug: Option<AtomicFile>,
    /// The framing report.
    sidecar: Option<AtomicFile>,
    /// The report that the plan itself names, where it is the one beside the video.
    given: Option<PathBuf>,
}

impl Files {
    /// Makes the temporary files, so that what cannot be written is known before the work begins.
    /// Errors as of [`AtomicFile::create`].
    pub(in crate::stages) fn create(plan: &RenderPlan) -> Result<Self> {
        let RenderPlan { output, overwrite, layout, .. } = plan;
        let wanted =
            |wanted: bool, path: PathBuf| wanted.then(|| AtomicFile::create(path, *overwrite)).transpose();
        Ok(Self {
            sidecar: wanted(has_sidecar(layout, output), output.with_extension("framing.json"))?,
            video: AtomicFile::create(output, *overwrite)?,
            debug: wanted(has_debug(layout), debug_path(output))?,
            given: layout.framing.clone().filter(|_| layout.is_framed() && !has_sidecar(layout, output)),
        })
    }

    /// Gives the files their names, the video last, and notes them in the report. Where one cannot
    /// get its name, those before it that are new go again.
    pub(in crate::stages) fn commit(self, framed: Option<&Framed>, report: &mut RenderReport) -> Result<()> {
        let Self { video, debug, sidecar, given } = self;
        let sidecar = sidecar.filter(|_| framed.is_some());
        if let (Some(sidecar), Some(framed)) = (&sidecar, framed) {
            let json = framing_json(&framed.framing);
            std::fs::write(sidecar.temp_path(), json)
                .map_err(|error| Error::io(error, "write", sidecar.target()))?;
        }
        let path = |file: &Option<AtomicFile>| file.as_ref().map(|file| file.target().to_owned());
        (report.framing_path, report.debug_path) = (path(&sidecar).or(given), path(&debug));
        let mut published: Vec<PathBuf> = Vec::new();
        for file in sidecar.into_iter().chain(debug).chain([video]) {
            let fresh = Some(file.target().to_owned()).filter(|target| !target.exists());
            if let Err(error) = file.commit() {
                published.iter().for_each(remove);
                return Err(error);
            }
            published.extend(fresh);
        }
        Ok(())
    }
}

fn remove(path: &PathBuf) {
    if let Err(error) = std::fs::remove_file(path) {
        tracing::warn!(path = %path.display(), %error, "cannot remove a file of a failed render");
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

    #[test]
    fn where_the_video_cannot_get_its_name_nothing_stays() {
        let folder = tempfile::tempdir().unwrap();
        let mut plan = RenderPlan::new("in.mp4", folder.path().join("a.mp4"));
        plan.layout = Layout { debug_overlay: true, ..Layout::vertical() };
        let files = Files::create(&plan).unwrap();
        std::fs::write(&plan.output, "of somebody else").unwrap();
        let mut report = RenderReport::default();
        assert!(files.commit(None, &mut report).is_err());
        let left: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(left, ["a.mp4"]);
    }
}
