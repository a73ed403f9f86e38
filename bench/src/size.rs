//! What there is to download and to keep.

use std::path::Path;

use crate::report::Report;

/// The most that the package may have, in megabytes.
const DEB_MB: f64 = 10.0;

/// Of the package and the programs that `scripts/dist` has just made.
pub(crate) fn measure(report: &mut Report) {
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target");
    let packages = std::fs::read_dir(target.join("dist")).expect("target/dist: see scripts/dist");
    let deb = packages
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|it| it == "deb"))
        .expect("a .deb");
    report.add("deb_mb", megabytes(&deb), "MB", Some(DEB_MB), 1);
    for (name, program) in [
        ("resident_mb", "carillon"),
        ("window_program_mb", "carillon-window"),
    ] {
        let path = target.join("release").join(program);
        report.add(name, megabytes(&path), "MB", None, 1);
    }
}

fn megabytes(path: &Path) -> f64 {
    let bytes = std::fs::metadata(path).expect("a file").len();
    f64::from(u32::try_from(bytes).expect("less than 4 GB")) / 1_000_000.0
}
