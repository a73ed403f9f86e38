//! What is known of the way by which a link was made.

use super::end_point::end_point;
use carillon_core::connection::{Binding, FailedWay, TransportKind};
use tokio_rustls::rustls::{ClientConnection, ProtocolVersion};
use zeroize::Zeroizing;

/// The way of one link.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) transport: TransportKind,
    pub(crate) host: String,
    pub(crate) port: u16,
    /// `host:port` of the proxy between.
    pub(crate) proxy: Option<String>,
    /// `None` in clear.
    pub(crate) tls: Option<Tls>,
    /// What was tried before.
    pub(crate) failed: Vec<FailedWay>,
}

/// What of TLS the login needs.
#[derive(Debug)]
pub(crate) struct Tls {
    pub(crate) version: String,
    /// The strongest first.
    bindings: Vec<(Binding, Zeroizing<Vec<u8>>)>,
}

impl Tls {
    /// What a finished handshake came to.
    pub(crate) fn of(connection: &ClientConnection) -> Self {
        let version = connection.protocol_version();
        let mut bindings = Vec::new();
        if version == Some(ProtocolVersion::TLSv1_3)
            && let Some(data) = exporter(connection)
        {
            bindings.push((Binding::TlsExporter, data));
        }
        if let Some(hash) = connection
            .peer_certificates()
            .and_then(|chain| end_point(chain.first()?))
        {
            bindings.push((Binding::TlsServerEndPoint, Zeroizing::new(hash)));
        }
        Self {
            version: match version {
                Some(ProtocolVersion::TLSv1_2) => "TLS 1.2".to_owned(),
                Some(ProtocolVersion::TLSv1_3) => "TLS 1.3".to_owned(),
                other => format!("{other:?}"),
            },
            bindings,
        }
    }

    /// TLS to which these can be bound.
    #[cfg(test)]
    pub(crate) fn with_bindings(bindings: Vec<(Binding, Vec<u8>)>) -> Self {
        Self {
            version: "TLS 1.3".to_owned(),
            bindings: bindings
                .into_iter()
                .map(|(binding, data)| (binding, Zeroizing::new(data)))
                .collect(),
        }
    }

    /// To what a proof can be bound here, the strongest first.
    pub(crate) fn bindings(&self) -> impl Iterator<Item = Binding> {
        self.bindings.iter().map(|(binding, _)| *binding)
    }

    /// The data of a binding.
    pub(crate) fn data(&self, wanted: Binding) -> Option<&[u8]> {
        self.bindings
            .iter()
            .find(|(binding, _)| *binding == wanted)
            .map(|(_, data)| data.as_slice())
    }
}

/// RFC 9266 §2: 32 bytes under this label, with no context.
fn exporter(connection: &ClientConnection) -> Option<Zeroizing<Vec<u8>>> {
    let data = Zeroizing::new(vec![0; 32]);
    connection
        .export_keying_material(data, b"EXPORTER-Channel-Binding", None)
        .inspect_err(|error| tracing::warn!(%error, "TLS gives nothing to bind to"))
        .ok()
}
