//! TLS: whom to trust, and under which name.
//!
//! The certificate has to fit the account's domain, or the host of an address whose authority is
//! proven: the user typed it, or the account's domain named it over HTTPS that was itself verified
//! (XEP-0156 §3, host-meta). Refusing the second would refuse many public servers, whose WebSocket
//! lives on a host of its own; and whoever can answer verified HTTPS for the domain could get a
//! certificate for it. What DNS, a redirect or a `see-other-uri` says proves nothing
//! (CVE-2022-24968) and never adds a name here.

use carillon_core::session::SessionProblem;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use rustls_platform_verifier::Verifier;
use std::sync::Arc;

/// The system's authorities, which have those that a person added to them, and these. Reads files: call it where blocking is allowed.
pub(crate) fn trust(
    extra_roots: Vec<CertificateDer<'static>>,
    domain: &str,
) -> Result<Trust, SessionProblem> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = Verifier::new_with_extra_roots(extra_roots, Arc::clone(&provider))
        .map_err(|error| certificate(domain, &error))?;
    Ok(Trust {
        provider,
        verifier: Arc::new(verifier),
    })
}

/// Whom to trust, read once for all the connections of one attempt.
#[derive(Debug, Clone)]
pub(crate) struct Trust {
    provider: Arc<CryptoProvider>,
    verifier: Arc<dyn ServerCertVerifier>,
}

impl Trust {
    /// For a link to the account's own server: its certificate has to fit the account's domain, or the `host` of an
    /// address whose authority is proven. What the link says of itself, and asks for, changes nothing about that.
    pub(crate) fn for_account(
        &self,
        account_domain: &str,
        host: Option<&str>,
    ) -> Result<ClientConfig, SessionProblem> {
        let names = [Some(account_domain), host]
            .into_iter()
            .flatten()
            .map(|name| server_name(name, account_domain))
            .collect::<Result<_, _>>()?;
        let verifier = Arc::new(AnyName {
            inner: Arc::clone(&self.verifier),
            names,
        });
        self.config(verifier, account_domain)
    }

    /// For HTTPS: the host's own name only.
    pub(crate) fn for_https(&self, domain: &str) -> Result<ClientConfig, SessionProblem> {
        self.config(Arc::clone(&self.verifier), domain)
    }

    fn config(
        &self,
        verifier: Arc<dyn ServerCertVerifier>,
        domain: &str,
    ) -> Result<ClientConfig, SessionProblem> {
        Ok(
            ClientConfig::builder_with_provider(Arc::clone(&self.provider))
                .with_safe_default_protocol_versions()
                .map_err(|error| certificate(domain, &error))?
                .dangerous()
                .with_custom_certificate_verifier(verifier)
                .with_no_client_auth(),
        )
    }
}

/// A failed handshake, told apart: a certificate that does not fit, or no TLS at all.
pub(crate) fn handshake_problem(domain: &str, url: &str, error: &std::io::Error) -> SessionProblem {
    let inner = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<Error>());
    match inner {
        Some(error @ Error::InvalidCertificate(_)) => certificate(domain, error),
        Some(error) => SessionProblem::NotXmpp {
            detail: format!("{url}: {error}"),
        },
        None => SessionProblem::Unreachable {
            detail: format!("{url}: {error}"),
        },
    }
}

fn certificate(domain: &str, error: &Error) -> SessionProblem {
    SessionProblem::Certificate {
        domain: domain.to_owned(),
        detail: error.to_string(),
    }
}

/// A name or an address, without brackets, as TLS wants it.
pub(crate) fn server_name(
    name: &str,
    account_domain: &str,
) -> Result<ServerName<'static>, SessionProblem> {
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    ServerName::try_from(bare.to_owned()).map_err(|error| SessionProblem::Certificate {
        domain: account_domain.to_owned(),
        detail: error.to_string(),
    })
}

/// Takes a certificate that fits one of these names, whatever name the connection was asked for by.
#[derive(Debug)]
struct AnyName {
    inner: Arc<dyn ServerCertVerifier>,
    /// The account's domain first.
    names: Vec<ServerName<'static>>,
}

impl ServerCertVerifier for AnyName {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let mut answer = Err(Error::InvalidCertificate(CertificateError::NotValidForName));
        for name in &self.names {
            answer =
                self.inner
                    .verify_server_cert(end_entity, intermediates, name, ocsp_response, now);
            if !matches!(
                answer,
                Err(Error::InvalidCertificate(
                    CertificateError::NotValidForName
                        | CertificateError::NotValidForNameContext { .. },
                ))
            ) {
                break;
            }
        }
        answer
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}
