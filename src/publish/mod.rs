//! Finished outputs: files that appear whole or not at all, project folders, and the info files
//! beside the clips.

mod atomic;
mod info;
mod project;
mod summary;

pub use atomic::{AtomicFile, write_atomic};
pub use info::{ClipInfo, clip_info};
pub use project::{clip_file_name, clip_info_name, format_folder, project_folder, safe_title};
pub use summary::{ClipFile, FormatSummary, ProjectSummary, project_summary};
