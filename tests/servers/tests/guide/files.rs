//! The guide's blocks, and the configurations and certificates that come of them.

use std::path::{Path, PathBuf};

use carillon_engine::wire::CertificateDer;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};

pub(crate) const DOMAIN: &str = "carillon.test";

/// A certificate for the domain, as PEM, and the authority that gave it, as DER.
pub(crate) struct Certified {
    pub(crate) chain: String,
    pub(crate) key: String,
    pub(crate) authority: CertificateDer<'static>,
}

pub(crate) fn certified() -> Certified {
    let lasting = |names: Vec<String>| {
        let mut params = CertificateParams::new(names).unwrap();
        // ejabberd takes rcgen's year 4096 for the past.
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2049, 1, 1);
        params
    };
    let mut params = lasting(Vec::new());
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = lasting(vec![DOMAIN.to_owned()])
        .signed_by(&key, &authority)
        .unwrap();
    Certified {
        chain: certificate.pem(),
        key: key.serialize_pem(),
        authority: authority.der().clone(),
    }
}

/// The configuration that the tests start this server with.
pub(crate) fn own(file: &str) -> String {
    read(
        &Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("config")
            .join(file),
    )
}

/// The guide's block under this heading, which stands behind its fence.
pub(crate) fn block(heading: &str) -> String {
    let guide = read(&root().join("docs/servers.md"));
    guide
        .split("\n```")
        .find_map(|block| block.strip_prefix(heading)?.strip_prefix('\n'))
        .unwrap_or_else(|| panic!("the guide has no block {heading:?}"))
        .to_owned()
}

/// A configuration with the changes of the guide's block under this heading.
pub(crate) fn changed(config: &str, heading: &str) -> String {
    let block = block(heading);
    let mut lines: Vec<String> = config.lines().map(str::to_owned).collect();
    // What is put in stands where the last line was taken out; before that, at the beginning.
    let mut place = 0;
    for change in block.lines().filter(|line| !line.is_empty()) {
        if let Some(line) = change.strip_prefix('-') {
            place = lines
                .iter()
                .skip(place)
                .position(|one| one == line)
                .map(|found| place + found)
                .unwrap_or_else(|| panic!("{heading}: no {line:?} after line {place}"));
            lines.remove(place);
        } else if let Some(line) = change.strip_prefix('+') {
            lines.insert(place, line.to_owned());
            place += 1;
        } else {
            panic!("neither taken out nor put in: {change:?}");
        }
    }
    lines.join("\n")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
