//! The address of this computer's that a link was made from.

use std::io::ErrorKind;
use std::net::{SocketAddr, UdpSocket};
use tokio::net::TcpStream;

/// Known for as long as the link is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OwnAddress(SocketAddr);

impl OwnAddress {
    /// That of a connection, as far as the system tells.
    pub(crate) fn of(connection: &TcpStream) -> Option<Self> {
        let mut address = connection.local_addr().ok()?;
        // Any port will do to ask for the address.
        address.set_port(0);
        Some(Self(address))
    }

    /// Whether it is this computer's no more: the network has given another, or its link is gone. A connection hears
    /// nothing of that by itself.
    pub(crate) fn is_gone(self) -> bool {
        UdpSocket::bind(self.0).is_err_and(|error| error.kind() == ErrorKind::AddrNotAvailable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn an_address_that_is_not_this_computers_is_gone() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let connection = TcpStream::connect(listener.local_addr().unwrap()).await;
        let own = OwnAddress::of(&connection.unwrap()).unwrap();
        assert!(!own.is_gone());
        // Kept free for examples (RFC 5737 §3).
        let other = OwnAddress("192.0.2.1:0".parse().unwrap());
        assert!(other.is_gone());
    }
}
