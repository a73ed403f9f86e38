//! Certificates made for a test.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, SupportedProtocolVersion};
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;

pub(super) type Authority = CertifiedIssuer<'static, KeyPair>;

/// An authority of the test's own.
pub(super) fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// What the server shows.
pub(super) struct Shown {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    protocols: Vec<Vec<u8>>,
    versions: Vec<&'static SupportedProtocolVersion>,
}

impl Shown {
    /// By a server that knows no newer version of TLS than 1.2.
    pub(super) fn of_old(mut self) -> Self {
        self.versions = vec![&rustls::version::TLS12];
        self
    }

    /// By a server that tells protocols apart by ALPN, and knows that of XMPP (XEP-0368 §2).
    pub(super) fn with_alpn(mut self) -> Self {
        self.protocols = vec![b"xmpp-client".to_vec()];
        self
    }

    /// The server's side of TLS.
    pub(super) fn acceptor(self) -> TlsAcceptor {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&self.versions)
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(self.chain, self.key)
            .unwrap();
        config.alpn_protocols = self.protocols;
        TlsAcceptor::from(Arc::new(config))
    }
}

pub(super) fn issued(names: &[&str], authority: &Authority, expired: bool) -> Shown {
    issued_as(names, authority, |params| {
        if expired {
            params.not_before = date_time_ymd(2020, 1, 1);
            params.not_after = date_time_ymd(2021, 1, 1);
        }
    })
}

/// With something changed about it before it is signed.
pub(super) fn issued_as(
    names: &[&str],
    authority: &Authority,
    change: impl FnOnce(&mut CertificateParams),
) -> Shown {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).unwrap();
    change(&mut params);
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, authority).unwrap();
    Shown {
        chain: vec![certificate.der().clone()],
        key: PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        protocols: Vec::new(),
        versions: rustls::ALL_VERSIONS.to_vec(),
    }
}

pub(super) fn self_signed(name: &str) -> Shown {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec![name.to_owned()])
        .unwrap()
        .self_signed(&key)
        .unwrap();
    Shown {
        chain: vec![certificate.der().clone()],
        key: PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        protocols: Vec::new(),
        versions: rustls::ALL_VERSIONS.to_vec(),
    }
}
