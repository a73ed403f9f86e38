//! The command line: what was typed, and what it means.

mod account;
mod serve;
mod start;
mod status;

pub(crate) use status::ask_to_quit;

use crate::desktop::native::FirstThread;
use carillon_core::settings::SecretStore;
use carillon_link::Profile;
use clap::{Parser, Subcommand, ValueEnum};
use jid::BareJid;
use std::path::PathBuf;

/// Instant messages that you can tell apart by ear.
#[derive(Debug, Parser)]
#[command(
    name = "carillon",
    version,
    about,
    subcommand_precedence_over_arg = true
)]
pub struct Arguments {
    /// The folder with data and settings, instead of the user's own.
    #[arg(long, value_name = "DIR", global = true)]
    profile: Option<PathBuf>,
    /// Start in the tray, without a window.
    #[arg(long)]
    background: bool,
    /// An address to open: a person, a room, an invitation. It is shown first, never acted on alone.
    #[arg(value_name = "xmpp:URI")]
    uri: Option<String>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Accounts.
    #[command(subcommand)]
    Account(AccountCommand),
    /// Says how a running Carillon stands.
    Status {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Ends a running Carillon.
    Quit,
    /// Runs the embedded server alone, for this computer only.
    Serve(ServeArguments),
}

#[derive(Debug, Subcommand)]
enum AccountCommand {
    /// Adds an account without trying it.
    Add {
        /// Its address.
        jid: BareJid,
        /// Read the password from standard input instead of asking for it.
        #[arg(long)]
        password_stdin: bool,
        /// The server's address (host:port, wss://, xmpps:// or xmpp://); found by discovery when left out.
        #[arg(long, value_name = "URL")]
        connect: Option<String>,
        /// Where to keep the password.
        #[arg(long, value_enum, default_value_t = Store::Keyring)]
        store: Store,
    },
}

/// What can be typed for a secret store.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Store {
    /// The system's keyring.
    Keyring,
    /// A file that only this user can read.
    File,
}

impl From<Store> for SecretStore {
    fn from(store: Store) -> Self {
        match store {
            Store::Keyring => Self::Keyring,
            Store::File => Self::File,
        }
    }
}

#[derive(Debug, clap::Args)]
struct ServeArguments {
    /// The folder with the server's data.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// The port on this computer; 0: the one of last time, else any that is free.
    #[arg(long, value_name = "N", default_value_t = 0)]
    port: u16,
    /// A file with a `name password` on each line, `-` for standard input: accounts to make.
    #[arg(long, value_name = "FILE")]
    accounts: Option<PathBuf>,
    /// Makes all of these accounts each other's contacts.
    #[arg(long, value_name = "NAMES", value_delimiter = ',', hide = true)]
    friends: Vec<String>,
}

/// One clear line for whoever typed.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Failure(String);

impl Failure {
    /// A failure that says `why`.
    pub fn new(why: impl std::fmt::Display) -> Self {
        Self(why.to_string())
    }
}

/// Does what was typed. A resident takes its native event loop from `first_thread`.
///
/// # Errors
/// One clear line.
pub async fn run(arguments: Arguments, first_thread: &FirstThread) -> Result<(), Failure> {
    if let Some(Command::Serve(serve)) = arguments.command {
        return serve::run(serve).await;
    }
    if arguments.command.is_some() && (arguments.background || arguments.uri.is_some()) {
        return Err(Failure::new(
            "--background and an address go with starting Carillon, not with a command",
        ));
    }
    let profile = Profile::chosen(arguments.profile.as_deref()).map_err(Failure::new)?;
    crate::lock::make_folders(&profile).map_err(Failure::new)?;
    match arguments.command {
        Some(Command::Account(AccountCommand::Add {
            jid,
            password_stdin,
            connect,
            store,
        })) => account::add(&profile, jid, password_stdin, connect, store.into()).await,
        Some(Command::Status { json }) => status::run(&profile, json).await,
        Some(Command::Quit) => status::quit(&profile).await,
        Some(Command::Serve(_)) | None => {
            start::run(&profile, arguments.background, arguments.uri, first_thread).await
        }
    }
}

/// Writes a line for whoever typed.
///
/// # Errors
/// When standard output is closed.
pub(crate) fn say(line: &str) -> Result<(), Failure> {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")
        .and_then(|()| out.flush())
        .map_err(Failure::new)
}

/// Tells whoever typed something that is no failure.
pub(crate) fn note(line: &str) {
    use std::io::Write;
    // There is nobody left to tell when this fails.
    let _ = writeln!(std::io::stderr(), "carillon: {line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from([&["carillon"], words].concat())
    }

    #[test]
    fn a_profile_may_stand_before_or_behind_the_command() {
        for words in [["--profile", "/p", "quit"], ["quit", "--profile", "/p"]] {
            assert_eq!(
                parse(&words).unwrap().profile,
                Some(PathBuf::from("/p")),
                "{words:?}"
            );
        }
    }

    #[test]
    fn an_address_opens_and_a_command_commands() {
        assert!(parse(&["xmpp:bob@example.org"]).unwrap().uri.is_some());
        let both = parse(&["--profile", "/p", "status", "--json"]).unwrap();
        assert!(matches!(both.command, Some(Command::Status { json: true })));
    }

    #[tokio::test]
    async fn background_belongs_to_starting_and_is_refused_with_a_command() {
        let typed = parse(&["--background", "quit"]).unwrap();
        let failure = run(typed, &FirstThread::default()).await.unwrap_err();
        assert!(failure.to_string().contains("--background"));
    }

    #[test]
    fn a_bad_address_is_refused_before_anything_happens() {
        assert!(parse(&["account", "add", "@example.org"]).is_err());
    }
}
