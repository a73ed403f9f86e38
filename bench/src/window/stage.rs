//! The server of the window's measurements: it knows one account, lets it into one room, and says as much as it is told
//! to. It has a thread of its own, so that nothing of the bench waits for it or makes it wait.

use std::fmt::Write;
use std::time::Instant;

use carillon_tests_flows::{Account, Conversation, ScriptedServer, Way};
use tokio::sync::{mpsc, oneshot};
use tokio::time::interval;

pub(crate) const PASSWORD: &str = "wonderland";
pub(crate) const JID: &str = "alice@example.org";
pub(crate) const ROOM: &str = "square@rooms.example.org";
/// The account's nick in the room.
pub(crate) const NICK: &str = "Alice";
/// The version of the roster that the store has already (RFC 6121 §2.6).
pub(crate) const ROSTER: &str = "bench";
const FEATURES: &str = "<sm xmlns='urn:xmpp:sm:3'/><ver xmlns='urn:xmpp:features:rosterver'/>";
const DISCO: &str = "http://jabber.org/protocol/disco#info";
const MUC: &str = "http://jabber.org/protocol/muc";
/// What comes steadily comes in so many portions a second.
const PORTIONS: usize = 50;

/// The address of one of many contacts.
pub(crate) fn contact(number: usize) -> String {
    format!("contact{number}@example.org")
}

/// The nick of one of many occupants.
pub(crate) fn occupant(number: usize) -> String {
    format!("Occupant {number}")
}

/// Who is there when somebody signs in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cast {
    /// Contacts that are there.
    pub(crate) present: usize,
    /// People in the room, besides the account.
    pub(crate) occupants: usize,
}

/// What comes in for a while: so many a second each, from contacts and from the room.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rush {
    pub(crate) presences: usize,
    pub(crate) messages: usize,
    pub(crate) seconds: usize,
}

/// What the server is told to do while somebody is signed in.
enum Order {
    Rush(Rush, oneshot::Sender<()>),
    /// Says this; the answer is when it was about to.
    Say(String, oneshot::Sender<Instant>),
}

/// The server, from the outside.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) url: String,
    orders: mpsc::UnboundedSender<Order>,
    /// When clients showed themselves.
    shown: mpsc::UnboundedReceiver<Instant>,
}

impl Stage {
    /// Lets in whoever comes, one after the other, as long as this process lives.
    pub(crate) async fn start(cast: Cast) -> Self {
        let (tell, url) = oneshot::channel();
        let (send, mut orders) = mpsc::unbounded_channel();
        let (show, shown) = mpsc::unbounded_channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async {
                let listening = ScriptedServer::listen(Way::WebSocket).await;
                let _ = tell.send(listening.url());
                loop {
                    let stream = listening.accept_whenever().await;
                    let show = show.clone();
                    Play {
                        stream,
                        cast,
                        show,
                        presences: 0,
                        messages: 0,
                    }
                    .go_on(&mut orders)
                    .await;
                }
            });
        });
        Self {
            url: url.await.expect("the server listens"),
            orders: send,
            shown,
        }
    }

    /// When the next client showed itself that nobody has asked about yet.
    pub(crate) async fn shown(&mut self) -> Instant {
        self.shown.recv().await.expect("the server lives")
    }

    /// Has one of the contacts write; answers when the server was about to send it.
    pub(crate) async fn writes(&self, from: usize, body: &str) -> Instant {
        let from = contact(from);
        let text = format!(
            "<message type='chat' from='{from}/phone' to='{JID}/desk' id='{body}'><body>{body}</body></message>"
        );
        let (said, at) = oneshot::channel();
        let order = Order::Say(text, said);
        self.orders.send(order).expect("the server lives");
        at.await.expect("somebody is signed in")
    }

    /// Has all of this come in, until the last has been sent.
    pub(crate) async fn rush(&self, rush: Rush) {
        let (done, told) = oneshot::channel();
        let order = Order::Rush(rush, done);
        self.orders.send(order).expect("the server lives");
        told.await.expect("somebody is signed in");
    }
}

/// One client's stream.
struct Play {
    stream: Conversation,
    cast: Cast,
    show: mpsc::UnboundedSender<Instant>,
    /// Came in rushes so far: what was there before is no news, and would cost nothing.
    presences: usize,
    messages: usize,
}

