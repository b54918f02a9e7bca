//! What yt-dlp tells of a video before it is fetched.

use std::collections::HashSet;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::explain::fault;
use crate::error::Result;
use crate::outcome::Download;

/// Longest stem of a file name, in bytes.
const MAX_STEM: usize = 100;

/// A video's metadata, and the whole of it as yt-dlp gave it.
#[derive(Debug)]
pub(super) struct Info {
    value: Value,
}

impl Info {
    /// Reads the JSON that yt-dlp printed for `url`. It must tell of one finished video.
    pub(super) fn parse(json: &str) -> Result<Self> {
        let value: Value = serde_json::from_str(json).map_err(|error| {
            fault("unknown", "yt-dlp's description of the video cannot be read; update yt-dlp").because(error)
        })?;
        let info = Self { value: single(value)? };
        if info.value["is_live"] == Value::Bool(true) {
            return Err(fault("live", "this is a live stream; wait until it has ended"));
        }
        if info.text("id").is_empty() {
            return Err(fault("unknown", "yt-dlp told no identifier of the video; update yt-dlp"));
        }
        Ok(info)
    }

    /// The JSON that a second run of yt-dlp takes instead of asking the site again.
    pub(super) fn to_json(&self) -> String {
        self.value.to_string()
    }

    /// The site's identifier as a file's stem. A direct link has no identifier but its last part,
    /// which other links share, so the URL's own mark is added.
    pub(super) fn stem(&self, url: &str) -> String {
        let id = self.text("id");
        let safe: String = id.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
        let exact = safe == id && safe.len() <= MAX_STEM && !safe.starts_with('.');
        if exact && self.text("extractor") != "generic" {
            return safe;
        }
        let cut: String = safe.trim_start_matches('.').chars().take(MAX_STEM).collect();
        format!("{cut}-{}", mark(&format!("{url}\n{id}")))
    }

    /// Sizes of the files that will be fetched, in bytes, as far as they are known.
    pub(super) fn sizes(&self) -> Vec<Option<f64>> {
        let size =
            |format: &Value| format["filesize"].as_f64().or_else(|| format["filesize_approx"].as_f64());
        self.formats().into_iter().map(size).collect()
    }

    /// Addresses that the files will be fetched from; one of each origin, as pieces come by the
    /// thousand.
    pub(super) fn stream_urls(&self) -> Vec<&str> {
        let mut origins = HashSet::new();
        let all = self.formats().into_iter().flat_map(addresses);
        all.filter(|url| origins.insert(origin(url))).collect()
    }

    /// The files for yt-dlp to fetch, the sound before the picture, where they come apart: who listens to
    /// the download begins at once. None where there is one file, or an identifier is not plain.
    pub(super) fn sound_first(&self) -> Option<String> {
        let [picture, sound] = self.requested()[..] else { return None };
        let named = |kind: &str, format: &Value| {
            let id = format["format_id"].as_str()?;
            let plain = !id.is_empty() && id.chars().all(is_plain);
            // In quotes, because yt-dlp compares what looks like a number as one.
            plain.then(|| format!("{kind}[format_id='{id}']"))
        };
        (is_sound(sound) && is_picture(picture))
            .then(|| Some(format!("{}+{}", named("bestaudio", sound)?, named("bestvideo", picture)?)))?
    }

    /// Which of the files has the picture, from 0.
    pub(super) fn picture(&self) -> usize {
        usize::from(self.sound_first().is_some())
    }

    /// What will be fetched, in this order.
    fn formats(&self) -> Vec<&Value> {
        let mut formats = self.requested();
        if self.sound_first().is_some() {
            formats.reverse();
        }
        formats
    }

    /// What yt-dlp chose: the picture, then the sound, or the one file that has both.
    fn requested(&self) -> Vec<&Value> {
        match self.value["requested_formats"].as_array() {
            Some(formats) => formats.iter().collect(),
            None => vec![&self.value],
        }
    }

    /// The result, less its path.
    pub(super) fn describe(&self, stem: String, url: &str) -> Download {
        let or = |first: &str, second: &str| {
            let text = self.text(first);
            if text.is_empty() { self.text(second) } else { text }
        };
        Download {
            video_path: std::path::PathBuf::new(),
            title: or("title", "id").to_owned(),
            channel: or("channel", "uploader").to_owned(),
            duration: self.value["duration"].as_f64().filter(|d| d.is_finite() && *d > 0.0).unwrap_or(0.0),
            description: self.text("description").to_owned(),
            url: url.to_owned(),
            reused: false,
            video_id: stem,
        }
    }

    fn text(&self, field: &str) -> &str {
        self.value[field].as_str().unwrap_or("")
    }
}

/// The one video of a page; a list of several is refused, for none of them was asked for.
fn single(mut value: Value) -> Result<Value> {
    let is_list = |value: &Value| matches!(value["_type"].as_str(), Some("playlist" | "multi_video"));
    if !is_list(&value) {
        return Ok(value);
    }
    let many = value["playlist_count"].as_u64().is_some_and(|count| count > 1);
    match value["entries"].as_array_mut().map(|entries| (entries.len(), entries.pop())) {
        Some((1, Some(video))) if !many && video.is_object() && !is_list(&video) => Ok(video),
        Some(_) | None => Err(fault("playlist", "this is a list of videos; give the URL of one of them")),
    }
}

/// Whether a format is sound alone.
fn is_sound(format: &Value) -> bool {
    has(format, "acodec") && !has(format, "vcodec")
}

/// Whether a format is picture alone.
fn is_picture(format: &Value) -> bool {
    has(format, "vcodec") && !has(format, "acodec")
}

