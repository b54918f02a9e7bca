//! Tests of the store, with models whose weights mean nothing.

use super::*;
use crate::context::Context;
use crate::spec::InstallModelSpec;
use crate::speech::ggml::tests_support::write_ramp;

fn store() -> (tempfile::TempDir, ModelStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = ModelStore::new(folder.path().join("models"));
    (folder, store)
}

fn spec(from: &Path, quantization: Quantization) -> InstallModelSpec {
    InstallModelSpec { name: "tiny.en".into(), from: Some(from.to_owned()), quantization }
}

/// A store with an installed q8_0 model, and the f16 file that it came from.
fn installed() -> (tempfile::TempDir, ModelStore, PathBuf) {
    let (folder, store) = store();
    let source = folder.path().join("source.bin");
    write_ramp(&source, Quantization::F16);
    install(&store, &spec(&source, Quantization::Q8_0), &Context::detached()).unwrap();
    (folder, store, source)
}

fn refusal(store: &ModelStore, name: &str) -> String {
    let error = verified(store, name).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ModelUnavailable, "{error}");
    error.message().to_owned()
}

#[test]
fn a_missing_model_names_the_command_that_installs_it() {
    let (_folder, store) = store();
    assert!(store.list().unwrap().is_empty());
    let error = store.path("base").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ModelUnavailable);
    assert!(error.message().contains("`ytclipper models install base`"), "{error}");
}

#[test]
fn an_installed_model_is_listed_and_verified() {
    let (_folder, store, source) = installed();
    install(&store, &spec(&source, Quantization::F16), &Context::detached()).unwrap();
    let list = store.list().unwrap();
    assert_eq!(list.iter().map(|model| model.quantization.as_str()).collect::<Vec<_>>(), ["q8_0", "f16"]);
    assert_eq!(store.path("tiny.en").unwrap(), list[0].path, "8-bit weights are preferred");
    let verified = verified(&store, "tiny.en").unwrap();
    assert_eq!((verified.name.as_str(), &verified.sha256), ("tiny.en", &list[0].sha256));
    assert_eq!(std::fs::read_dir(store.folder()).unwrap().count(), 4, "two models, two manifests");
}

#[test]
fn a_path_to_a_file_is_a_name_too() {
    let (_folder, store, source) = installed();
    let verified = verified(&store, source.to_str().unwrap()).unwrap();
    assert_eq!((verified.name.as_str(), verified.quantization), ("source", Quantization::F16));
    assert!(refusal(&store, "/nowhere/ggml-x.bin").contains("no model file"));
}

#[test]
fn a_flipped_bit_in_the_weights_is_refused() {
    let (_folder, store, _) = installed();
    let path = store.path("tiny.en").unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    assert!(refusal(&store, "tiny.en").contains("sha256"));
}

#[test]
fn a_cut_file_and_text_are_refused() {
    let (_folder, store, _) = installed();
    let path = store.path("tiny.en").unwrap();
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
    assert!(refusal(&store, "tiny.en").contains("size"));
    assert!(refusal(&store, path.to_str().unwrap()).contains("cut short"));
    std::fs::write(&path, "hello").unwrap();
    assert!(refusal(&store, path.to_str().unwrap()).contains("ggml"));
}

#[test]
fn a_quantised_file_cannot_become_another_form() {
    let (_folder, store, _) = installed();
    let q8 = store.path("tiny.en").unwrap();
    let error = install(&store, &spec(&q8, Quantization::Q5_1), &Context::detached()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidSpec);
}

#[test]
fn a_broken_source_leaves_the_store_as_it_was() {
    let (folder, store, source) = installed();
    let before = verified(&store, "tiny.en").unwrap().sha256;
    let bytes = std::fs::read(&source).unwrap();
    let broken = folder.path().join("broken.bin");
    std::fs::write(&broken, &bytes[..1000]).unwrap();
    let error = install(&store, &spec(&broken, Quantization::Q8_0), &Context::detached()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::CorruptMedia);
    let ctx = Context::detached();
    ctx.cancel.cancel();
    let error = install(&store, &spec(&source, Quantization::Q8_0), &ctx).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    assert_eq!(verified(&store, "tiny.en").unwrap().sha256, before);
    assert_eq!(std::fs::read_dir(store.folder()).unwrap().count(), 2);
}

#[test]
fn a_folder_that_is_no_model_is_refused() {
    let (folder, store) = store();
    let error = install(&store, &spec(folder.path(), Quantization::Q8_0), &Context::detached()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[test]
fn an_unreachable_place_says_how_to_install_from_a_file() {
    let (_folder, store) = store();
    // Nothing listens on the discard port of the loopback.
    let store = store.with_url_base("http://127.0.0.1:9");
    let spec = InstallModelSpec { from: None, ..spec(Path::new("x"), Quantization::Q8_0) };
    let error = install(&store, &spec, &Context::detached()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Download);
    assert!(error.message().contains("--from"));
}
