//! Which commands take long, and are answered beside the others.

use carillon_link::Command;

pub(super) const fn takes_long(command: &Command) -> bool {
    matches!(
        command,
        Command::SignIn(_)
            | Command::CreateAccount(_)
            | Command::AddAccount(_)
            | Command::ChangeAccount(_)
            | Command::RemoveAccount(_)
            | Command::SetAvatar(_)
            | Command::SetMood(_)
            | Command::SetNick(_)
            | Command::AskPerson(_)
            | Command::AddContact(_)
            | Command::InviteFriend(_)
            | Command::ReadOwnCard(_)
            | Command::SetCard(_)
            | Command::TakeOver(_)
            | Command::TakeBackMove(_)
            | Command::ChangeContact(_)
            | Command::RemoveContact(_)
            | Command::Block(_)
            | Command::Unblock(_)
            | Command::FindRooms(_)
            | Command::FindSearchServices(_)
            | Command::SearchRooms(_)
            | Command::CreateRoom(_)
            | Command::InviteToRoom(_)
            | Command::SetTopic(_)
            | Command::SetRoomNick(_)
            | Command::SetRoomAvatar(_)
            | Command::CloseRoom(_)
            | Command::Moderate(_)
            | Command::ReadRoomPeople(_)
            | Command::SetAffiliation(_)
            | Command::ModerateMessage(_)
            | Command::ReadRoomSettings(_)
            | Command::SetRoomSettings(_)
            | Command::StartTryout(_)
            | Command::EndTryout(_)
            // A file is copied, or comes from far away.
            | Command::LookAtFile(_)
            | Command::SendFile(_)
            | Command::SendPasted(_)
            | Command::SaveFile(_)
            | Command::PlayFile(_)
            // A device is opened, or a recording finished.
            | Command::BeginRecording(_)
            | Command::SendRecording(_)
            // Thousands of names are compared.
            | Command::ReadLookAlikes(_)
            | Command::ReadAlikeContacts(_)
            // As much is read as there is.
            | Command::Search(_)
            | Command::FindInChat(_)
            | Command::FindHistories(_)
            | Command::LookIntoHistory(_)
            | Command::LookIntoRoster(_)
            // The desktop's services are asked, and may take their time.
            | Command::ReadAlertCapabilities(_)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use carillon_core::ids::AccountId;
    use carillon_link::contract::{ReadLookAlikes, ReadStatus};

    #[test]
    fn nobody_waits_for_names_to_be_compared() {
        let compare = ReadLookAlikes {
            account: AccountId(1),
            room: None,
            names: Vec::new(),
        };
        assert!(takes_long(&Command::ReadLookAlikes(compare)));
        assert!(!takes_long(&Command::ReadStatus(ReadStatus {})));
    }
}
