//! Gives the shared library its SONAME: the major number, and before 1.0 the minor one, too,
//! because either may change the ABI.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libytclipper.so.{}", abi());
}

fn abi() -> &'static str {
    concat!(env!("CARGO_PKG_VERSION_MAJOR"), ".", env!("CARGO_PKG_VERSION_MINOR"))
}
