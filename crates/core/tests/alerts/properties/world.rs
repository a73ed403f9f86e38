//! Worlds at random: rules, a moment and an event, each made from a number alone.

use crate::stage::{Scene, berlin, jid, kathmandu, moment, new_york, on, tokyo};
use carillon_core::alerts::{
    Activation, AlertEvent, AlertRows, Attention, ClockTime, Context, EventKind, Freshness, Hours,
    Icon, Known, LaterWhy, Override, Popup, Preview, Profile, ProfileChoice, QuietHours, Repeat,
    Row, Scope, Sense, Sound, TrayAction, Volume, Watch, Weekday, decide,
};
use carillon_core::contact::Availability;
use carillon_core::ids::{ChatRef, Timestamp};
use carillon_core::room::RoomNotify;
use carillon_core::settings::Mute;

/// A small generator (SplitMix64): the same number makes the same world on every machine.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x2545_F491_4F6C_DD1D))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// 0 to `below`, without `below`.
    pub(super) fn number(&mut self, below: u64) -> u64 {
        self.next() % below
    }

    pub(super) fn span(&mut self, below: i64) -> i64 {
        i64::try_from(self.number(below.unsigned_abs())).unwrap()
    }

    /// True once in `of` times.
    pub(super) fn once_in(&mut self, of: u64) -> bool {
        self.number(of) == 0
    }

    pub(super) fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        let at = usize::try_from(self.number(of.len() as u64)).unwrap();
        of[at].clone()
    }

    fn maybe<T: Clone>(&mut self, of: &[T]) -> Option<T> {
        self.once_in(3).then(|| self.pick(of))
    }

    fn some<T: Clone>(&mut self, of: &[T]) -> Vec<T> {
        of.iter().filter(|_| self.once_in(2)).cloned().collect()
    }
}

const PEOPLE: [&str; 3] = [
    "bob@example.org",
    "eve@example.org",
    "room@rooms.example.org",
];
const ACCOUNTS: [&str; 3] = ["me@example.org", "work@example.org", "gone@example.org"];
const GROUPS: [&str; 2] = ["Family", "Work"];
const SENSES: [Sense; 4] = [Sense::Popup, Sense::Sound, Sense::Attention, Sense::Speech];

pub(super) fn kind(dice: &mut Dice) -> EventKind {
    // What is said most is asked most.
    if dice.once_in(2) {
        return dice.pick(&[
            EventKind::Message,
            EventKind::Mention,
            EventKind::ContactAvailable,
        ]);
    }
    dice.pick(&EventKind::ALL)
}

fn row(dice: &mut Dice) -> Row {
    let sounds = [
        Sound::None,
        Sound::Builtin("tick".into()),
        Sound::File("/gong.ogg".into()),
    ];
    let icons = [Icon::Avatar, Icon::File("/me.png".into())];
    Row {
        popup: dice.maybe(&[Popup::None, Popup::Banner, Popup::Sticky]),
        seconds: dice.maybe(&[0, 5]),
        preview: dice.maybe(&[Preview::Nothing, Preview::Sender, Preview::Full]),
        sound: dice.maybe(&sounds),
        volume: dice.maybe(&[Volume::clamped(0), Volume::clamped(100)]),
        icon: dice.maybe(&icons),
        tray: dice.maybe(&[TrayAction::None, TrayAction::Badge, TrayAction::Blink]),
        attention: dice.maybe(&[
            Attention::None,
            Attention::Flash,
            Attention::Once,
            Attention::UntilSeen,
        ]),
        speak: dice.maybe(&[true, false]),
        repeat: dice.once_in(3).then(|| Repeat {
            times: dice.pick(&[0, 1, 3]),
            every: dice.pick(&[0, 60]),
            escalate: dice.some(&SENSES),
        }),
    }
}

fn rows(dice: &mut Dice) -> AlertRows {
    let mut rows = AlertRows::default();
    for _ in 0..dice.number(3) {
        let of = if dice.once_in(3) {
            EventKind::Generic
        } else {
            kind(dice)
        };
        rows.set(of, row(dice));
    }
    rows
}

