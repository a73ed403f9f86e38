//! XEP-0198: whatever becomes of connections and clients, no message is lost, and none comes again that was acknowledged.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::World;
use super::managed::a;

/// One of Bob's devices, with what it has stored.
#[derive(Default)]
struct Bob {
    device: char,
    /// Of the client: it is killed now and then.
    number: usize,
    stream: String,
    online: bool,
    /// Stanzas of this stream that it has handled, and of those acknowledged.
    handled: u32,
    /// Numbers of messages in the order in which they came first.
    stored: Vec<usize>,
    /// Messages of this stream, and all that were ever acknowledged.
    came: BTreeSet<usize>,
    acknowledged: BTreeSet<usize>,
}

impl Bob {
    fn client(&self) -> String {
        format!("bob/{}{}", self.device, self.number)
    }

    fn begin(&mut self, world: &mut World) {
        self.number += 1;
        self.handled = 0;
        self.came.clear();
        self.online = true;
        world.bind(&self.client());
        self.stream = world.manage(&self.client());
        world.send(&self.client(), "<presence/>");
    }

    /// Goes on with its stream, if that is not over.
    fn try_to_go_on(&mut self, world: &mut World) -> bool {
        let conn = world.resume(&self.client(), &self.stream, self.handled);
        self.online = world.hear(conn).name() == "resumed";
        self.online
    }

    /// Goes on with its stream, or begins anew.
    fn go_on(&mut self, world: &mut World) {
        if !self.try_to_go_on(world) {
            self.begin(world);
        }
    }

    /// Handles the next stanzas. What it has acknowledged must not come again.
    fn handle(&mut self, world: &mut World, most: usize) {
        let conn = world.conn(&self.client());
        for _ in 0..most {
            let Some(text) = world.next_raw(conn) else {
                return;
            };
            let stanza = carillon_xml::parse(&text, &carillon_xml::Limits::STANZA).unwrap();
            if !crate::stanza::is_stanza(&stanza) {
                continue;
            }
            self.handled += 1;
            let copy = stanza
                .get_child("received", "urn:xmpp:carbons:2")
                .and_then(|received| received.get_child("forwarded", "urn:xmpp:forward:0"))
                .and_then(|forwarded| forwarded.get_child("message", "jabber:client"));
            let stanza = copy.unwrap_or(&stanza);
            if stanza.name() == "message" {
                let number = stanza.attr("id").unwrap().parse().unwrap();
                assert!(!self.acknowledged.contains(&number), "{number} came again");
                assert!(
                    self.came.insert(number),
                    "{number} came twice in one stream"
                );
                if !self.stored.contains(&number) {
                    self.stored.push(number);
                }
            }
        }
    }

    fn acknowledge(&mut self, world: &mut World) {
        world.send(&self.client(), &a(self.handled));
        self.acknowledged.extend(&self.came);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    /// Alice writes while Bob's client reads, acknowledges, is cut, killed, goes on, begins anew, or stays away.
    #[test]
    fn nothing_is_lost_doubled_or_reordered(steps in proptest::collection::vec((0..8_u8, 1..9_usize), 1..80)) {
        let mut world = World::friends(&["alice", "bob"]);
        world.cut("bob/1");
        let mut bob = Bob { device: 'd', ..Bob::default() };
        bob.begin(&mut world);
        let mut said = 0;
        for (step, amount) in steps {
            match (step, bob.online) {
                (0..=2, _) => for _ in 0..amount {
                    let to = if amount % 2 == 0 { "bob@localhost".to_owned() } else { bob.client().replace('/', "@localhost/") };
                    world.says(&to, &said.to_string());
                    said += 1;
                },
                (3 | 4, true) => bob.handle(&mut world, amount),
                (5, true) => bob.acknowledge(&mut world),
                (6, true) => {
                    world.cut(&bob.client());
                    bob.online = false;
                }
                (7, true) if amount < 3 => bob.go_on(&mut world),
                (3..=5, false) => bob.go_on(&mut world),
                (6, false) => bob.begin(&mut world),
                (7, false) => world.wait(80),
                _ => {}
            }
        }
        if bob.online {
            world.cut(&bob.client());
        }
        bob.begin(&mut world);
        bob.handle(&mut world, usize::MAX);
        bob.acknowledge(&mut world);
        prop_assert_eq!(&bob.stored, &(0..said).collect::<Vec<_>>());
        world.wait(600);
        bob.handle(&mut world, usize::MAX);
        prop_assert_eq!(world.waiting("bob"), 0);
    }

    /// The same with two devices, which may share their messages by copies: together they have everything, and one that
    /// begins anew gets nothing that the other had acknowledged.
    #[test]
    fn two_devices_miss_nothing_together(
        copies in any::<[bool; 2]>(),
        steps in proptest::collection::vec((0..2_usize, 0..9_u8, 1..9_usize), 1..80),
    ) {
        let mut world = World::friends(&["alice", "bob"]);
        world.cut("bob/1");
        let mut devices = ['d', 'p'].map(|device| Bob { device, ..Bob::default() });
        let mut said = 0;
        let begin = |world: &mut World, devices: &mut [Bob; 2], which: usize| {
            let known = devices[0].acknowledged.union(&devices[1].acknowledged).copied().collect();
            devices[which].acknowledged = known;
            devices[which].begin(world);
            if copies[which] {
                let enable = "<iq type='set' id='c'><enable xmlns='urn:xmpp:carbons:2'/></iq>";
                world.send(&devices[which].client(), enable);
            }
        };
        begin(&mut world, &mut devices, 0);
        begin(&mut world, &mut devices, 1);
        for (which, step, amount) in steps {
            let client = devices[which].client();
            match (step, devices[which].online) {
                (0..=2, _) => for _ in 0..amount {
                    let full = client.replace('/', "@localhost/");
                    let to = if amount % 2 == 0 { "bob@localhost" } else { &full };
                    world.says(to, &said.to_string());
                    said += 1;
                },
                (3 | 4, true) => devices[which].handle(&mut world, amount),
                (5, true) => devices[which].acknowledge(&mut world),
                (6, true) => {
                    world.cut(&client);
                    devices[which].online = false;
                }
                (7, true) => world.send(&client, &format!("<presence><priority>{}</priority></presence>", amount % 3)),
                (8, true) => {
                    world.send(&client, "<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>");
                    devices[which].online = false;
                }
                (3..=5, false) if devices[which].try_to_go_on(&mut world) => {}
                (3..=5, false) => begin(&mut world, &mut devices, which),
                (6, false) => begin(&mut world, &mut devices, which),
                (7, false) => world.wait(80),
                _ => {}
            }
        }
        for device in devices.iter().filter(|device| device.online) {
            world.cut(&device.client());
        }
        begin(&mut world, &mut devices, 0);
        devices[0].handle(&mut world, usize::MAX);
        devices[0].acknowledge(&mut world);
        let together: BTreeSet<usize> = devices.iter().flat_map(|device| &device.stored).copied().collect();
        prop_assert_eq!(together, (0..said).collect::<BTreeSet<_>>());
        prop_assert_eq!(world.waiting("bob"), 0);
    }
}
