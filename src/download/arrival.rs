//! Which files a download writes, for whoever reads them meanwhile.

use std::path::Path;

use super::progress::Figures;

/// Told of each file of a download in turn: its path when it has begun to grow, `None` when it is
/// whole. It is renamed before that and may be removed after; who opened it still has it.
pub type Watch<'a> = dyn FnMut(Option<&Path>) + 'a;

/// Reads from yt-dlp's progress which file grows.
pub(super) struct Arrivals<'a> {
    folder: &'a Path,
    growing: Option<String>,
    watch: &'a mut Watch<'a>,
}

impl<'a> Arrivals<'a> {
    /// Of the files in `folder`.
    pub(super) fn new(folder: &'a Path, watch: &'a mut Watch<'a>) -> Self {
        Self { folder, growing: None, watch }
    }

    /// Takes a report in.
    pub(super) fn take(&mut self, figures: &Figures) {
        if figures.status == "finished" {
            if self.growing.take().is_some() {
                (self.watch)(None);
            }
            return;
        }
        // A name and no more: whatever yt-dlp tells, no other folder is looked into.
        let Some(name) = Path::new(&figures.tmpfilename).file_name() else { return };
        if self.growing.as_ref() != Some(&figures.tmpfilename) {
            self.growing = Some(figures.tmpfilename.clone());
            (self.watch)(Some(&self.folder.join(name)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::progress::PROGRESS_MARK;
    use super::*;

    #[test]
    fn each_file_is_told_once_when_it_begins_and_once_when_it_is_whole() {
        let mut told = Vec::new();
        let mut watch = |path: Option<&Path>| told.push(path.map(Path::to_owned));
        let mut arrivals = Arrivals::new(Path::new("/private"), &mut watch);
        for (status, name) in [
            ("downloading", "a.part"),
            ("downloading", "a.part"),
            ("finished", ""),
            ("downloading", ""),
            ("downloading", "../b.part"),
            ("finished", "../b.part"),
            ("finished", "c.part"),
        ] {
            let json = format!(r#"{{"status":"{status}","tmpfilename":"{name}"}}"#);
            arrivals.take(&Figures::parse(&format!("{PROGRESS_MARK}{json}")).unwrap());
        }
        let path = |name: &str| Some(Path::new("/private").join(name));
        assert_eq!(told, [path("a.part"), None, path("b.part"), None]);
    }
}
