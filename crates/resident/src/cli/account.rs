//! Adding an account from the command line.

use super::{Failure, note, say};
use crate::desktop::secrets::{SecretKeeper, SecretProblem};
use crate::door::VERSION;
use crate::settings_file::SettingsFile;
use carillon_core::settings::{AccountSettings, SecretStore};
use carillon_engine::wire::check_address;
use carillon_link::contract::AddAccount;
use carillon_link::views::Notice;
use carillon_link::{Link, LinkError, Profile, RefusalCode, Role, Secret};
use jid::BareJid;
use std::io::{BufRead, IsTerminal};

pub(super) async fn add(
    profile: &Profile,
    jid: BareJid,
    password_stdin: bool,
    connect: Option<String>,
    secret: SecretStore,
) -> Result<(), Failure> {
    if jid.node().is_none() {
        return Err(Failure::new(format!(
            "{jid} is no account: it has no name before the @"
        )));
    }
    if let Some(url) = &connect {
        check_address(url).map_err(Failure::new)?;
    }
    let password = Secret::new(password(password_stdin)?);
    match Link::connect(profile, Role::Tool, VERSION).await {
        Ok((link, _events)) => {
            let ask = AddAccount {
                jid: jid.clone(),
                password,
                connect,
                secret,
            };
            link.ask(ask).await.map_err(|refusal| match refusal.code {
                RefusalCode::NoKeyring => without_keyring(&refusal),
                _ => Failure::new(refusal),
            })?;
        }
        Err(LinkError::NotRunning) => store(profile, &jid, &password, connect, secret).await?,
        Err(error) => return Err(Failure::new(error)),
    }
    say(&format!("{jid} was added"))
}

/// What to do, beside what is wrong: a file is used only when somebody chooses it.
fn without_keyring(problem: &dyn std::fmt::Display) -> Failure {
    Failure::new(format!(
        "{problem}; with --store file the password is kept in a file that only you can read"
    ))
}

fn password(from_stdin: bool) -> Result<String, Failure> {
    if !from_stdin && std::io::stdin().is_terminal() {
        return rpassword::prompt_password("Password: ").map_err(Failure::new);
    }
    if !from_stdin {
        return Err(Failure::new(
            "give the password by --password-stdin, or type it at a terminal",
        ));
    }
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .map_err(Failure::new)?;
    let password = line.trim_end_matches(['\r', '\n']).to_owned();
    if password.is_empty() {
        return Err(Failure::new("there was no password on standard input"));
    }
    Ok(password)
}

/// Writes the account into a profile that no resident holds.
async fn store(
    profile: &Profile,
    jid: &BareJid,
    password: &Secret,
    connect: Option<String>,
    secret: SecretStore,
) -> Result<(), Failure> {
    let lock = crate::lock::take(profile).map_err(Failure::new)?;
    if lock.is_none() {
        return Err(Failure::new(
            "Carillon is starting or ending; try again in a moment",
        ));
    }
    let stamp = jiff::Timestamp::now().to_string().replace(':', "-");
    let (mut file, notices) =
        SettingsFile::load(&profile.settings_file(), &stamp).map_err(Failure::new)?;
    for notice in notices {
        if let Notice::SettingsSetAside { path, .. } = notice {
            note(&format!(
                "the settings were not all understood; they are kept in {path}"
            ));
        }
    }
    let mut settings = file.settings().clone();
    if settings.accounts.iter().any(|account| account.jid == *jid) {
        return Err(Failure::new(format!("{jid} is here already")));
    }
    let keeper = SecretKeeper::new(profile);
    keeper
        .store(jid, secret, password.reveal())
        .await
        .map_err(|problem| match problem {
            SecretProblem::NoKeyring(_) | SecretProblem::Locked => without_keyring(&problem),
            _ => Failure::new(problem),
        })?;
    settings.accounts.push(AccountSettings {
        connect,
        secret,
        ..AccountSettings::new(jid.clone())
    });
    file.save(settings).map_err(Failure::new)
}
