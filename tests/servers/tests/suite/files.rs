//! A file on its way through a server (XEP-0363, XEP-0066).

use std::sync::Arc;

use carillon_core::alerts::EventKind;
use carillon_core::chat::Delivery;
use carillon_core::ids::MessageId;
use carillon_engine::{FileNow, Media, ToSend, WireCarrier};

use crate::person::Person;
use crate::stage::Stage;

/// The beginning of a picture of 3 by 2, and what else is in it.
pub(crate) fn a_picture() -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x03\0\0\0\x02".to_vec();
    bytes.extend((0..200_000_u32).flat_map(u32::to_le_bytes));
    bytes
}

pub(crate) async fn keeps_files(person: &Person) -> Media {
    let media = Media::open(person.profile.media()).unwrap();
    let kept = media.clone();
    person
        .does(move |desk| desk.carry_files(kept, Arc::new(WireCarrier::default())))
        .await
        .unwrap();
    media
}

pub(crate) async fn file(person: &Person, message: MessageId) -> FileNow {
    person.does(move |desk| desk.file(message)).await.unwrap()
}

pub(crate) async fn a_picture_goes_and_is_seen_once_its_sender_is_trusted(stage: Stage) {
    let (alice, mut bob) = stage.friends().await;
    let media = keeps_files(&alice).await;
    keeps_files(&bob).await;
    let taken = media.take_bytes(a_picture().as_slice()).unwrap();
    let chat = alice.chat(&bob.jid);
    let sent = ToSend {
        chat: chat.clone(),
        id: "picture-1".to_owned(),
        name: "harbour.png".to_owned(),
        content: taken.content.clone(),
        size: taken.size,
        thumbnail: None,
        length: None,
    };
    alice.does(move |desk| desk.send_file(sent)).await.unwrap();

    let queue = chat.clone();
    let failure = alice
        .sees("its file gone, or why not", move |desk| {
            let waiting = desk.transfers(&queue).ok()?.pop();
            match waiting {
                None => Some(None),
                Some(one) => one.stored.failure.map(Some),
            }
        })
        .await;
    assert_eq!(failure, None);
    bob.rings(EventKind::FileReceived).await;
    let address = bob.bodies(&alice.jid).await.remove(0);
    let mine = alice.receives(&bob.jid, &address).await;
    alice.sees_delivery(mine.id, Delivery::Arrived).await;
    assert!(
        alice
            .does(move |desk| desk.transfers(&chat))
            .await
            .unwrap()
            .is_empty()
    );

    let theirs = bob.receives(&alice.jid, &address).await.id;
    bob.does(move |desk| desk.show_file(theirs)).await.unwrap();
    let before = file(&bob, theirs).await;
    assert_eq!(
        (before.shown, before.coming, before.stored.content),
        (None, None, None)
    );
    assert_eq!(before.stored.name, "harbour.png");
    let friend = bob.chat(&alice.jid);
    bob.does(move |desk| desk.choose_pictures(&friend, true))
        .await
        .unwrap();
    bob.does(move |desk| desk.show_file(theirs)).await.unwrap();
    let come = bob
        .sees("the picture, or why not", move |desk| {
            let now = desk.file(theirs).ok()?;
            (now.stored.content.is_some() || now.missing.is_some()).then_some(now)
        })
        .await;
    // Where a server on this computer has its web is known from its WebSocket alone.
    if stage.by_websocket() {
        assert_eq!(come.missing, None);
        assert_eq!(come.stored.content, Some(taken.content));
        assert_eq!(come.stored.picture, Some((3, 2)));
    }
}
