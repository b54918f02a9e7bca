//! The published speech models: sizes and SHA-256 of the f16 files. Smaller forms are made here, so
//! that one check covers all.

use crate::error::{Error, ErrorKind, Result};
use crate::models::published::{Published, published};

/// All published speech models that the engine knows.
const PUBLISHED: [Published; 10] = [
    published("tiny", 77_691_713, "be07e048e1e599ad46341c8d2a135645097a538221678b7acdd1b1919c6e1b21"),
    published("tiny.en", 77_704_715, "921e4cf8686fdd993dcd081a5da5b6c365bfde1162e72b08d75ac75289920b1f"),
    published("base", 147_951_465, "60ed5bc3dd14eea856493d334349b405782ddcaf0028d4b5df4088345fba2efe"),
    published("base.en", 147_964_211, "a03779c86df3323075f5e796cb2ce5029f00ec8869eee3fdfb897afe36c6d002"),
    published("small", 487_601_967, "1be3a9b2063867b937e64e2ec7483364a79917e157fa98c5d94b5c1fffea987b"),
    published("small.en", 487_614_201, "c6138d6d58ecc8322097e0f987c32f1be8bb0a18532a3f88f734d1bbf9c41e5d"),
    published("medium", 1_533_763_059, "6c14d5adee5f86394037b4e4e8b59f1673b6cee10e3cf0b11bbdbee79c156208"),
    published("medium.en", 1_533_774_781, "cc37e93478338ec7700281a7ac30a10128929eb8f427dda2e865faa8f6da4356"),
    published("large-v3", 3_095_033_483, "64d182b440b98d5203c4f9bd541544d84c605196c4f7b845dfa11fb23594d1e2"),
    published(
        "large-v3-turbo",
        1_624_555_275,
        "1fc70f774d38eb169993ac391eea357ef47c88757ef72ee5943879b7e8e2bc69",
    ),
];

/// The published speech model of this name.
///
/// # Errors
/// `ModelUnavailable`, naming the known ones.
pub(super) fn find(name: &str) -> Result<Published> {
    PUBLISHED.into_iter().find(|published| published.name == name).ok_or_else(|| {
        let known: Vec<_> = PUBLISHED.iter().map(|published| published.name).collect();
        Error::new(
            ErrorKind::ModelUnavailable,
            format!(
                "no model {name:?} is published; known are {}. A folder or file of your own is installed \
                 with `ytclipper models install {name} --from PATH`",
                known.join(", ")
            ),
        )
        .with("model", name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_hashes_are_whole_and_unique() {
        for (index, model) in PUBLISHED.iter().enumerate() {
            assert_eq!(model.sha256.len(), 64);
            assert!(model.sha256.bytes().all(|byte| byte.is_ascii_hexdigit() && !byte.is_ascii_uppercase()));
            let other =
                PUBLISHED.iter().take(index).any(|o| o.name == model.name || o.sha256 == model.sha256);
            assert!(!other, "{}", model.name);
        }
    }

    #[test]
    fn an_unknown_name_is_told_the_known_ones() {
        let error = find("huge").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ModelUnavailable);
        assert!(error.message().contains("large-v3-turbo"));
    }
}
