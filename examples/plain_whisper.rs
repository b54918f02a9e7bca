//! Plain use of whisper-rs, for comparison: one state, all threads on one window after the other.
//! `plain_whisper MODEL.ggml SOUND.wav THREADS` prints seconds and text as JSON.

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use whisper_rs::{FullParams, SamplingStrategy, WhisperContext, WhisperContextParameters};

// Plain use is without ytclipper's kernels: what whisper.cpp is built to call there
// (`.cargo/config.toml`) goes to its own functions here.
#[cfg(whisper_kernels)]
mod plain {
    use std::ffi::{c_int, c_void};

    use whisper_rs::whisper_rs_sys::{ggml_context, ggml_gelu, ggml_mul_mat, ggml_tensor};

    #[repr(C)]
    struct Plan([u64; 6]);

    unsafe extern "C" {
        fn ggml_graph_plan(graph: *const c_void, threads: c_int, pool: *mut c_void) -> Plan;
    }

    #[unsafe(no_mangle)]
    unsafe extern "C" fn ytclipper_plan(graph: *const c_void, threads: c_int, pool: *mut c_void) -> Plan {
        // SAFETY: the arguments are the caller's own.
        unsafe { ggml_graph_plan(graph, threads, pool) }
    }

    #[unsafe(no_mangle)]
    unsafe extern "C" fn ytclipper_product(
        context: *mut ggml_context,
        left: *mut ggml_tensor,
        right: *mut ggml_tensor,
    ) -> *mut ggml_tensor {
        // SAFETY: the arguments are the caller's own.
        unsafe { ggml_mul_mat(context, left, right) }
    }

    #[unsafe(no_mangle)]
    unsafe extern "C" fn ytclipper_gelu(
        context: *mut ggml_context,
        tensor: *mut ggml_tensor,
    ) -> *mut ggml_tensor {
        // SAFETY: the arguments are the caller's own.
        unsafe { ggml_gelu(context, tensor) }
    }

    /// No blocked matrices: they are ytclipper's setting, too.
    #[unsafe(no_mangle)]
    extern "C" fn ytclipper_multiply() -> bool {
        false
    }
}

/// The 16-bit samples after a plain 44-byte WAV header.
fn samples(path: &Path) -> Result<Vec<f32>, Box<dyn Error>> {
    let bytes = std::fs::read(path)?;
    let data = bytes.get(44..).ok_or("no WAV file")?;
    Ok(data.chunks_exact(2).map(|two| f32::from(i16::from_le_bytes([two[0], two[1]])) / 32768.0).collect())
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, sound, threads] = arguments.as_slice() else {
        return Err("usage: plain_whisper MODEL.ggml SOUND.wav THREADS".into());
    };
    let (sound, threads) = (samples(Path::new(sound))?, threads.parse()?);
    whisper_rs::install_logging_hooks();
    let context = WhisperContext::new_with_params(model, WhisperContextParameters::default())?;
    let mut state = context.create_state()?;
    let mut params = FullParams::new(SamplingStrategy::Greedy { best_of: 1 });
    params.set_n_threads(threads);
    params.set_language(Some("en"));
    params.set_print_progress(false);
    params.set_print_realtime(false);
    params.set_print_timestamps(false);
    let begun = Instant::now();
    state.full(params, &sound)?;
    let seconds = begun.elapsed().as_secs_f64();
    let mut text = String::new();
    for segment in state.as_iter() {
        text += &segment.to_str_lossy()?;
    }
    println!("{}", serde_json::json!({ "seconds": seconds, "text": text }));
    Ok(())
}
