//! What two people say to each other beyond words, between Carillon and a program that shares no line of code with it:
//! what Carillon says is understood by that program's own plug-ins, and what these say by Carillon.

use base64::prelude::{BASE64_STANDARD, Engine};
use carillon_core::avatar::{AvatarHash, OwnPicture};
use carillon_core::chat::{Author, Delivery, Message};
use carillon_core::contact::Contact;
use carillon_core::files::Picture;
use carillon_core::ids::MessageId;
use carillon_core::mood::{Feeling, Mood, Told};
use carillon_core::reaction::Reaction;
use carillon_core::reply::Reply;
use carillon_engine::{Media, Output, ToSend};
use carillon_tests_servers::{Happened, Kind, Peer};
use jid::BareJid;
use serde_json::json;

use crate::peer::becomes_a_friend;
use crate::person::{Person, new_id};
use crate::stage::Stage;
use crate::{files, interop_rooms};

/// Bob with Carillon, and Carol with the other program.
pub(crate) struct Two {
    pub(crate) bob: Person,
    pub(crate) bobs: String,
    pub(crate) peer: Peer,
    pub(crate) carol: BareJid,
}

pub(crate) async fn another_make_says_and_hears_everything(stage: Stage) {
    // One way to the server is enough, and the embedded one is for Carillon.
    if !stage.by_websocket() || stage.kind() == Kind::Embedded {
        return;
    }
    let mut bob = stage.person("bob").await;
    let mut peer = stage.eloquent_peer("carol").await;
    let carol: BareJid = peer.jid().parse().unwrap();
    becomes_a_friend(&mut bob, &mut peer, &carol).await;
    let bobs = bob.jid.to_string();
    // ejabberd tells what Carol publishes to those alone who have shown themselves since she let them see her.
    bob.chooses(|settings| settings.general.status = "Here".to_owned())
        .await;
    peer.expect("Bob's status", |it| it.text("status") == "Here")
        .await;
    let can = peer.does("features_of", json!({"jid": bobs})).await["features"].take();
    for feature in ["urn:xmpp:reactions:0", "urn:xmpp:avatar:metadata+notify"] {
        let named = |one: &serde_json::Value| one == feature;
        assert!(can.as_array().unwrap().iter().any(named), "{can}");
    }
    let mut two = Two {
        bob,
        bobs,
        peer,
        carol,
    };
    two.see_each_other_type().await;
    two.answer_each_other().await;
    two.hand_over_files().await;
    two.tell_of_themselves().await;
    interop_rooms::they_meet(&stage, &mut two).await;
}

impl Two {
    /// Waits until a message is as `wanted` says.
    pub(crate) async fn bob_sees_change(
        &self,
        message: MessageId,
        what: &str,
        wanted: impl Fn(&Message) -> bool + Clone + Send + 'static,
    ) -> Message {
        self.bob
            .sees(what, move |desk| {
                let found = desk.reader().message(message).unwrap();
                found.filter(|one| wanted(one))
            })
            .await
    }

    pub(crate) async fn bob_answers(&self, with: &BareJid, body: &str, of: MessageId) -> MessageId {
        let (chat, body) = (self.bob.chat(with), body.to_owned());
        self.bob
            .does(move |desk| desk.answer_message(&chat, &new_id(), &body, of))
            .await
            .unwrap()
    }

    pub(crate) async fn bob_reacts(&self, to: MessageId, signs: &[&str]) {
        let signs: Vec<String> = signs.iter().map(|&sign| sign.to_owned()).collect();
        self.bob
            .does(move |desk| desk.react(to, &new_id(), &signs))
            .await
            .unwrap();
    }

    pub(crate) async fn bob_corrects(&self, message: MessageId, body: &str) {
        let body = body.to_owned();
        self.bob
            .does(move |desk| desk.correct_message(message, &new_id(), &body))
            .await
            .unwrap();
    }

