//! That private words in rooms reach nobody but the one for whom they were written.

use crate::private::{ROOM, begins, comes, goes, goes_to, history, inside, with, writes};
use crate::stage::{Session, jid};
use carillon_core::chat::Delivery;
use carillon_core::session::{Incoming, Outgoing, RoomReply};

/// What went to somebody alone.
fn private(said: &[Outgoing]) -> Vec<Outgoing> {
    let alone = |one: &&Outgoing| matches!(one, Outgoing::Message { to, .. } if to.is_full());
    said.iter().filter(alone).cloned().collect()
}

async fn room_answers(session: &mut Session) {
    let asked = session
        .doubted
        .iter()
        .position(|(_, room)| *room == jid(ROOM));
    let (request, _) = session.doubted.remove(asked.unwrap());
    let answer = Ok(RoomReply::Done);
    session
        .hears(Incoming::RoomAnswer { request, answer })
        .await;
}

#[tokio::test(start_paused = true)]
async fn after_a_cut_nothing_private_goes_before_the_room_has_answered() {
    for left in [false, true] {
        let (mut stage, mut session) = inside().await;
        session.is_managed("s1").await;
        let eva = with(&stage, "Eva");
        begins(&stage, &eva).await.unwrap();
        writes(&stage, &eva, "a1").await.unwrap();
        assert_eq!(private(&session.says().await), [goes_to("Eva", "a1")]);
        session.loses_its_link().await;
        let mut session = stage.session().await;
        let ids = vec!["a1".to_owned()];
        session
            .hears_all([Incoming::Resumed, Incoming::NotSent { ids }])
            .await;
        assert_eq!(private(&session.says().await), []);
        if left {
            goes(&session, "Eva", None).await;
            comes(&session, "Eva", "mallory").await;
        }
        room_answers(&mut session).await;
        let said = private(&session.says().await);
        if left {
            assert_eq!(said, []);
            let lost = &history(&stage, &eva)[0];
            assert_eq!(lost.delivery, Some(Delivery::Failed));
        } else {
            assert_eq!(said, [goes_to("Eva", "a1")]);
        }
    }
}