pub(super) fn hours(dice: &mut Dice) -> Hours {
    let mut time = || {
        let minute = dice.number(24 * 4) * 15;
        let part = |number: u64| u8::try_from(number).unwrap();
        ClockTime::new(part(minute / 60), part(minute % 60)).unwrap()
    };
    let (from, to) = (time(), time());
    let days = if dice.once_in(2) {
        dice.some(&Weekday::ALL)
    } else {
        Vec::new()
    };
    Hours { days, from, to }
}

fn mute(dice: &mut Dice, now: Timestamp) -> Option<Mute> {
    if dice.once_in(2) {
        return None;
    }
    let at = now.plus_millis(dice.span(2_000) - 1_000);
    dice.maybe(&[Mute::Forever, Mute::Until { at }])
}

fn scope(dice: &mut Dice) -> Scope {
    let account = jid(dice.pick(&ACCOUNTS)).into();
    match dice.number(3) {
        0 => Scope::Account { account },
        1 => Scope::Group {
            account: dice.once_in(2).then_some(account),
            group: dice.pick(&GROUPS).to_owned(),
        },
        _ => Scope::Chat {
            account,
            chat: jid(dice.pick(&PEOPLE)),
        },
    }
}

fn fill_rules(scene: &mut Scene, dice: &mut Dice) {
    let now = scene.now;
    let rules = &mut scene.rules;
    rules.rows = rows(dice);
    rules.active_profile = dice.pick(&[
        ProfileChoice::Automatic,
        ProfileChoice::None,
        ProfileChoice::Named("A".into()),
    ]);
    for name in ["A", "B"] {
        if dice.once_in(3) {
            let when = match dice.number(3) {
                0 => Activation::ByHand,
                1 => Activation::Schedule {
                    hours: vec![hours(dice)],
                },
                _ => Activation::OwnStatus {
                    shows: vec![Availability::Away, Availability::Busy],
                },
            };
            let name = name.to_owned();
            rules.profiles.push(Profile {
                name,
                when,
                rows: rows(dice),
            });
        }
    }
    for _ in 0..dice.number(4) {
        let one = Override {
            mute: mute(dice, now),
            break_through: dice.maybe(&[true, false]),
            discreet: dice.maybe(&[true, false]),
            rows: rows(dice),
            ..Override::of(scope(dice))
        };
        rules.overrides.push(one);
    }
    if dice.once_in(2) {
        rules.watches.push(Watch {
            account: jid(dice.pick(&ACCOUNTS[..2])),
            contact: scene.event.jid.clone().unwrap_or_else(|| jid(PEOPLE[0])),
            once: dice.once_in(2),
            expires: dice.maybe(&[now, now.plus_millis(1)]),
            after_hours: dice.pick(&[0, 1]),
            row: row(dice),
        });
    }
    for _ in 0..dice.number(5).saturating_sub(2) {
        let quiet = QuietHours {
            hours: hours(dice),
            off: dice.once_in(4),
            tell_after: dice.once_in(2),
        };
        rules.quiet.push(quiet);
    }
    if dice.once_in(4) {
        rules.break_through.push(kind(dice));
    }
    rules.presence.burst_summary = dice.once_in(2);
    rules.presence.flap_minutes = dice.pick(&[0, 2, 10]);
    rules.other_device.grace_seconds = dice.pick(&[0, 10]);
}

/// A moment of the years 2026 and 2027, now and then within hours of a change to or from summer time.
pub(super) fn any_moment(dice: &mut Dice) -> Timestamp {
    let changes = [
        "2026-03-29T01:00:00Z",
        "2026-10-25T01:00:00Z",
        "2026-11-01T06:00:00Z",
        "2027-03-14T07:00:00Z",
    ];
    if dice.once_in(3) {
        let near = dice.span(172_800_000) - 86_400_000;
        return moment(dice.pick(&changes)).plus_millis(near);
    }
    moment("2026-01-01T00:00:00Z").plus_millis(dice.span(63_072_000_000))
}

