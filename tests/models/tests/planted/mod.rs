//! Running a test of this binary with a planted fault, in a process of its own: a model that fails
//! may leave its threads' stacks behind.

use std::process::Command;

/// The test, which holds as it is, fails with this fault and says so.
pub fn is_found(mutant: &str, test: &str, sign: &str) {
    let exe = std::env::current_exe().unwrap();
    let output = Command::new(exe)
        .args(["--exact", test, "--nocapture"])
        .env("YTC_MUTANT", mutant)
        .env("RUST_BACKTRACE", "0")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(!output.status.success(), "{test} does not notice {mutant}");
    assert!(
        said.contains("running 1 test") && said.contains(sign),
        "{test} fails otherwise with {mutant}: {said}"
    );
    println!("{mutant}: found by {test}");
}