    pub(crate) async fn bob_retracts(&self, message: MessageId) {
        self.bob
            .does(move |desk| desk.retract_message(message, &new_id()))
            .await
            .unwrap();
    }

    pub(crate) async fn versions(&self, message: MessageId) -> Vec<String> {
        let versions = self
            .bob
            .does(move |desk| desk.reader().versions(message))
            .await;
        let versions = versions.unwrap().into_iter();
        versions.map(|one| one.body).collect()
    }

    /// What the plug-in of this event makes of what Bob says about a message.
    pub(crate) async fn carol_understands(&mut self, what: &str, about: &str) -> Happened {
        self.peer
            .understands(what, |it| it.text("about") == about)
            .await
    }

    async fn see_each_other_type(&mut self) {
        let chat = self.bob.chat(&self.carol);
        for (typing, event) in [(true, "chatstate_composing"), (false, "chatstate_paused")] {
            let to = chat.clone();
            self.bob
                .does(move |desk| desk.set_typing(&to, typing))
                .await
                .unwrap();
            let from = self.bobs.clone();
            self.peer
                .understands(event, |it| it.text("from").starts_with(&from))
                .await;
        }
        for (composing, state) in [(true, "composing"), (false, "paused")] {
            let said = json!({"to": self.bobs, "state": state});
            self.peer.does("chat_state", said).await;
            let typing = Output::Typing {
                chat: chat.clone(),
                nick: None,
                composing,
            };
            self.bob
                .is_told(state, |output| (*output == typing).then_some(()))
                .await;
        }
    }

    async fn answer_each_other(&mut self) {
        let (carol, bobs) = (self.carol.clone(), self.bobs.clone());
        let said = json!({"to": bobs, "body": "Tea at five?\n& scones"});
        let question = self.peer.does("ask", said).await["message_id"].take();
        let question = question.as_str().unwrap().to_owned();
        self.carol_understands("receipt_received", &question).await;
        let asked = self.bob.receives(&carol, "Tea at five?\n& scones").await;

        // An answer, seen through its quote, and the answer to that.
        let answer = self.bob_answers(&carol, "Gladly 🫖", asked.id).await;
        let heard = self.carol_understands("message_reply", &question).await;
        assert_eq!(heard.text("body"), "Gladly 🫖");
        assert_eq!(heard.text("quote"), "> Tea at five?\n> & scones\n");
        assert_eq!(heard.text("author"), carol.as_str());
        let words = |it: &Happened| it.text("body").ends_with("Gladly 🫖");
        let gladly = self
            .peer
            .understands("message", words)
            .await
            .text("id")
            .to_owned();
        let said = json!({"to": bobs, "body": "With jam", "about": gladly, "author": format!("{bobs}/x"),
            "quote": "Gladly 🫖"});
        let jam = self.peer.does("reply", said).await["message_id"].take();
        let jam = jam.as_str().unwrap().to_owned();
        let with_jam = self.bob.receives(&carol, "With jam").await;
        let Some(Reply::Known { message, text, .. }) = &with_jam.reply else {
            panic!("{with_jam:?}")
        };
        assert_eq!((*message, text.as_str()), (answer, "Gladly 🫖"));

        // Signs, given and taken back.
        for (given, seen) in [(vec!["👍", "🎉"], "🎉 👍"), (vec![], "")] {
            self.bob_reacts(asked.id, &given).await;
            let heard = self.carol_understands("reactions", &question).await;
            assert_eq!(heard.text("signs"), seen);
        }
        for signs in [vec!["❤️"], vec![]] {
            let said = json!({"to": bobs, "about": gladly, "signs": signs});
            self.peer.does("react", said).await;
            let wanted: Vec<_> = signs.into_iter().map(by_carol).collect();
            self.bob_sees_change(answer, "what Carol feels", move |it| it.reactions == wanted)
                .await;
        }

        // Other words, twice: both times of the first message.
        for words in ["Gladly", "Gladly, at six"] {
            self.bob_corrects(answer, words).await;
            let heard = self.carol_understands("message_correction", &gladly).await;
            assert!(heard.text("body").ends_with(words), "{heard:?}");
            let heard = self.carol_understands("message_reply", &question).await;
            assert_eq!(heard.text("body"), words);
        }
        for words in ["With butter", "With butter and jam"] {
            let said = json!({"to": bobs, "about": jam, "body": words});
            self.peer.does("correct", said).await;
            self.bob_sees_change(with_jam.id, words, move |it| it.body == words)
                .await;
        }
        assert_eq!(
            self.versions(with_jam.id).await,
            ["With jam", "With butter", "With butter and jam"]
        );

        self.see_each_other_read(answer, &gladly, asked.id, &question)
            .await;

        self.bob_retracts(answer).await;
        self.carol_understands("message_retract", &gladly).await;
        let said = json!({"to": bobs, "about": jam});
        self.peer.does("retract", said).await;
        let gone = self
            .bob_sees_change(with_jam.id, "that Carol took it back", |it| it.retracted)
            .await;
        assert_eq!(gone.body, "");
        assert_eq!(
            self.bob.history(&carol).await.len(),
            3,
            "nothing of it is a message"
        );
    }

