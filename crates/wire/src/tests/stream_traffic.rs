//! Any traffic, cut anywhere, over any number of links: nothing is lost, doubled or put in another order.

use crate::session::stream_management::{Count, Heard, StreamManagement};
use crate::stanza::Build;
use minidom::Element;
use proptest::prelude::*;
use std::collections::VecDeque;

/// What happens next.
#[derive(Debug, Clone)]
enum Step {
    /// I say so many things.
    Say(u8),
    /// So many of them reach the server.
    Arrive(u8),
    /// The server says so many things.
    Hear(u8),
    /// So many of them reach me.
    Read(u8),
    /// I have stored so many of them.
    Store(u8),
    /// What I acknowledge reaches the server.
    Acknowledge,
    /// What the server acknowledges reaches me.
    Acknowledged,
    /// The link breaks with whatever is on it, and the stream is resumed over another.
    Cut,
    /// The same, and I have forgotten all that was not stored.
    Killed,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => (1..6_u8).prop_map(Step::Say),
        3 => (1..6_u8).prop_map(Step::Arrive),
        3 => (1..6_u8).prop_map(Step::Hear),
        3 => (1..6_u8).prop_map(Step::Read),
        3 => (1..6_u8).prop_map(Step::Store),
        2 => Just(Step::Acknowledge),
        2 => Just(Step::Acknowledged),
        2 => Just(Step::Cut),
        1 => Just(Step::Killed),
    ];
    proptest::collection::vec(step, 1..80)
}

/// Both sides of a stream, and the wire between them.
struct Both {
    me: StreamManagement,
    said: u32,
    /// Rows that the server has not acknowledged, as my store knows them: number and id.
    waiting: VecDeque<String>,
    to_server: VecDeque<Element>,
    at_server: Vec<String>,
    server_said: u32,
    /// What the server keeps until I acknowledge it.
    kept: VecDeque<(u32, u32)>,
    to_me: VecDeque<(u32, u32)>,
    /// Read and not stored.
    read: VecDeque<(u32, u32)>,
    stored: Vec<u32>,
    server_count: Count,
    my_count: Count,
}

impl Both {
    fn new(start: u32) -> Self {
        Self {
            me: StreamManagement::restored("s".to_owned(), Count(start), Count(start)),
            said: 0,
            waiting: VecDeque::new(),
            to_server: VecDeque::new(),
            at_server: Vec::new(),
            server_said: 0,
            kept: VecDeque::new(),
            to_me: VecDeque::new(),
            read: VecDeque::new(),
            stored: Vec::new(),
            server_count: Count(start),
            my_count: Count(start),
        }
    }

    fn reached(&mut self, ids: Vec<String>) {
        for id in ids {
            assert_eq!(self.waiting.pop_front(), Some(id), "rows leave in order");
        }
    }

    fn say(&mut self) {
        self.said += 1;
        let id = self.said.to_string();
        let stanza = Element::stanza("message").with("id", &id);
        self.me.written(&stanza, Some(id.clone()));
        self.waiting.push_back(id);
        self.to_server.push_back(stanza);
    }

    fn arrive(&mut self) {
        if let Some(stanza) = self.to_server.pop_front() {
            self.at_server.push(stanza.attr("id").unwrap().to_owned());
            self.server_count = self.server_count.next();
        }
    }

    fn hear(&mut self, start: u32) {
        self.server_said += 1;
        let number = start.wrapping_add(self.server_said);
        self.kept.push_back((number, self.server_said));
        self.to_me.push_back((number, self.server_said));
    }

    fn read(&mut self) {
        if let Some((number, what)) = self.to_me.pop_front() {
            assert_eq!(self.me.received(), Some(Count(number)));
            self.read.push_back((number, what));
        }
    }

    fn store(&mut self) {
        if let Some((number, what)) = self.read.pop_front() {
            self.stored.push(what);
            self.my_count = Count(number);
            self.me.handled(self.my_count);
        }
    }

    fn acknowledge(&mut self) {
        if let Some(ack) = self.me.due_ack(true) {
            let h = Count(ack.attr("h").unwrap().parse().unwrap());
            assert!(
                self.my_count.since(h) <= u32::try_from(self.stored.len()).unwrap(),
                "only what is stored"
            );
            self.server_lets_go(h);
        }
    }

    fn server_lets_go(&mut self, h: Count) {
        while self
            .kept
            .front()
            .is_some_and(|(number, _)| h.since(Count(*number)) < u32::MAX / 2)
        {
            self.kept.pop_front();
        }
    }

    fn acknowledged(&mut self) {
        let ack = Element::bare("a", "urn:xmpp:sm:3").with("h", &self.server_count.to_string());
        let Ok(Heard::Reached(ids)) = self.me.hear(&ack) else {
            panic!("the server counts right");
        };
        self.reached(ids);
    }

    fn resume(&mut self) {
        self.to_server.clear();
        self.to_me.clear();
        self.read.clear();
        let (ids, again) = self
            .me
            .resumed(self.my_count, Some(self.server_count))
            .expect("the server counts right");
        self.reached(ids);
        self.to_server.extend(again);
        self.server_lets_go(self.my_count);
        self.to_me.extend(self.kept.iter().copied());
    }

    /// Only counts, names and rows are left of me.
    fn killed(&mut self) {
        self.me = StreamManagement::restored("s".to_owned(), self.my_count, self.server_count);
        self.to_me.clear();
        self.read.clear();
        self.to_server.clear();
        self.server_lets_go(self.my_count);
        self.to_me.extend(self.kept.iter().copied());
        // The numbers of the rows are stored: what the server has handled is not said again.
        while let Some(id) = self.waiting.front() {
            if !self.at_server.contains(id) {
                break;
            }
            self.waiting.pop_front();
        }
        for id in self.waiting.clone() {
            let stanza = Element::stanza("message").with("id", &id);
            self.me.written(&stanza, Some(id));
            self.to_server.push_back(stanza);
        }
    }
}

fn play(start: u32, steps: &[Step]) {
    let mut both = Both::new(start);
    for step in steps {
        match *step {
            Step::Say(times) => (0..times).for_each(|_| both.say()),
            Step::Arrive(times) => (0..times).for_each(|_| both.arrive()),
            Step::Hear(times) => (0..times).for_each(|_| both.hear(start)),
            Step::Read(times) => (0..times).for_each(|_| both.read()),
            Step::Store(times) => (0..times).for_each(|_| both.store()),
            Step::Acknowledge => both.acknowledge(),
            Step::Acknowledged => both.acknowledged(),
            Step::Cut => both.resume(),
            Step::Killed => both.killed(),
        }
    }
    both.resume();
    while !both.to_server.is_empty() {
        both.arrive();
    }
    while !both.to_me.is_empty() || !both.read.is_empty() {
        both.read();
        both.store();
    }
    both.acknowledged();
    both.acknowledge();
    let said: Vec<_> = (1..=both.said).map(|id| id.to_string()).collect();
    assert_eq!(both.at_server, said, "what I said");
    assert!(both.waiting.is_empty(), "all of it is acknowledged");
    let heard: Vec<_> = (1..=both.server_said).collect();
    assert_eq!(both.stored, heard, "what the server said");
    assert!(both.kept.is_empty(), "the server keeps nothing for ever");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn nothing_is_lost_doubled_or_reordered(
        start in prop_oneof![Just(0), (u32::MAX - 40)..=u32::MAX, any::<u32>()],
        steps in steps(),
    ) {
        play(start, &steps);
    }
}
