use super::*;

const WLAN: u32 = 3;
const DOCKER: u32 = 7;
const INET: u8 = 2;
const INET6: u8 = 10;
const GLOBAL: u8 = 0;
const LINK: u8 = 253;

fn message(kind: u16, flags: u16, body: &[u8]) -> Vec<u8> {
    let length = HEADER + body.len();
    let mut all = Vec::new();
    all.extend(u32::try_from(length).unwrap().to_ne_bytes());
    all.extend(kind.to_ne_bytes());
    all.extend(flags.to_ne_bytes());
    all.extend([0; 8]);
    all.extend(body);
    all.resize(aligned(length), 0);
    all
}

fn attributes(head: &[u8], all: &[(u16, &[u8])]) -> Vec<u8> {
    let mut body = head.to_vec();
    for (kind, value) in all {
        body.extend(u16::try_from(value.len() + 4).unwrap().to_ne_bytes());
        body.extend(kind.to_ne_bytes());
        body.extend(*value);
        body.resize(aligned(body.len()), 0);
    }
    body
}

fn link(kind: u16, family: u8, index: u32, flags: u32) -> Vec<u8> {
    let mut head = vec![family, 0, 1, 0];
    head.extend(index.to_ne_bytes());
    head.extend(flags.to_ne_bytes());
    head.extend([0; 4]);
    message(kind, 0, &head)
}

fn address(kind: u16, family: u8, flags: u8, scope: u8, index: u32, bytes: &[u8]) -> Vec<u8> {
    let mut head = vec![family, 24, flags, scope];
    head.extend(index.to_ne_bytes());
    // IFA_ADDRESS, IFA_LOCAL as IPv4 has it, IFA_CACHEINFO.
    let mut all: Vec<(u16, &[u8])> = vec![(1, bytes), (6, &[9; 16])];
    if family == INET {
        all.push((2, bytes));
    }
    message(kind, 0, &attributes(&head, &all))
}

struct ARoute {
    prefix: u8,
    kind: u8,
    index: u32,
    gateway: &'static [u8],
    priority: u32,
}

const DEFAULT: ARoute = ARoute {
    prefix: 0,
    kind: UNICAST,
    index: WLAN,
    gateway: &[192, 168, 1, 1],
    priority: 600,
};

fn route(kind: u16, flags: u16, family: u8, route: &ARoute) -> Vec<u8> {
    let head = [
        family,
        route.prefix,
        0,
        0,
        254,
        3,
        0,
        route.kind,
        0,
        0,
        0,
        0,
    ];
    let (table, priority) = (254_u32.to_ne_bytes(), route.priority.to_ne_bytes());
    let index = route.index.to_ne_bytes();
    let mut all: Vec<(u16, &[u8])> = vec![(15, &table), (6, &priority), (5, route.gateway)];
    if route.prefix > 0 {
        all.push((1, &[128, 0, 0, 0]));
    }
    all.push((4, &index));
    message(kind, flags, &attributes(&head, &all))
}

/// A computer in a wireless network.
fn at_home() -> Ways {
    let mut ways = Ways::default();
    let told = [
        link(NEW_LINK, 0, WLAN, UP | RUNNING),
        address(NEW_ADDRESS, INET, 0, GLOBAL, WLAN, &[192, 168, 1, 5]),
        route(NEW_ROUTE, 0, INET, &DEFAULT),
    ];
    hear(&mut ways, &told.concat());
    assert_eq!(ways.seen().len(), 2, "{ways:?}");
    ways
}

fn hear(ways: &mut Ways, datagram: &[u8]) {
    for message in messages(datagram) {
        ways.hear(&message);
    }
}

/// Whether there are other ways once this was told.
fn changes(ways: &mut Ways, datagram: &[u8]) -> bool {
    let before = ways.seen();
    hear(ways, datagram);
    ways.seen() != before
}

#[test]
fn another_address_and_another_gateway_are_other_ways() {
    let mut ways = at_home();
    let new = address(NEW_ADDRESS, INET, 0, GLOBAL, WLAN, &[192, 168, 1, 9]);
    assert!(changes(&mut ways, &new));
    let old = address(DEL_ADDRESS, INET, 0, GLOBAL, WLAN, &[192, 168, 1, 5]);
    assert!(changes(&mut ways, &old));
    let cable = ARoute {
        index: 2,
        priority: 100,
        ..DEFAULT
    };
    assert!(changes(&mut ways, &route(NEW_ROUTE, 0, INET, &cable)));
    assert!(changes(&mut ways, &route(DEL_ROUTE, 0, INET, &cable)));
    assert!(changes(&mut ways, &route(DEL_ROUTE, 0, INET, &DEFAULT)));
    assert!(ways.seen().is_empty(), "addresses alone lead nowhere");
}

