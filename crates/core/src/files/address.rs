//! Which computers a stranger's address may make us ask.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether this is an address on the public Internet (IANA's special-purpose registries, RFC 6890). Addresses of this
/// computer, of networks that are not public, of groups, and those that carry another address within them (RFC 4291
/// §2.5.5, RFC 6052, RFC 3056, RFC 4380) are none: what is asked there would be asked on a stranger's behalf.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !matches!(
        (a, b, c),
        (0 | 10 | 127 | 224.., _, _)
            // Shared by a provider's customers (RFC 6598).
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            // The way into 6to4 (RFC 7526).
            | (192, 88, 99)
            | (192, 168, _)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    )
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    // All that was ever given out is in 2000::/3 (RFC 4291 §2.4).
    let given_out = a & 0xe000 == 0x2000;
    let special = match a {
        // Protocols, Teredo, documentation.
        0x2001 => b < 0x0200 || b == 0x0db8,
        // 6to4.
        0x2002 => true,
        // Documentation (RFC 9637).
        0x3fff => b < 0x1000,
        _ => false,
    };
    given_out && !special
}
