//! A promise's figure in one line, as `benches/proof.py` finds it.

/// Prints what was found and what should have been, and fails where that is not the same.
pub fn tell(promise: u32, found: &str, bar: &str, kept: bool) {
    println!("promise {promise}: {found} (bar: {bar})  {}", if kept { "ok" } else { "MISSED" });
    assert!(kept, "promise {promise}: {found} (bar: {bar})");
}
