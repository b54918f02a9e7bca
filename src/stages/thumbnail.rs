//! `thumbnail`: a frame becomes a JPEG file.

use crate::context::Context;
use crate::error::Result;
use crate::outcome::Thumbnail;
use crate::publish::AtomicFile;
use crate::spec::ThumbnailSpec;

/// Takes a still picture.
pub(super) fn run(spec: &ThumbnailSpec, context: &Context) -> Result<Thumbnail> {
    let file = AtomicFile::create(&spec.output, spec.overwrite)?;
    let taken = crate::media::thumbnail(spec, file.temp_path(), &context.cancel)?;
    file.commit()?;
    Ok(taken)
}