#[test]
fn what_is_told_again_changes_nothing() {
    let mut ways = at_home();
    let global = address(NEW_ADDRESS, INET6, 0, GLOBAL, WLAN, &[0x20; 16]);
    assert!(changes(&mut ways, &global));
    let lease = address(NEW_ADDRESS, INET, 0, GLOBAL, WLAN, &[192, 168, 1, 5]);
    for again in [global, lease, route(NEW_ROUTE, 0, INET, &DEFAULT)] {
        assert!(!changes(&mut ways, &again));
    }
    // NetworkManager prefers a link once it leads to the Internet.
    let preferred = ARoute {
        priority: 20_600,
        ..DEFAULT
    };
    assert!(!changes(&mut ways, &route(NEW_ROUTE, 0, INET, &preferred)));
    assert!(!changes(&mut ways, &route(DEL_ROUTE, 0, INET, &DEFAULT)));
    assert!(changes(&mut ways, &route(DEL_ROUTE, 0, INET, &preferred)));
}

#[test]
fn containers_and_addresses_of_the_link_are_no_ways() {
    let mut ways = at_home();
    let within = ARoute {
        prefix: 16,
        index: DOCKER,
        gateway: &[],
        ..DEFAULT
    };
    let nowhere = ARoute {
        kind: 7,
        index: 1,
        ..DEFAULT
    };
    for noise in [
        link(NEW_LINK, 0, DOCKER, UP | RUNNING),
        address(NEW_ADDRESS, INET, 0, GLOBAL, DOCKER, &[172, 17, 0, 1]),
        route(NEW_ROUTE, 0, INET, &within),
        address(NEW_ADDRESS, INET6, 0, LINK, WLAN, &[0xfe; 16]),
        // Still to be found out whether somebody else has it.
        address(NEW_ADDRESS, INET6, TENTATIVE, GLOBAL, WLAN, &[0x20; 16]),
        route(NEW_ROUTE, 0, INET6, &nowhere),
        link(NEW_LINK, 0, DOCKER, UP),
        link(DEL_LINK, 7, WLAN, UP | RUNNING),
        link(DEL_LINK, 0, DOCKER, 0),
    ] {
        assert!(!changes(&mut ways, &noise), "{noise:?}");
    }
}

#[test]
fn a_link_that_goes_down_takes_its_routes_along_without_a_word() {
    let mut ways = at_home();
    assert!(changes(&mut ways, &link(NEW_LINK, 0, WLAN, 0)));
    assert!(ways.seen().is_empty());
    assert!(!changes(&mut ways, &link(NEW_LINK, 0, WLAN, UP | RUNNING)));
    assert!(changes(&mut ways, &route(NEW_ROUTE, 0, INET, &DEFAULT)));
    assert!(changes(&mut ways, &link(DEL_LINK, 0, WLAN, 0)));
    assert!(ways.seen().is_empty());
}

#[test]
fn a_cable_that_is_pulled_and_put_back_is_noticed_twice() {
    let mut ways = at_home();
    assert!(changes(&mut ways, &link(NEW_LINK, 0, WLAN, UP)));
    assert!(ways.seen().is_empty());
    assert!(changes(&mut ways, &link(NEW_LINK, 0, WLAN, UP | RUNNING)));
}

#[test]
fn the_halves_that_a_tunnel_lays_are_a_way() {
    let mut ways = at_home();
    let half = ARoute {
        prefix: 1,
        index: 9,
        gateway: &[10, 8, 0, 1],
        priority: 0,
        ..DEFAULT
    };
    assert!(changes(&mut ways, &route(NEW_ROUTE, 0, INET, &half)));
}

#[test]
fn of_a_route_that_another_replaces_nothing_more_is_said() {
    let mut ways = at_home();
    let next = ARoute {
        gateway: &[192, 168, 1, 254],
        ..DEFAULT
    };
    assert!(changes(&mut ways, &route(NEW_ROUTE, REPLACE, INET, &next)));
    assert!(changes(&mut ways, &route(DEL_ROUTE, 0, INET, &next)));
    assert!(ways.seen().is_empty());
}

#[test]
fn what_cannot_be_read_is_left_alone() {
    let mut ways = at_home();
    let whole = route(NEW_ROUTE, 0, INET, &DEFAULT);
    for cut in 0..whole.len() {
        changes(&mut ways, &whole[..cut]);
        let mut lies = whole.clone();
        lies[cut] = 0xff;
        changes(&mut ways, &lies);
        lies[cut] = 0;
        changes(&mut ways, &lies);
    }
}
