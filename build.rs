//! Tells the core whether whisper.cpp is built to call its kernels (see `.cargo/config.toml`).
//! Where it is not, whisper.cpp computes alone and nothing of `speech::kernels` is compiled.

use std::env;

fn main() {
    println!("cargo::rustc-check-cfg=cfg(whisper_kernels)");
    for name in ["CMAKE_C_FLAGS", "CMAKE_CXX_FLAGS", "GGML_LLAMAFILE"] {
        println!("cargo::rerun-if-env-changed={name}");
    }
    let says = |name: &str, what: &str| env::var(name).is_ok_and(|value| value.contains(what));
    if says("CMAKE_C_FLAGS", "-Dllamafile_sgemm=ytclipper_multiply")
        && says("CMAKE_CXX_FLAGS", "-Dggml_graph_plan=ytclipper_plan")
        && says("CMAKE_CXX_FLAGS", "-Dggml_mul_mat=ytclipper_product")
        && says("CMAKE_CXX_FLAGS", "-Dggml_gelu=ytclipper_gelu")
        && says("GGML_LLAMAFILE", "ON")
    {
        println!("cargo::rustc-cfg=whisper_kernels");
    }
}
