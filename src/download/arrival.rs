//! Which files a download writes, for whoever reads them meanwhile.

use std::path::Path;

use super::progress::Figures;

/// Told of each file of a download in turn: its path when it has begun to grow, `None` when it is
/// whole. It is renamed before that and may be removed after; who opened it still has it. A file
/// that came quickly may have its last name already.
pub type Watch<'a> = dyn FnMut(Option<&Path>) + 'a;

/// Reads from yt-dlp's progress which file grows.
pub(super) struct Arrivals<'a> {
    folder: &'a Path,
    /// Last name of the file that was told of.
    told: String,
    grows: bool,
    watch: &'a mut Watch<'a>,
}

impl<'a> Arrivals<'a> {
    /// Of the files in `folder`.
    pub(super) fn new(folder: &'a Path, watch: &'a mut Watch<'a>) -> Self {
        Self { folder, told: String::new(), grows: false, watch }
    }

    /// Takes a report in.
    pub(super) fn take(&mut self, figures: &Figures) {
        let whole = figures.status == "finished";
        if figures.filename != self.told {
            self.tell(if whole { &figures.filename } else { &figures.tmpfilename }, &figures.filename);
        }
        if whole && self.grows {
            self.grows = false;
            (self.watch)(None);
        }
    }

    /// Tells of a file, unless it is not there: then it has been renamed, and comes with a later report.
    fn tell(&mut self, now: &str, last: &str) {
        // A name and no more: whatever yt-dlp tells, no other folder is looked into.
        let Some(name) = Path::new(now).file_name() else { return };
        let path = self.folder.join(name);
        if path.exists() {
            self.grows = true;
            last.clone_into(&mut self.told);
            (self.watch)(Some(&path));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::progress::PROGRESS_MARK;
    use super::*;

    #[test]
    fn each_file_is_told_once_when_it_begins_and_once_when_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let mut told = Vec::new();
        let mut watch = |path: Option<&Path>| told.push(path.map(Path::to_owned));
        let mut arrivals = Arrivals::new(folder.path(), &mut watch);
        for name in ["a.part", "b.part", "quick"] {
            std::fs::write(folder.path().join(name), name).unwrap();
        }
        for (status, now, last) in [
            ("downloading", "a.part", "a"),
            ("downloading", "a.part", "a"),
            ("finished", "", "a"),
            ("finished", "", "a"),
            ("downloading", "", ""),
            ("downloading", "../b.part", "../b"),
            ("finished", "../b.part", "../b"),
            ("downloading", "quick.part", "quick"), // renamed by now
            ("finished", "quick.part", "quick"),
            ("finished", "", "gone"),
        ] {
            let json = format!(r#"{{"status":"{status}","tmpfilename":"{now}","filename":"{last}"}}"#);
            arrivals.take(&Figures::parse(&format!("{PROGRESS_MARK}{json}")).unwrap());
        }
        let path = |name: &str| Some(folder.path().join(name));
        assert_eq!(told, [path("a.part"), None, path("b.part"), None, path("quick"), None]);
    }
}
