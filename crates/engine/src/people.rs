//! What is known of a contact, and what they are asked only when the user looks.

use crate::desk::{Desk, DeskError, ServerAnswer};
use carillon_core::contact::ResourcePresence;
use carillon_core::ids::{AccountId, ChatRef};
use carillon_core::person::{CardField, ContactDetails, DeviceView, PersonAnswer, PersonQuestion};
use carillon_core::session::{Outgoing, StanzaProblem};
use jid::Jid;
use std::cmp::Reverse;
use tokio::sync::oneshot;

/// Lines of my card, and characters of one.
const MOST_LINES: usize = 16;
const LONGEST_LINE: usize = 500;

/// Resolves to what was answered; an error means that the session ended first.
pub(crate) type Answer = oneshot::Receiver<Result<PersonAnswer, StanzaProblem>>;

impl Desk {
    /// What is known of somebody without asking.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when there is no such account.
    pub fn contact_details(&self, contact: &ChatRef) -> Result<ContactDetails, DeskError> {
        let account = self.account(contact.account)?;
        let mut devices: Vec<&ResourcePresence> = account
            .presences
            .get(&contact.jid)
            .into_iter()
            .flatten()
            .collect();
        devices.sort_by_key(|device| Reverse((device.priority, device.presence.availability)));
        let view = |device: &ResourcePresence| DeviceView {
            resource: device.resource.clone(),
            priority: device.priority,
            availability: device.presence.availability,
            status: device.presence.status.clone(),
            idle_since: device.idle_since,
        };
        Ok(ContactDetails {
            last_seen: account.gone_at.get(&contact.jid).copied(),
            devices: devices.into_iter().map(view).collect(),
        })
    }

    /// Asks a contact's account, or one of their devices that is there. Only people of the roster are asked: the question
    /// tells them that I am here. My own account can be asked for my card.
    ///
    /// # Errors
    /// [`DeskError::Gone`] when there is no such contact or device, [`DeskError::NotConnected`].
    pub fn ask_person(
        &mut self,
        contact: &ChatRef,
        resource: Option<&str>,
        question: PersonQuestion,
    ) -> Result<Answer, DeskError> {
        let request = self.number();
        let account = self.account_mut(contact.account)?;
        let mine = contact.jid == account.settings.jid
            && matches!(question, PersonQuestion::Card | PersonQuestion::OldCard);
        if !mine && !account.roster.contains(&contact.jid) {
            return Err(DeskError::Gone);
        }
        let of = match (question, resource) {
            (
                PersonQuestion::Program | PersonQuestion::Clock | PersonQuestion::Abilities,
                Some(resource),
            ) => {
                let devices = account.presences.get(&contact.jid);
                devices
                    .into_iter()
                    .flatten()
                    .find(|device| device.resource == resource)
                    .ok_or(DeskError::Gone)?;
                let device = contact.bare().with_resource_str(resource);
                Jid::from(device.map_err(|_| DeskError::Gone)?)
            }
            (
                PersonQuestion::Card | PersonQuestion::OldCard | PersonQuestion::LastActivity,
                None,
            ) => contact.jid.clone(),
            _ => return Err(DeskError::Gone),
        };
        let asked = Outgoing::AskPerson {
            request,
            of,
            question,
        };
        if !account.say(asked) {
            return Err(DeskError::NotConnected);
        }
        Ok(account.questions.asks(request))
    }

    /// Publishes what my card says in these lines; what others wrote there besides stays.
    ///
    /// # Errors
    /// [`DeskError::NotConnected`], [`DeskError::Gone`], or [`DeskError::BadText`] when it is more than a card.
    pub fn write_card(
        &mut self,
        account: AccountId,
        fields: Vec<CardField>,
    ) -> Result<ServerAnswer, DeskError> {
        let long = |field: &CardField| field.text.chars().count() > LONGEST_LINE;
        if fields.len() > MOST_LINES || fields.iter().any(long) {
            return Err(DeskError::BadText);
        }
        self.ask_server(account, |request| Outgoing::WriteCard { request, fields })
    }

    pub(crate) fn hear_person(
        &mut self,
        id: AccountId,
        request: u64,
        answer: Result<PersonAnswer, StanzaProblem>,
    ) {
        if self.move_answer_came(request, &answer) {
            return;
        }
        if let Some(account) = self.accounts.get_mut(&id) {
            account.questions.answered(request, answer);
        }
    }
}