impl Play {
    async fn go_on(&mut self, orders: &mut mpsc::UnboundedReceiver<Order>) {
        let account = Account {
            full: format!("{JID}/desk"),
            password: PASSWORD.to_owned(),
        };
        self.stream.signs_in_offering(&account, FEATURES).await;
        let mut handled: u32 = 0;
        loop {
            let asked = tokio::select! {
                order = orders.recv() => {
                    match order {
                        Some(Order::Rush(rush, done)) => {
                            self.rush(rush).await;
                            let _ = done.send(());
                        }
                        Some(Order::Say(text, said)) => {
                            let _ = said.send(Instant::now());
                            self.say(&text).await;
                        }
                        None => return,
                    }
                    continue;
                }
                asked = self.stream.recv_whenever() => asked,
            };
            let Some(asked) = asked else { return };
            handled += u32::from(["iq", "message", "presence"].contains(&asked.name()));
            match asked.name() {
                "enable" => {
                    handled = 0;
                    self.say("<enabled xmlns='urn:xmpp:sm:3'/>").await;
                }
                "r" => {
                    self.say(&format!("<a xmlns='urn:xmpp:sm:3' h='{handled}'/>"))
                        .await;
                }
                "iq" if matches!(asked.attr("type"), Some("get" | "set")) => {
                    let to = asked.attr("to").unwrap_or(JID);
                    let id = asked.attr("id").unwrap_or_default();
                    let room = to == ROOM && asked.children().any(|it| it.ns() == DISCO);
                    let result = if room { about_room() } else { String::new() };
                    self.say(&format!(
                        "<iq type='result' from='{to}' id='{id}'>{result}</iq>"
                    ))
                    .await;
                }
                "presence" => match asked.attr("to").map(str::to_owned) {
                    None if asked.attr("type").is_none() => {
                        let _ = self.show.send(Instant::now());
                        self.shows_contacts().await;
                    }
                    None => {}
                    Some(to) if asked.attr("type") == Some("unavailable") => {
                        self.say(&here(&to, " type='unavailable'", "none", "none", true))
                            .await;
                    }
                    Some(to) if to.starts_with(ROOM) => self.shows_room(&to).await,
                    Some(_) => {}
                },
                _ => {}
            }
        }
    }

    /// A client that is gone is noticed when nothing more is heard of it.
    async fn say(&mut self, text: &str) {
        self.stream.tries_to_send(text).await;
    }

    async fn shows_contacts(&mut self) {
        for number in 0..self.cast.present {
            self.say(&presence(number, 0)).await;
        }
    }

    async fn shows_room(&mut self, me: &str) {
        for number in 0..self.cast.occupants {
            let (from, role) = (format!("{ROOM}/{}", occupant(number)), number % 50);
            let (affiliation, role) = match role {
                0 => ("admin", "moderator"),
                _ => ("none", "participant"),
            };
            self.say(&here(&from, "", affiliation, role, false)).await;
        }
        self.say(&here(me, "", "member", "participant", true)).await;
        let topic = format!(
            "<message type='groupchat' from='{ROOM}'><subject>What is on</subject></message>"
        );
        self.say(&topic).await;
    }

    async fn rush(&mut self, rush: Rush) {
        let mut pace = interval(std::time::Duration::from_secs(1) / portions());
        let (presences, messages) = (self.presences, self.messages);
        for portion in 1..=rush.seconds * PORTIONS {
            pace.tick().await;
            while self.presences < presences + rush.presences * portion / PORTIONS {
                let present = self.cast.present;
                let (number, round) = (self.presences % present, self.presences / present);
                self.say(&presence(number, round + 1)).await;
                self.presences += 1;
            }
            while self.messages < messages + rush.messages * portion / PORTIONS {
                let number = self.messages;
                let from = occupant(number % self.cast.occupants.max(1));
                self.say(&format!(
                    "<message type='groupchat' from='{ROOM}/{from}' id='rush-{number}'>\
                     <body>Number {number}: shall we meet at the harbour at six?</body></message>"
                ))
                .await;
                self.messages += 1;
            }
        }
    }
}

fn portions() -> u32 {
    u32::try_from(PORTIONS).expect("a few")
}

fn presence(contact_number: usize, round: usize) -> String {
    let from = contact(contact_number);
    let show = ["", "<show>away</show>", "<show>dnd</show>"][(contact_number + round) % 3];
    format!("<presence from='{from}/phone'>{show}<status>Round {round}</status></presence>")
}

/// As rooms show somebody: with their client's capabilities (XEP-0115) and the room's mark (XEP-0421).
fn here(from: &str, kind: &str, affiliation: &str, role: &str, me: bool) -> String {
    let mut text = format!(
        "<presence from='{from}' to='{JID}/desk'{kind}>\
         <c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='https://example.org/client' ver='q07IKJEyjvHSyhy//CH0CxmKi8w='/>\
         <occupant-id xmlns='urn:xmpp:occupant-id:0' id='{:x}'/>\
         <x xmlns='{MUC}#user'><item affiliation='{affiliation}' role='{role}'/>",
        from.bytes().fold(7_u64, |sum, byte| sum
            .wrapping_mul(31)
            .wrapping_add(u64::from(byte)))
    );
    if me {
        text.push_str("<status code='110'/>");
    }
    let _ = write!(text, "</x></presence>");
    text
}

fn about_room() -> String {
    format!(
        "<query xmlns='{DISCO}'><identity category='conference' type='text' name='The square'/>\
         <feature var='{MUC}'/><feature var='urn:xmpp:occupant-id:0'/></query>"
    )
}