    /// How far mine has come, and that theirs was seen.
    async fn see_each_other_read(
        &mut self,
        mine: MessageId,
        its_id: &str,
        theirs: MessageId,
        its: &str,
    ) {
        let said = json!({"to": self.bobs, "about": its_id});
        self.peer.does("mark", said).await;
        self.bob.sees_delivery(mine, Delivery::Read).await;
        let chat = self.bob.chat(&self.carol);
        self.bob
            .does(move |desk| desk.mark_seen(&chat, theirs))
            .await
            .unwrap();
        self.carol_understands("marker_displayed", its).await;
    }

    async fn hand_over_files(&mut self) {
        let (carol, bobs) = (self.carol.clone(), self.bobs.clone());
        let media: Media = files::keeps_files(&self.bob).await;
        let taken = media.take_bytes(files::a_picture().as_slice()).unwrap();
        let sent = ToSend {
            chat: self.bob.chat(&carol),
            id: new_id(),
            name: "the old harbour & sea.png".to_owned(),
            content: taken.content.clone(),
            size: taken.size,
            thumbnail: None,
            length: None,
        };
        self.bob
            .does(move |desk| desk.send_file(sent))
            .await
            .unwrap();
        let heard = self
            .peer
            .understands("message", |it| !it.text("url").is_empty())
            .await;
        assert_eq!(
            heard.text("url"),
            heard.text("body"),
            "the only way to be drawn"
        );
        let loaded = self
            .peer
            .does("download", json!({"url": heard.text("url")}))
            .await;
        assert_eq!(loaded["sha256"], taken.content);

        let content = [files::a_picture(), b"another one".to_vec()].concat();
        let theirs = media.take_bytes(content.as_slice()).unwrap().content;
        media.remove(&theirs);
        let content = BASE64_STANDARD.encode(content);
        let uploaded = json!({"name": "tea & cake.png", "content": content});
        let uploaded = self.peer.does("upload", uploaded).await;
        let url = uploaded["url"].as_str().unwrap().to_owned();
        self.peer
            .does("hand_over", json!({"to": bobs, "url": url}))
            .await;
        let message = self.bob.receives(&carol, &url).await.id;
        let friend = self.bob.chat(&carol);
        self.bob
            .does(move |desk| desk.choose_pictures(&friend, true))
            .await
            .unwrap();
        self.bob
            .does(move |desk| desk.show_file(message))
            .await
            .unwrap();
        let come = self
            .bob
            .sees("the picture, or why not", move |desk| {
                let now = desk.file(message).ok()?;
                (now.stored.content.is_some() || now.missing.is_some()).then_some(now)
            })
            .await;
        assert_eq!((come.missing, come.stored.content), (None, Some(theirs)));
    }

