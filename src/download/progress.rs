//! yt-dlp's progress, from the JSON that it is told to print.

use serde::Deserialize;

/// What stands before the JSON of each progress line.
pub(super) const PROGRESS_MARK: &str = "ytc-progress ";
/// What stands before the name and status of each step that joins or converts what was fetched.
pub(super) const CONVERT_MARK: &str = "ytc-convert ";

/// One progress report. Every figure may be missing.
#[derive(Debug, Default, Clone, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct Figures {
    /// `downloading` or `finished`.
    pub status: String,
    /// The file that is written now.
    pub tmpfilename: String,
    /// What it is called when it is whole.
    pub filename: String,
    downloaded_bytes: Option<f64>,
    total_bytes: Option<f64>,
    total_bytes_estimate: Option<f64>,
    speed: Option<f64>,
    eta: Option<f64>,
}

impl Figures {
    /// The figures of a progress line; `None` for any other line.
    pub(super) fn parse(line: &str) -> Option<Self> {
        serde_json::from_str(line.strip_prefix(PROGRESS_MARK)?).ok()
    }

    fn total(&self) -> Option<f64> {
        self.total_bytes.or(self.total_bytes_estimate).filter(|total| *total > 0.0)
    }

    /// How much of this file is there, 0 to 1, where its size is known.
    fn fraction(&self) -> Option<f64> {
        Some((self.downloaded_bytes? / self.total()?).clamp(0.0, 1.0))
    }

    /// `Downloading 42% of 12.3 MB at 1.2 MB/s, ETA 0:08`, less what is not known.
    pub(super) fn message(&self) -> String {
        let what = match (self.fraction(), self.total()) {
            (Some(fraction), Some(total)) => {
                format!("Downloading {:.0}% of {}", fraction * 100.0, size(total))
            }
            (None, _) | (_, None) => format!("Downloading {}", size(self.downloaded_bytes.unwrap_or(0.0))),
        };
        let speed = self.speed.filter(|speed| *speed > 0.0);
        let eta = self.eta.filter(|eta| *eta >= 0.0);
        let speed = speed.map_or(String::new(), |speed| format!(" at {}/s", size(speed)));
        let eta = eta.map_or(String::new(), |eta| format!(", ETA {}", clock(eta)));
        what + &speed + &eta
    }
}

/// Progress over the files of one download: picture and sound, or one that has both.
#[derive(Debug)]
pub(super) struct Overall {
    /// Share of the whole of each file, together 1.
    shares: Vec<f64>,
    file: usize,
    name: Option<String>,
    reached: f64,
}

impl Overall {
    /// Over files of these sizes in bytes; `None` is an unknown size. File number `picture` has the
    /// picture, which is most of it.
    pub(super) fn new(sizes: &[Option<f64>], picture: usize) -> Self {
        let known: Option<Vec<f64>> = sizes.iter().copied().collect();
        let sizes = match known {
            Some(sizes) if sizes.iter().sum::<f64>() > 0.0 => sizes,
            Some(_) | None => {
                (0..sizes.len().max(1)).map(|file| if file == picture { 9.0 } else { 1.0 }).collect()
            }
        };
        let total: f64 = sizes.iter().sum();
        Self { shares: sizes.iter().map(|size| size / total).collect(), file: 0, name: None, reached: 0.0 }
    }

    /// Takes a report in; tells how much of the whole is there, 0 to 1. It never falls.
    pub(super) fn advance(&mut self, figures: &Figures) -> f64 {
        if self.name.as_ref().is_some_and(|name| *name != figures.filename) {
            self.file = (self.file + 1).min(self.shares.len() - 1);
        }
        self.name = Some(figures.filename.clone());
        let before: f64 = self.shares[..self.file].iter().sum();
        let now = before + self.shares[self.file] * figures.fraction().unwrap_or(0.0);
        self.reached = self.reached.max(now);
        self.reached
    }
}

/// Bytes for a person: `12.3 MB`.
fn size(bytes: f64) -> String {
    match bytes {
        b if b >= 1e9 => format!("{:.2} GB", b / 1e9),
        b if b >= 1e6 => format!("{:.1} MB", b / 1e6),
        b => format!("{:.0} kB", b / 1e3),
    }
}

/// Seconds as `0:08`, `12:30` or `1:02:03`.
fn clock(seconds: f64) -> String {
    let s = seconds as u64;
    let (hours, minutes, seconds) = (s / 3600, s / 60 % 60, s % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(json: &str) -> Figures {
        Figures::parse(&format!("{PROGRESS_MARK}{json}")).unwrap()
    }

    #[test]
    fn the_message_carries_percent_size_speed_and_eta() {
        let all = figures(
            r#"{"status":"downloading","filename":"a","downloaded_bytes":5166000,"total_bytes":12300000,
                "speed":1200000.4,"eta":8}"#,
        );
        assert_eq!(all.message(), "Downloading 42% of 12.3 MB at 1.2 MB/s, ETA 0:08");
        let some = figures(r#"{"downloaded_bytes":900000,"total_bytes":null,"eta":null}"#);
        assert_eq!(some.message(), "Downloading 900 kB");
        assert_eq!(clock(3723.9), "1:02:03");
    }

    #[test]
    fn other_lines_are_not_progress() {
        assert_eq!(Figures::parse("[download] 42%"), None);
        assert_eq!(Figures::parse(&format!("{PROGRESS_MARK}{{broken")), None);
    }

    #[test]
    fn two_files_count_by_their_sizes_and_progress_never_falls() {
        let report = |name: &str, done: f64| Figures {
            filename: name.to_owned(),
            downloaded_bytes: Some(done),
            total_bytes: Some(100.0),
            ..Figures::default()
        };
        let mut known = Overall::new(&[Some(300.0), Some(100.0)], 0);
        assert_eq!(known.advance(&report("v", 100.0)), 0.75);
        assert_eq!(known.advance(&report("a", 0.0)), 0.75);
        assert_eq!(known.advance(&report("a", 50.0)), 0.875);
        let mut unknown = Overall::new(&[None, Some(1.0)], 0);
        assert_eq!(unknown.advance(&report("v", 100.0)), 0.9);
        assert_eq!(unknown.advance(&report("v", 10.0)), 0.9, "a restart does not show");
        assert_eq!(Overall::new(&[None, None], 1).advance(&report("a", 100.0)), 0.1, "the sound came first");
        assert_eq!(Overall::new(&[], 0).advance(&report("v", 50.0)), 0.5);
    }
}
