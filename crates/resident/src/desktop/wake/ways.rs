//! The ways out of this computer, as rtnetlink tells them: default routes over links that are up, and the addresses on
//! those links. Whatever else comes and goes (containers, link-local addresses, lifetimes) is none.

use std::collections::BTreeSet;

/// Message types (linux/rtnetlink.h, linux/netlink.h).
pub(super) const DONE: u16 = 3;
pub(super) const NEW_LINK: u16 = 16;
pub(super) const DEL_LINK: u16 = 17;
pub(super) const GET_LINK: u16 = 18;
pub(super) const NEW_ADDRESS: u16 = 20;
pub(super) const DEL_ADDRESS: u16 = 21;
pub(super) const GET_ADDRESS: u16 = 22;
pub(super) const NEW_ROUTE: u16 = 24;
pub(super) const DEL_ROUTE: u16 = 25;
pub(super) const GET_ROUTE: u16 = 26;
/// The kernel refuses.
pub(super) const ERROR: u16 = 2;
/// The route takes the place of one like it, of which nothing is said.
pub(super) const REPLACE: u16 = 0x100;

const HEADER: usize = 16;
const UP: u32 = 1;
const RUNNING: u32 = 0x40;
const TENTATIVE: u8 = 0x40;
/// Scopes from here on do not leave the link.
const LINK_SCOPE: u8 = 253;
const UNICAST: u8 = 1;
/// As many bits are the longest prefix that leads into the world: some tunnels lay half of it each, or `2000::/3`.
const WORLD: u8 = 3;

/// A route into the world.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Route {
    family: u8,
    table: u32,
    target: Vec<u8>,
    priority: u32,
    index: u32,
    gateway: Vec<u8>,
}

/// An address of this computer.
type Address = (u32, Vec<u8>);

/// A way out: a link, and the gateway or address there.
pub(super) type Seen = BTreeSet<(u32, Vec<u8>)>;

/// All that the kernel has told.
#[derive(Debug, Default)]
pub(super) struct Ways {
    routes: BTreeSet<Route>,
    addresses: BTreeSet<Address>,
    down: BTreeSet<u32>,
}

/// A message of the kernel's.
#[derive(Debug)]
pub(super) struct Message<'a> {
    pub(super) kind: u16,
    flags: u16,
    body: &'a [u8],
}

/// The messages of one datagram. What cannot be read ends it.
pub(super) fn messages(mut datagram: &[u8]) -> impl Iterator<Item = Message<'_>> {
    std::iter::from_fn(move || {
        let length = usize::try_from(u32_at(datagram, 0)?).ok()?;
        let message = Message {
            kind: u16_at(datagram, 4)?,
            flags: u16_at(datagram, 6)?,
            body: datagram.get(HEADER..length)?,
        };
        datagram = datagram.get(aligned(length)..).unwrap_or_default();
        Some(message)
    })
}

impl Ways {
    /// Takes note of a message.
    pub(super) fn hear(&mut self, message: &Message<'_>) {
        // Of a kind that is not known here, or cut off: nothing that could be done about it.
        let _heard = match message.kind {
            NEW_LINK | DEL_LINK => self.hear_link(message),
            NEW_ADDRESS | DEL_ADDRESS => self.hear_address(message),
            NEW_ROUTE | DEL_ROUTE => self.hear_route(message),
            _ => None,
        };
    }

    /// The ways that there are now.
    pub(super) fn seen(&self) -> Seen {
        let leads = |index: &u32| !self.down.contains(index);
        let routes = self.routes.iter().filter(|route| leads(&route.index));
        let links: BTreeSet<_> = routes.clone().map(|route| route.index).collect();
        let addresses = self.addresses.iter();
        let addresses = addresses.filter(|(index, _)| links.contains(index));
        routes
            .map(|route| (route.index, route.gateway.clone()))
            .chain(addresses.cloned())
            .collect()
    }

    /// A link that goes down takes its routes along, and of those of IPv4 nothing more is said.
    fn hear_link(&mut self, message: &Message<'_>) -> Option<()> {
        let body = message.body;
        // Bridges speak of their ports by another family.
        if *body.first()? != 0 {
            return None;
        }
        let (index, flags) = (u32_at(body, 4)?, u32_at(body, 8)?);
        let gone = message.kind == DEL_LINK;
        if gone || flags & UP == 0 {
            self.routes.retain(|route| route.index != index);
        }
        if gone {
            self.addresses.retain(|(on, _)| *on != index);
            self.down.remove(&index);
        } else if flags & UP != 0 && flags & RUNNING != 0 {
            self.down.remove(&index);
        } else {
            self.down.insert(index);
        }
        Some(())
    }

    fn hear_address(&mut self, message: &Message<'_>) -> Option<()> {
        let body = message.body;
        let (flags, scope, index) = (*body.get(2)?, *body.get(3)?, u32_at(body, 4)?);
        if scope >= LINK_SCOPE {
            return None;
        }
        // IFA_LOCAL is the address itself where IFA_ADDRESS is the other end of a tunnel.
        let address = attribute(body, 8, 2).or_else(|| attribute(body, 8, 1))?;
        let address = (index, address.to_vec());
        if message.kind == DEL_ADDRESS {
            self.addresses.remove(&address);
        } else if flags & TENTATIVE == 0 {
            self.addresses.insert(address);
        }
        Some(())
    }

    fn hear_route(&mut self, message: &Message<'_>) -> Option<()> {
        let body = message.body;
        let (family, prefix, kind) = (*body.first()?, *body.get(1)?, *body.get(7)?);
        if prefix > WORLD || kind != UNICAST {
            return None;
        }
        let number = |what| attribute(body, 12, what).and_then(|value| u32_at(value, 0));
        let bytes = |what| attribute(body, 12, what).unwrap_or_default().to_vec();
        let route = Route {
            family,
            table: number(15).unwrap_or_else(|| body.get(4).copied().unwrap_or_default().into()),
            target: bytes(1),
            priority: number(6).unwrap_or_default(),
            index: number(4).unwrap_or_default(),
            // RTA_GATEWAY, else RTA_VIA: a gateway of the other family.
            gateway: [bytes(5), bytes(18)].concat(),
        };
        if message.kind == DEL_ROUTE {
            self.routes.remove(&route);
            return Some(());
        }
        if message.flags & REPLACE != 0 {
            let place = |one: &Route| (one.family, one.table, one.target.clone(), one.priority);
            self.routes.retain(|one| place(one) != place(&route));
        }
        self.routes.insert(route);
        Some(())
    }
}

/// The value of an attribute behind a head of so many bytes.
fn attribute(body: &[u8], head: usize, wanted: u16) -> Option<&[u8]> {
    let mut rest = body.get(head..)?;
    loop {
        let length = usize::from(u16_at(rest, 0)?);
        let value = rest.get(4..length)?;
        // The two highest bits say how it is written.
        if u16_at(rest, 2)? & 0x3fff == wanted {
            return Some(value);
        }
        rest = rest.get(aligned(length)..)?;
    }
}

const fn aligned(length: usize) -> usize {
    length.saturating_add(3) & !3
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let found = bytes.get(at..)?.first_chunk()?;
    Some(u16::from_ne_bytes(*found))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let found = bytes.get(at..)?.first_chunk()?;
    Some(u32::from_ne_bytes(*found))
}

#[cfg(test)]
mod tests;
