//! What the command line says.

use std::path::PathBuf;

use crate::theme::Theme;
use carillon_link::{AccountId, ChatRef, Place};
use clap::Parser;

/// The window of Carillon. `carillon` starts it; by hand it finds or starts its resident itself.
#[derive(Debug, Clone, Parser)]
#[command(name = "carillon-window", version, about)]
pub(crate) struct Arguments {
    /// The folder with data and settings, instead of the user's own.
    #[arg(long, value_name = "DIR")]
    pub(crate) profile: Option<PathBuf>,

    /// Opens the chat with this address.
    #[arg(long, value_name = "JID", requires = "account")]
    pub(crate) chat: Option<String>,

    /// The account that the chat belongs to.
    #[arg(long, value_name = "N", requires = "chat")]
    pub(crate) account: Option<i64>,

    /// The desktop's permission to take the focus (X11 start-up id or Wayland activation token).
    #[arg(long, value_name = "TOKEN")]
    pub(crate) focus_token: Option<String>,

    /// Begins in this theme, until the settings have been read; otherwise in the system's.
    #[arg(long, value_name = "THEME")]
    pub(crate) theme: Option<Theme>,
}

impl Arguments {
    /// The desktop's permission to take the focus. A launcher hands it over in the environment (Startup Notification;
    /// xdg-activation), which GTK takes away when it begins.
    pub(crate) fn token(
        &self,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Option<String> {
        let given = || {
            environment
                .filter(|(name, _)| name == "XDG_ACTIVATION_TOKEN" || name == "DESKTOP_STARTUP_ID")
                .map(|(_, token)| token)
                .find(|token| !token.is_empty())
        };
        self.focus_token.clone().or_else(given)
    }

    /// Where the window shall open, if that was said; an address that is none leads nowhere.
    pub(crate) fn place(&self) -> Option<Place> {
        let jid = self.chat.as_deref()?.parse().ok()?;
        Some(Place::Chat {
            chat: ChatRef {
                account: AccountId(self.account?),
                jid,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from([&["carillon-window"], words].concat())
    }

    #[test]
    fn a_chat_comes_with_its_account() {
        let place = parse(&["--chat", "bob@example.org", "--account", "3"])
            .unwrap()
            .place();
        let chat = ChatRef {
            account: AccountId(3),
            jid: "bob@example.org".parse().unwrap(),
        };
        assert_eq!(place, Some(Place::Chat { chat }));
        assert!(parse(&["--chat", "bob@example.org"]).is_err());
        assert!(parse(&["--account", "3"]).is_err());
    }

    #[test]
    fn a_token_on_the_command_line_wins_over_the_launchers() {
        let environment = || {
            [("XDG_ACTIVATION_TOKEN", ""), ("DESKTOP_STARTUP_ID", "l1")]
                .map(|(name, token)| (name.to_owned(), token.to_owned()))
                .into_iter()
        };
        let token = |words: &[&str]| parse(words).unwrap().token(environment());
        assert_eq!(token(&["--focus-token", "t7"]).as_deref(), Some("t7"));
        assert_eq!(token(&[]).as_deref(), Some("l1"));
        assert_eq!(parse(&[]).unwrap().token(std::iter::empty()), None);
    }

    #[test]
    fn without_a_chat_the_window_opens_as_it_was() {
        assert_eq!(parse(&[]).unwrap().place(), None);
        assert_eq!(
            parse(&["--chat", "@", "--account", "3"]).unwrap().place(),
            None
        );
    }
}