    async fn tell_of_themselves(&mut self) {
        self.tell_how_they_feel().await;
        let (bob, peer) = (&self.bob, &mut self.peer);
        let account = bob.id;
        let nick = Told::Nick("Robert".to_owned());
        bob.asks(move |desk| desk.tell_of_me(account, nick)).await;
        let bobs = self.bobs.clone();
        peer.understands("user_nick_publish", |it| {
            it.text("from") == bobs && it.text("nick") == "Robert"
        })
        .await;
        peer.does("nick", json!({"nick": "Caroline"})).await;
        self.bob_sees_carol("with a nick", |it| it.nick == "Caroline")
            .await;
        self.show_their_pictures().await;
    }

    async fn tell_how_they_feel(&mut self) {
        let (bob, account, bobs) = (&self.bob, self.bob.id, self.bobs.clone());
        let mood = |feeling, words: &str| {
            Told::Mood(Some(Mood {
                feeling,
                words: words.to_owned(),
            }))
        };
        for (told, value, text) in [
            (mood(Feeling::InAwe, "Such scones"), "in_awe", "Such scones"),
            (Told::Mood(None), "", ""),
        ] {
            bob.asks(move |desk| desk.tell_of_me(account, told)).await;
            self.peer
                .understands("user_mood_publish", |it| {
                    it.text("from") == bobs && it.text("value") == value && it.text("text") == text
                })
                .await;
        }
        let told = json!({"value": "grateful", "text": "For the scones"});
        self.peer.does("mood", told).await;
        let carol = self
            .bob_sees_carol("with a mood", |it| it.mood.is_some())
            .await;
        let mood = carol.mood.unwrap();
        assert_eq!(
            (mood.feeling.name(), mood.words.as_str()),
            ("grateful", "For the scones")
        );
        self.peer.does("no_mood", json!({})).await;
        self.bob_sees_carol("without a mood", |it| it.mood.is_none())
            .await;
    }

    async fn show_their_pictures(&mut self) {
        let png = files::a_picture()[..3_000].to_vec();
        let mine = OwnPicture {
            bytes: png.clone(),
            picture: Picture {
                width: 96,
                height: 96,
                media_type: "image/png",
            },
        };
        let account = self.bob.id;
        self.bob
            .asks(move |desk| desk.show_picture(account, Some(mine)))
            .await;
        let bobs = self.bobs.clone();
        let heard = self
            .peer
            .understands("avatar_metadata_publish", |it| {
                it.text("from") == bobs && !it.text("hashes").is_empty()
            })
            .await;
        assert_eq!(heard.text("kinds"), "image/png");
        let wanted = json!({"jid": bobs, "hash": heard.text("hashes")});
        let loaded = self.peer.does("picture_of", wanted).await;
        assert_eq!(loaded["hash"], heard.text("hashes"));

        let other = files::a_picture()[..4_000].to_vec();
        let shown = json!({"png": BASE64_STANDARD.encode(&other)});
        let shown = self.peer.does("picture", shown).await;
        let hash: AvatarHash = shown["hash"].as_str().unwrap().parse().unwrap();
        let picture = self
            .bob
            .is_told("the picture", |output| match output {
                Output::Picture(picture) if picture.hash == hash => Some(picture.clone()),
                _ => None,
            })
            .await;
        assert_eq!(picture.bytes, other);
        self.bob
            .does(move |desk| desk.picture_is_kept(picture.account, picture.request, true))
            .await;
        self.bob_sees_carol("with her picture", move |it| it.avatar == Some(hash))
            .await;
    }

    async fn bob_sees_carol(
        &self,
        what: &str,
        wanted: impl Fn(&Contact) -> bool + Clone + Send + 'static,
    ) -> Contact {
        self.bob.sees_contact(&self.carol, what, wanted).await
    }
}

fn by_carol(sign: &str) -> Reaction {
    Reaction {
        emoji: sign.to_owned(),
        count: 1,
        mine: false,
        by: vec![Author::Contact],
    }
}
