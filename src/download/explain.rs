//! What went wrong, for a person: yt-dlp's words turned into a reason and advice.

use crate::error::{Error, ErrorKind};

/// A failed download; `reason` is a fixed word for programs.
pub(super) fn fault(reason: &str, message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Download, message).with("reason", reason)
}

/// What yt-dlp's words mean. The first line whose words all occur decides, so narrow ones stand
/// above wide ones.
const MEANINGS: [(&str, &[&str], &str); 22] = [
    (
        "login_required",
        &["not a bot"],
        "the site wants proof that no robot asks; try later or from another network",
    ),
    ("age_restricted", &["confirm your age"], "the video is for adults and the site wants a login"),
    ("age_restricted", &["age-restricted"], "the video is for adults and the site wants a login"),
    ("private", &["private video"], "the video is private; ask its owner to publish it"),
    ("members_only", &["members-only"], "the video is for paying members only"),
    ("members_only", &["available to this channel's members"], "the video is for paying members only"),
    ("login_required", &["login required"], "the site shows this video only after a login"),
    ("login_required", &["sign in"], "the site shows this video only after a login"),
    ("login_required", &["http error 401"], "the site shows this video only after a login (HTTP 401)"),
    ("geo_restricted", &["in your country"], "the video is not offered in this country"),
    ("geo_restricted", &["geo restrict"], "the video is not offered in this country"),
    ("unavailable", &["video unavailable"], "the video is not available: it was removed or never existed"),
    ("unavailable", &["has been removed"], "the video was removed"),
    ("not_found", &["http error 404"], "there is nothing at this address (HTTP 404); check the URL"),
    ("not_found", &["http error 410"], "the video is gone (HTTP 410)"),
    (
        "forbidden",
        &["http error 403"],
        "the site refused (HTTP 403); update yt-dlp (pip install -U yt-dlp), or try later",
    ),
    ("rate_limited", &["http error 429"], "the site asks for fewer requests (HTTP 429); try again later"),
    ("server_error", &["http error 5"], "the site has a fault of its own; try again later"),
    (
        "ffmpeg_missing",
        &["ffmpeg", "not installed"],
        "ffmpeg is missing, which joins picture and sound; install it (apt-get install ffmpeg)",
    ),
    (
        "ffmpeg_missing",
        &["ffmpeg not found"],
        "ffmpeg is missing, which joins picture and sound; install it (apt-get install ffmpeg)",
    ),
    (
        "unsupported_url",
        &["unsupported url"],
        "no video was found at this address; give the URL of a video's page",
    ),
    ("timeout", &["timed out"], "the site did not answer in time; try again later"),
];

/// Faults of the network, by the words of the operating system and of Python.
const NO_NETWORK: [&str; 7] = [
    "name or service not known",
    "temporary failure in name resolution",
    "network is unreachable",
    "no route to host",
    "connection refused",
    "connection reset",
    "remote end closed connection",
];

/// The error that yt-dlp's last words tell of.
pub(super) fn explain(stderr: &[String]) -> Error {
    let said = stderr.iter().rev().find(|line| line.starts_with("ERROR:")).or_else(|| stderr.last());
    let said = said.map_or("", |line| line.trim_start_matches("ERROR:").trim());
    let lower = said.to_lowercase();
    let meaning = MEANINGS.iter().find(|(_, words, _)| words.iter().all(|word| lower.contains(word)));
    let error = match meaning {
        Some((reason, _, advice)) => fault(reason, format!("the download failed: {advice}")),
        None if NO_NETWORK.iter().any(|words| lower.contains(words)) => fault(
            "no_network",
            "the download failed: the site cannot be reached; check the network and the URL",
        ),
        None if said.is_empty() => fault("unknown", "the download failed and yt-dlp did not say why"),
        None => fault("unknown", format!("the download failed: {}", shorten(said))),
    };
    if said.is_empty() { error } else { error.with("yt_dlp", shorten(said)) }
}

/// At most 300 characters: yt-dlp adds a page of advice to some errors.
fn shorten(text: &str) -> String {
    text.chars().take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(line: &str) -> String {
        explain(&["WARNING: noise".to_owned(), line.to_owned(), "null".to_owned()]).context()["reason"]
            .clone()
    }

    #[test]
    fn known_failures_have_their_reason() {
        for (expected, line) in [
            ("forbidden", "ERROR: unable to download video data: HTTP Error 403: Forbidden"),
            ("not_found", "ERROR: [generic] Unable to download webpage: HTTP Error 404: Not Found"),
            ("server_error", "ERROR: Unable to download webpage: HTTP Error 503: Service Unavailable"),
            ("private", "ERROR: [youtube] abc: Private video. Sign in if you've been granted access"),
            ("unavailable", "ERROR: [youtube] abc: Video unavailable. This video has been removed"),
            ("age_restricted", "ERROR: [youtube] abc: Sign in to confirm your age."),
            ("login_required", "ERROR: [youtube] abc: Sign in to confirm you\u{2019}re not a bot."),
            (
                "geo_restricted",
                "ERROR: [youtube] abc: The uploader has not made this video available in your country",
            ),
            ("unsupported_url", "ERROR: Unsupported URL: http://x/"),
            ("timeout", "ERROR: unable to download: The read operation timed out"),
            ("no_network", "ERROR: [generic] x: [Errno 111] Connection refused (caused by TransportError)"),
            ("no_network", "ERROR: [Errno -2] Name or service not known"),
            (
                "ffmpeg_missing",
                "ERROR: You have requested merging of formats but ffmpeg is not installed. Aborting",
            ),
            ("unknown", "ERROR: something new"),
        ] {
            assert_eq!(reason(line), expected, "{line}");
        }
    }

    #[test]
    fn an_unknown_failure_keeps_the_words_of_the_tool() {
        let error = explain(&["ERROR: something new".to_owned()]);
        assert!(error.message().contains("something new"), "{error}");
        assert_eq!(error.kind(), ErrorKind::Download);
        assert_eq!(explain(&[]).context()["reason"], "unknown");
    }
}
