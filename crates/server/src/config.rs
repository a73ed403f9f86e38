//! What a server is started with.

use std::path::PathBuf;

/// How to start a [`Server`](crate::Server). There is no address to choose: it listens on 127.0.0.1 and nowhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The folder that holds accounts, rosters and waiting messages. Made if it is missing, readable by its owner only.
    /// One server at a time can use it.
    pub data: PathBuf,
    /// The TCP port. 0 takes the one that was used last with this folder, and any free one if that is taken.
    pub port: u16,
    /// The XMPP domain: the part of its users' addresses behind the `@`.
    pub domain: String,
    /// Whether anybody on this machine can make an account (XEP-0077).
    pub registration: bool,
}

impl Config {
    /// A server for `localhost` on a remembered or free port, with registration.
    #[must_use]
    pub fn new(data: impl Into<PathBuf>) -> Config {
        Config {
            data: data.into(),
            port: 0,
            domain: "localhost".to_owned(),
            registration: true,
        }
    }
}
