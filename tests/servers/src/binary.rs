//! Where the executables under test lie.

use std::path::PathBuf;

/// The executable `name`: the path in the environment variable `CARILLON_BIN` (for `carillon`) or
/// `CARILLON_WINDOW_BIN` (for `carillon-window`), else the one beside the running test in the build folder.
///
/// # Panics
/// When there is none, saying how to build it.
#[must_use]
pub fn binary(name: &str) -> PathBuf {
    let variable = format!("{}_BIN", name.to_uppercase().replace('-', "_"));
    if let Some(path) = std::env::var_os(&variable) {
        return PathBuf::from(path);
    }
    let test = std::env::current_exe().expect("the test's own path");
    test.ancestors()
        .skip(1)
        .take(2)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
        .unwrap_or_else(|| {
            panic!("{name} is not built: `cargo build -p {name}`, or set {variable}")
        })
}
