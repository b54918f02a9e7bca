//! Where a source comes from: a URL through the download room, or a path as it is.

use std::path::Path;

use super::early::Early;
use crate::context::Context;
use crate::error::{Error, ErrorKind, Result};
use crate::media::probe;
use crate::outcome::{Download, MediaInfo};
use crate::spec::{ProcessSpec, is_url};
use crate::stages::Resources;

/// Brings the source to disk while `early` listens, looks into it and checks that clips can be cut from it.
pub(super) fn fetch(
    spec: &ProcessSpec,
    early: Option<&mut Early<'_>>,
    resources: &Resources,
    context: &Context,
) -> Result<(Download, MediaInfo)> {
    let mut source = if is_url(&spec.source) {
        download(spec, early, resources, context)?
    } else {
        local(Path::new(&spec.source))
    };
    let info = probe(&source.video_path, &context.cancel)?;
    if info.video.is_none() {
        let message = format!("{} has no picture; clips need one", source.video_path.display());
        return Err(
            Error::new(ErrorKind::UnsupportedMedia, message).with("path", source.video_path.display())
        );
    }
    source.duration = info.duration;
    Ok((source, info))
}

fn local(path: &Path) -> Download {
    let stem = path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    Download {
        video_path: path.to_owned(),
        video_id: stem.clone(),
        title: stem,
        channel: String::new(),
        duration: 0.0,
        description: String::new(),
        url: path.display().to_string(),
        reused: true,
    }
}

#[cfg(feature = "download")]
fn download(
    spec: &ProcessSpec,
    early: Option<&mut Early<'_>>,
    resources: &Resources,
    context: &Context,
) -> Result<Download> {
    let mut request = crate::spec::DownloadSpec::new(&spec.source);
    request.dir.clone_from(&spec.download_dir);
    let Some(early) = early else { return crate::stages::download::run(&request, resources, context) };
    let context = early.download(context);
    let mut watch = |growing: Option<&Path>| early.watch(growing);
    crate::download::fetch_watched(&request, &resources.downloads, &context, &mut watch)
}

#[cfg(not(feature = "download"))]
fn download(_: &ProcessSpec, _: Option<&mut Early<'_>>, _: &Resources, _: &Context) -> Result<Download> {
    Err(crate::stages::without("download"))
}
