//! What a test's server shows, and whom to trust for it.

use std::path::Path;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};

/// Makes a certificate for `domain` in `folder`, as `DOMAIN.crt` and `DOMAIN.key`, and gives back its authority's, as
/// DER.
pub(crate) fn issue(folder: &Path, domain: &str) -> Vec<u8> {
    let mut params = lasting(Vec::new());
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    let authority = CertifiedIssuer::self_signed(params, key).expect("an authority");
    let key = KeyPair::generate().expect("a key");
    let certificate = lasting(vec![domain.to_owned()]);
    let certificate = certificate
        .signed_by(&key, &authority)
        .expect("a certificate");
    let file = |ending: &str| folder.join(format!("{domain}.{ending}"));
    std::fs::write(file("crt"), certificate.pem()).expect("the certificate's file");
    std::fs::write(file("key"), key.serialize_pem()).expect("the key's file");
    authority.der().to_vec()
}

fn lasting(names: Vec<String>) -> CertificateParams {
    let mut params = CertificateParams::new(names).expect("a certificate");
    // ejabberd takes rcgen's year 4096 for the past.
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2049, 1, 1);
    params
}
