//! From a host's name to a connection with it.

use crate::discovery::Endpoint;
use crate::proxy::{self, Passage};
use crate::staggered::staggered;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpStream;

/// The next address of the same host is tried beside a silent one after this (RFC 8305 §5).
const NEXT_ADDRESS: Duration = Duration::from_millis(250);

/// A connection to the endpoint's host, through the proxy if there is one. Why there is none is said in words.
pub(super) async fn reach(
    endpoint: &Endpoint,
    passage: Option<&Passage>,
) -> Result<TcpStream, String> {
    let tcp = match passage {
        Some(passage) => proxy::reach(passage, &endpoint.host, endpoint.port)
            .await
            .map_err(|error| error.to_string())?,
        None => directly(endpoint)
            .await
            .map_err(|error| error.to_string())?,
    };
    // Else one message waits up to 40 ms for the acknowledgement of the one before.
    tcp.set_nodelay(true).map_err(|error| error.to_string())?;
    Ok(tcp)
}

/// The first of the host's addresses that answers; a silent one holds the others up but for a moment.
async fn directly(endpoint: &Endpoint) -> std::io::Result<TcpStream> {
    let host = (endpoint.host.as_str(), endpoint.port);
    let addresses = interleaved(tokio::net::lookup_host(host).await?);
    staggered(addresses.into_iter().map(TcpStream::connect), NEXT_ADDRESS)
        .await
        .map_err(|mut failures| {
            failures.pop().unwrap_or_else(|| {
                std::io::Error::new(std::io::ErrorKind::NotFound, "the name has no address")
            })
        })
}

/// One of each family in turn, so that a whole family which leads nowhere costs one delay and not many
/// (RFC 8305 §4). The system has put them in order already, and its first family goes first.
fn interleaved(addresses: impl Iterator<Item = SocketAddr>) -> Vec<SocketAddr> {
    let mut addresses = addresses.peekable();
    let v6_first = addresses.peek().is_some_and(SocketAddr::is_ipv6);
    let (first, second): (Vec<_>, Vec<_>) =
        addresses.partition(|address| address.is_ipv6() == v6_first);
    let mut second = second.into_iter();
    let mut sorted = Vec::new();
    for address in first {
        sorted.push(address);
        sorted.extend(second.next());
    }
    sorted.extend(second);
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_families_take_turns() {
        let order = |given: &str| {
            let addresses = given.chars().enumerate().map(|(number, family)| {
                let text = match family {
                    '6' => format!("[2001:db8::{number}]:1"),
                    _ => format!("192.0.2.{number}:1"),
                };
                text.parse().unwrap()
            });
            let sorted = interleaved(addresses);
            assert_eq!(sorted.len(), given.len());
            sorted
                .iter()
                .map(|address| if address.is_ipv6() { '6' } else { '4' })
                .collect::<String>()
        };
        for (given, wanted) in [
            ("", ""),
            ("4", "4"),
            ("666444", "646464"),
            ("446666", "464666"),
            ("6664", "6466"),
        ] {
            assert_eq!(order(given), wanted, "{given}");
        }
    }
}
