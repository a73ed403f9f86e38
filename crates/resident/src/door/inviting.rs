//! Invitations: the server's where it makes some, else ones that this computer honours.

use super::on_desk;
use super::people::PATIENCE;
use crate::house::House;
use carillon_core::ids::AccountId;
use carillon_core::invitation::{InvitationKind, ServerInvitation};
use carillon_link::contract::InviteFriend;
use carillon_link::views_people::InvitationView;
use carillon_link::{Refusal, RefusalCode};

pub(super) async fn invite(house: &House, ask: InviteFriend) -> Result<InvitationView, Refusal> {
    match by_server(house, &ask).await {
        Ok(made) => Ok(InvitationView {
            uri: made.uri,
            page: made.page,
            expires: made.expires,
            by_server: true,
            makes_accounts: made.makes_accounts,
        }),
        // Nobody needs to know that the server cannot (XEP-0401 §6.1).
        Err(_) if ask.kind == InvitationKind::Contact => made_here(house, ask.account).await,
        Err(refusal) => Err(refusal),
    }
}

async fn by_server(house: &House, ask: &InviteFriend) -> Result<ServerInvitation, Refusal> {
    let (account, kind) = (ask.account, ask.kind);
    let answer = on_desk(house, move |desk| desk.ask_invitation(account, kind)).await?;
    let unanswered = || Refusal::new(RefusalCode::NotConnected, "the server did not answer");
    tokio::time::timeout(PATIENCE, answer)
        .await
        .map_err(|_| unanswered())?
        .map_err(|_| unanswered())?
        .map_err(|problem| Refusal::new(RefusalCode::RefusedByServer, problem.text))
}

async fn made_here(house: &House, account: AccountId) -> Result<InvitationView, Refusal> {
    let token = token()?;
    let (uri, expires) = on_desk(house, move |desk| desk.make_invitation(account, &token)).await?;
    Ok(InvitationView {
        uri,
        page: None,
        expires: Some(expires),
        by_server: false,
        makes_accounts: false,
    })
}

/// 125 bits of the system's randomness in letters that nobody confuses; XEP-0379 §6.1 wants 80.
fn token() -> Result<String, Refusal> {
    const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";
    let mut bytes = [0_u8; 25];
    getrandom::fill(&mut bytes)
        .map_err(|error| Refusal::new(RefusalCode::Internal, error.to_string()))?;
    let letter = |byte: u8| {
        let letter = LETTERS.get(usize::from(byte % 32)).copied();
        char::from(letter.unwrap_or(b'a'))
    };
    Ok(bytes.into_iter().map(letter).collect())
}

#[cfg(test)]
mod tests {
    use super::token;
    use std::collections::HashSet;

    #[test]
    fn tokens_are_long_plain_and_never_the_same() {
        let made: HashSet<String> = (0..100).map(|_| token().unwrap()).collect();
        assert_eq!(made.len(), 100);
        let plain = |token: &String| {
            token.len() == 25 && token.bytes().all(|byte| byte.is_ascii_alphanumeric())
        };
        assert!(made.iter().all(plain));
    }
}