fn known(dice: &mut Dice) -> Known {
    dice.pick(&[Known::Unknown, Known::Unknown, Known::No, Known::Yes])
}

fn fill_moment(scene: &mut Scene, dice: &mut Dice) {
    scene.own = dice.pick(&[
        Availability::Available,
        Availability::Available,
        Availability::Available,
        Availability::Away,
        Availability::Busy,
    ]);
    scene.mute = mute(dice, scene.now);
    scene.surroundings.do_not_disturb = known(dice);
    scene.surroundings.locked = known(dice);
    scene.surroundings.full_screen = known(dice);
    scene.surroundings.shared = known(dice);
    if dice.once_in(4) {
        scene.surroundings.chat_in_front = Some(ChatRef {
            account: scene.event.account,
            jid: jid(dice.pick(&PEOPLE)).into(),
        });
    }
    scene.groups = dice.some(&GROUPS).into_iter().map(str::to_owned).collect();
    scene.settled = !dice.once_in(5);
    if dice.once_in(4) {
        scene.other_device = Some(scene.now.plus_millis(-dice.span(120_000)));
    }
    if dice.once_in(4) {
        let all = [RoomNotify::Always, RoomNotify::OnMention, RoomNotify::Never];
        scene.notify = Some(dice.pick(&all));
    }
}

fn fill_event(scene: &mut Scene, dice: &mut Dice) {
    let event = &mut scene.event;
    event.jid = dice
        .maybe(&[None])
        .unwrap_or_else(|| Some(jid(dice.pick(&PEOPLE))));
    event.account.0 = 1 + dice.span(2);
    event.seen = dice.once_in(20);
    event.freshness = if dice.once_in(20) {
        Freshness::History
    } else {
        Freshness::Live
    };
    event.sample = dice.once_in(20);
    event.gone_for = dice.maybe(&[-1, 0, 119_999, 120_000, 4_000_000]);
    event.burst_summary = event.kind == EventKind::ContactAvailable && dice.once_in(5);
    event.turn = dice.maybe(&[
        LaterWhy::OtherDevice,
        LaterWhy::QuietHours,
        LaterWhy::Repeat { step: 1 },
        LaterWhy::Repeat { step: 3 },
    ]);
}

/// What happened in the last seconds. Nobody was silenced then: what is not heard leaves nothing to remember.
fn fill_past(scene: &mut Scene, dice: &mut Dice) {
    let mut recent = scene.recent.clone();
    scene.with(|book, context| {
        let mut ago: Vec<i64> = (0..dice.number(12)).map(|_| dice.span(4_000)).collect();
        ago.sort_unstable();
        for ago in ago.into_iter().rev() {
            let now = context.now.plus_millis(-ago);
            let of = if dice.once_in(2) {
                EventKind::Message
            } else {
                kind(dice)
            };
            let friend = format!("friend{}@example.org", dice.number(9));
            let person = if dice.once_in(2) {
                PEOPLE[0]
            } else {
                friend.as_str()
            };
            let event = AlertEvent::live(of, scene.event.account, Some(jid(person)));
            let plan = decide(
                book,
                &event,
                &Context {
                    now,
                    recent: &recent,
                    ..*context
                },
            );
            recent.note(&plan, now);
        }
    });
    scene.recent = recent;
}

/// The world of a number.
pub(super) fn world(seed: u64) -> Scene {
    let mut dice = Dice::new(seed);
    let mut scene = on(kind(&mut dice));
    scene.zone = dice.pick(&[berlin(), new_york(), tokyo(), kathmandu()]);
    scene.now = any_moment(&mut dice);
    fill_event(&mut scene, &mut dice);
    fill_rules(&mut scene, &mut dice);
    fill_past(&mut scene, &mut dice);
    fill_moment(&mut scene, &mut dice);
    scene
}
