//! What I say of myself to those who see my presence.

use super::people;
use crate::house::House;
use carillon_core::mood::{LONGEST_NICK, LONGEST_WORDS, Mood, Told, one_line};
use carillon_link::Refusal;
use carillon_link::contract::{SetMood, SetNick};

pub(super) async fn mood(house: &House, ask: SetMood) -> Result<(), Refusal> {
    let mood = ask.mood.map(|mood| Mood {
        words: one_line(&mood.words, LONGEST_WORDS),
        ..mood
    });
    people::asked(house, move |desk| {
        desk.tell_of_me(ask.account, Told::Mood(mood))
    })
    .await
}

pub(super) async fn nick(house: &House, ask: SetNick) -> Result<(), Refusal> {
    let nick = one_line(&ask.nick, LONGEST_NICK);
    people::asked(house, move |desk| {
        desk.tell_of_me(ask.account, Told::Nick(nick))
    })
    .await
}
