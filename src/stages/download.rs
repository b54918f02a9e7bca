//! `download`: a URL or a path becomes a local file.

use super::Resources;
use crate::context::Context;
use crate::error::Result;
use crate::outcome::Download;
use crate::spec::DownloadSpec;

/// Fetches a source.
pub(super) fn run(spec: &DownloadSpec, resources: &Resources, context: &Context) -> Result<Download> {
    crate::download::fetch(spec, &resources.downloads, context)
}