fn has(format: &Value, codec: &str) -> bool {
    format[codec].as_str().is_some_and(|name| name != "none")
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')
}

/// Eight hexadecimal digits that tell texts apart.
fn mark(text: &str) -> String {
    let digest = Sha256::digest(text);
    format!("{:08x}", digest.iter().take(4).fold(0_u32, |all, byte| (all << 8) | u32::from(*byte)))
}

/// All that a format may be fetched from: a playlist's `url` is that of the variant, its
/// `manifest_url` that of the whole.
fn addresses(format: &Value) -> impl Iterator<Item = &str> {
    let own = ["url", "manifest_url", "fragment_base_url"].map(|key| &format[key]);
    let pieces = format["fragments"].as_array().into_iter().flatten().map(|piece| &piece["url"]);
    own.into_iter().chain(pieces).filter_map(Value::as_str).filter(|url| !url.is_empty())
}

/// Scheme, host and port of a URL, as they are written.
fn origin(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    let end = url[host..].find(['/', '?', '#']).map_or(url.len(), |at| host + at);
    &url[..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn info(value: &Value) -> Info {
        Info::parse(&value.to_string()).unwrap()
    }

    fn reason(value: &Value) -> String {
        Info::parse(&value.to_string()).unwrap_err().context()["reason"].clone()
    }

    #[test]
    fn a_sites_identifier_is_the_files_name() {
        let stem = |id: &str| info(&json!({"id": id, "extractor": "youtube"})).stem("u");
        assert_eq!(stem("dQw4w9WgXcQ"), "dQw4w9WgXcQ");
        assert_eq!(stem("-_x4w9WgXcQ"), "-_x4w9WgXcQ");
    }

    #[test]
    fn an_identifier_never_leaves_the_folder() {
        for id in ["../../etc/x", "a/b", "..", ".hidden", "a\0b", "\u{e4}"] {
            let stem = info(&json!({"id": id, "extractor": "x"})).stem("u");
            assert!(stem.chars().all(is_plain) && !stem.starts_with('.') && stem.len() > 8, "{stem}");
        }
        let long = info(&json!({"id": "x".repeat(300), "extractor": "x"})).stem("u");
        assert_eq!(long.len(), MAX_STEM + 9);
    }

    #[test]
    fn direct_links_of_the_same_name_are_told_apart() {
        let clip = info(&json!({"id": "clip", "extractor": "generic"}));
        assert_ne!(clip.stem("http://a/clip.mp4"), clip.stem("http://b/clip.mp4"));
        assert!(clip.stem("http://a/clip.mp4").starts_with("clip-"));
    }

    #[test]
    fn missing_fields_are_empty() {
        let download = info(&json!({"id": "a", "title": null, "uploader": "U"})).describe("s".into(), "u");
        assert_eq!((download.title.as_str(), download.channel.as_str(), download.duration), ("a", "U", 0.0));
    }

    #[test]
    fn lists_and_live_streams_are_refused() {
        assert_eq!(
            reason(&json!({"_type": "playlist", "entries": [{"id": "a"}], "playlist_count": 9})),
            "playlist"
        );
        assert_eq!(reason(&json!({"_type": "playlist", "entries": []})), "playlist");
        assert_eq!(reason(&json!({"id": "a", "is_live": true})), "live");
        assert_eq!(reason(&Value::Null), "unknown");
        let lone = json!({"_type": "playlist", "entries": [{"id": "a"}], "playlist_count": 1});
        assert_eq!(info(&lone).text("id"), "a");
    }

    #[test]
    fn the_sound_is_fetched_before_the_picture_where_they_come_apart() {
        let format = |id: &str, vcodec: &str, acodec: &str, size: u32| json!({"format_id": id, "vcodec": vcodec, "acodec": acodec, "url": "https://x/", "filesize": size});
        let of = |formats: &[Value]| info(&json!({"id": "a", "requested_formats": formats}));
        let (picture, sound) = (format("137", "avc1", "none", 9), format("140-drc", "none", "mp4a", 2));
        let apart = of(&[picture.clone(), sound.clone()]);
        let wanted = "bestaudio[format_id='140-drc']+bestvideo[format_id='137']";
        assert_eq!(apart.sound_first().as_deref(), Some(wanted));
        assert_eq!((apart.sizes(), apart.picture()), (vec![Some(2.0), Some(9.0)], 1), "in the same order");
        let strange = format("1]/all[x", "avc1", "none", 9);
        let both = format("22", "avc1", "mp4a", 9);
        for formats in [vec![both.clone()], vec![strange, sound.clone()], vec![both, sound]] {
            let sizes: Vec<_> = formats.iter().map(|format| format["filesize"].as_f64()).collect();
            let info = of(&formats);
            assert_eq!((info.sound_first(), info.sizes(), info.picture()), (None, sizes, 0));
        }
    }

    #[test]
    fn every_file_of_a_video_is_known() {
        let two = json!({"id": "a", "requested_formats": [
            {"url": "https://v/", "filesize": 10},
            {"url": "https://s/", "manifest_url": "https://m/", "filesize_approx": 2.5,
             "fragment_base_url": "https://f/", "fragments": [
                {"path": "1"}, {"url": "https://p/1"}, {"url": "https://p/2"}, {"url": "https://p:1/3"}]},
        ]});
        assert_eq!(info(&two).sizes(), [Some(10.0), Some(2.5)]);
        let all = ["https://v/", "https://s/", "https://m/", "https://f/", "https://p/1", "https://p:1/3"];
        assert_eq!(info(&two).stream_urls(), all);
        assert_eq!(info(&json!({"id": "a", "url": "https://v/"})).stream_urls(), ["https://v/"]);
    }
}
