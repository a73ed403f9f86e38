//! "Try it on this computer": the embedded server, and Alice and Bob with a resident and a window each.
//!
//! Everything of it lies in one folder (`try`): the server's data, two profiles, the generated passwords
//! in them. Nothing of it starts at login. Whichever part is missing is started again.

mod deletion;

use crate::cli::ask_to_quit;
use crate::desktop::secrets::SecretKeeper;
use crate::door::VERSION;
use crate::house::House;
use crate::settings_file::SettingsFile;
use carillon_core::settings::{AccountSettings, SecretStore};
use carillon_link::contract::Show;
use carillon_link::views::{Notice, TryoutView};
use carillon_link::{Link, LinkError, Place, Profile, Refusal, RefusalCode, Role};
use jid::BareJid;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::Command;

/// The people of the try-out.
const PEOPLE: [&str; 2] = ["alice", "bob"];
/// Marks the folder as one that Carillon made and may delete.
const MARK: &str = "this-folder-belongs-to-carillons-try-out";
/// Says that the folder shall be deleted by the last who leaves it.
const DELETE: &str = "delete";
/// A server or resident that does not answer within this time does not start.
const PATIENCE: Duration = Duration::from_secs(20);

/// How the try-out stands.
#[must_use]
pub fn view(house: &House) -> TryoutView {
    let folder = house.profile.tryout();
    let secrets = |name: &&str| {
        person(&folder, name)
            .data()
            .join("secrets.toml")
            .display()
            .to_string()
    };
    TryoutView {
        exists: folder.join(MARK).exists(),
        role: role(&house.profile).map(str::to_owned),
        password_files: PEOPLE.iter().map(secrets).collect(),
        folder: folder.display().to_string(),
    }
}

/// Who of the try-out a profile belongs to.
#[must_use]
pub fn role(profile: &Profile) -> Option<&'static str> {
    let folder = profile.tryout();
    PEOPLE
        .into_iter()
        .find(|name| profile.data() == folder.join(name) && folder.join(MARK).exists())
}

fn person(folder: &Path, name: &str) -> Profile {
    let data = folder.join(name);
    // The folder is absolute already, so that nothing can fail here.
    Profile::in_folder(&data).unwrap_or_else(|_| unreachable!("an absolute path"))
}

fn server(folder: &Path) -> PathBuf {
    folder.join("server")
}

fn failed(error: impl std::fmt::Display) -> Refusal {
    Refusal::new(
        RefusalCode::Internal,
        format!("the try-out could not be started: {error}"),
    )
}

fn not_ended(error: impl std::fmt::Display) -> Refusal {
    Refusal::new(
        RefusalCode::Internal,
        format!("the try-out could not be ended: {error}"),
    )
}

/// Starts whatever of the try-out is missing.
///
/// # Errors
/// When a part does not start; the parts that did go on.
pub async fn start(house: &House) -> Result<(), Refusal> {
    let _turn = house.tryout.lock().await;
    let folder = house.profile.tryout();
    prepare(&folder).map_err(failed)?;
    let passwords = passwords(&folder).await?;
    let url = start_server(&folder, &passwords).await.map_err(failed)?;
    for name in PEOPLE {
        // Whoever runs takes over a file that was written beside them.
        let profile = person(&folder, name);
        write_settings(&profile, name, &url)?;
        if role(&house.profile) != Some(name) {
            start_person(&profile).await?;
        }
    }
    house.windows.tell(&carillon_link::Event::Tryout);
    if house.settings().accounts.is_empty() {
        // The window that asked was here only to ask; Alice's takes its place.
        house.quit.notify_one();
    }
    Ok(())
}

fn prepare(folder: &Path) -> io::Result<()> {
    Profile::in_folder(folder)?.create()?;
    std::fs::write(folder.join(MARK), "")?;
    // Whoever begins anew does not want it deleted any more.
    match std::fs::remove_file(folder.join(DELETE)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn address(name: &str) -> Result<BareJid, Refusal> {
    format!("{name}@localhost").parse().map_err(failed)
}

/// The person's password, made the first time, kept in a file that only this user can read.
async fn password(profile: &Profile, name: &str) -> Result<String, Refusal> {
    profile.create().map_err(failed)?;
    let keeper = SecretKeeper::new(profile);
    let jid = address(name)?;
    if let Ok(known) = keeper.load(&jid, SecretStore::File).await {
        return Ok(known.to_string());
    }
    let mut random = [0; 18];
    getrandom::fill(&mut random).map_err(failed)?;
    let made: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    keeper
        .store(&jid, SecretStore::File, &made)
        .await
        .map_err(failed)?;
    Ok(made)
}

async fn passwords(folder: &Path) -> Result<Vec<(&'static str, String)>, Refusal> {
    let mut passwords = Vec::new();
    for name in PEOPLE {
        passwords.push((name, password(&person(folder, name), name).await?));
    }
    Ok(passwords)
}

/// Starts the server unless it runs, and answers its address.
async fn start_server(folder: &Path, passwords: &[(&str, String)]) -> io::Result<String> {
    let data = server(folder);
    if let Some(url) = running_server(&data).await? {
        return Ok(url);
    }
    match spawn_server(&data, passwords).await {
        Ok(url) => Ok(url),
        // The other of the two people may have been quicker: the folder has one server at a time.
        Err(error) => running_server(&data).await?.ok_or(error),
    }
}

/// The address of the server that runs; one of another version is asked to make room first.
async fn running_server(data: &Path) -> io::Result<Option<String>> {
    let profile = Profile::in_folder(data)?;
    match Link::connect(&profile, Role::Tool, VERSION).await {
        Ok(_) => Ok(carillon_server::known_url(data)),
        Err(LinkError::OtherVersion { .. }) => match ask_to_quit(&profile).await {
            Ok(()) | Err(LinkError::NotRunning) => Ok(None),
            Err(error) => Err(io::Error::other(error)),
        },
        Err(_) => Ok(None),
    }
}

async fn spawn_server(data: &Path, passwords: &[(&str, String)]) -> io::Result<String> {
    let mut command = Command::new(std::env::current_exe()?);
    command
        .arg("serve")
        .arg("--data")
        .arg(data)
        .args(["--accounts", "-"])
        .args(["--friends", &PEOPLE.join(",")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(log_beside(data)?);
    #[cfg(unix)]
    command.process_group(0);
    let mut child = command.spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        for (name, password) in passwords {
            let line = format!("{name} {password}\n");
            stdin.write_all(line.as_bytes()).await?;
        }
    }
    let Some(stdout) = child.stdout.take() else {
        return Err(io::Error::other("the server has no standard output"));
    };
    let mut lines = BufReader::new(stdout).lines();
    let line = tokio::time::timeout(PATIENCE, lines.next_line()).await;
    let line = line.map_err(|_| io::Error::other("the server does not answer"))??;
    // Reaped when it ends, so that no zombie stays; it is not ended with this process.
    tokio::spawn(async move { child.wait().await });
    line.ok_or_else(|| io::Error::other("the server ended at once"))
}

/// What a part of the try-out complains about goes to a file beside its folder: it outlives whoever started it,
/// and must not hold a terminal or pipe of theirs open.
fn log_beside(folder: &Path) -> io::Result<std::fs::File> {
    std::fs::File::create(folder.with_extension("log"))
}

/// Starts a person's resident with its window, or brings the window of the running one to the front.
async fn start_person(profile: &Profile) -> Result<(), Refusal> {
    if let Ok((link, _events)) = Link::connect(profile, Role::Tool, VERSION).await {
        return link
            .ask(Show {
                place: Place::Anywhere,
                token: None,
            })
            .await;
    }
    let own = std::env::current_exe().map_err(failed)?;
    let mut command = Command::new(own);
    command
        .arg("--profile")
        .arg(profile.data())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log_beside(profile.data()).map_err(failed)?);
    #[cfg(unix)]
    command.process_group(0);
    let mut child = command.spawn().map_err(failed)?;
    tokio::spawn(async move { child.wait().await });
    wait_for(profile).await
}

async fn wait_for(profile: &Profile) -> Result<(), Refusal> {
    let answers = async {
        while Link::connect(profile, Role::Tool, VERSION).await.is_err() {
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    };
    tokio::time::timeout(PATIENCE, answers)
        .await
        .map_err(|_| failed("a part does not answer"))
}

/// The person's account, with the server's address of today. Whatever else the person chose stays.
fn write_settings(profile: &Profile, name: &str, url: &str) -> Result<(), Refusal> {
    let jid = address(name)?;
    let (mut file, _) =
        SettingsFile::load(&profile.settings_file(), &crate::life::stamp()).map_err(failed)?;
    let mut settings = file.settings().clone();
    match settings
        .accounts
        .iter_mut()
        .find(|account| account.jid == jid)
    {
        Some(account) if account.connect.as_deref() == Some(url) => return Ok(()),
        Some(account) => account.connect = Some(url.to_owned()),
        None => settings.accounts.push(AccountSettings {
            connect: Some(url.to_owned()),
            secret: SecretStore::File,
            ..AccountSettings::new(jid)
        }),
    }
    file.save(settings).map_err(failed)
}

/// When one of the two people starts alone, the server that both need is woken first.
pub async fn wake_server(profile: &Profile) {
    let Some(name) = role(profile) else {
        return;
    };
    let folder = profile.tryout();
    let woken = async {
        let passwords = passwords(&folder).await?;
        let url = start_server(&folder, &passwords).await.map_err(failed)?;
        write_settings(profile, name, &url)
    };
    if let Err(error) = woken.await {
        tracing::error!(%error, "the try-out's server could not be woken");
    }
}

/// Ends all of the try-out, and deletes it if that is wished. What cannot be deleted is told by a notice.
///
/// # Errors
/// When a part does not end.
pub async fn end(house: &House, delete: bool) -> Result<(), Refusal> {
    let _turn = house.tryout.lock().await;
    let folder = house.profile.tryout();
    let mine = role(&house.profile);
    for name in PEOPLE {
        if mine != Some(name) {
            end_part(&person(&folder, name)).await?;
        }
    }
    let server = Profile::in_folder(&server(&folder)).map_err(failed)?;
    end_part(&server).await?;
    if delete && folder.join(MARK).exists() {
        std::fs::write(folder.join(DELETE), "").map_err(not_ended)?;
    }
    // A resident that lives in the folder must end before that is deleted.
    match mine {
        Some(_) => house.quit.notify_one(),
        None => delete_from_outside(house).await,
    }
    house.windows.tell(&carillon_link::Event::Tryout);
    Ok(())
}

async fn end_part(profile: &Profile) -> Result<(), Refusal> {
    match ask_to_quit(profile).await {
        Ok(()) | Err(LinkError::NotRunning) => Ok(()),
        Err(error) => Err(not_ended(error)),
    }
}

/// The last act of a resident of the try-out: its windows leave before it does, and a try-out that was to be deleted
/// goes with it.
///
/// # Errors
/// When something of it is left.
pub async fn clear_up(house: &House) -> io::Result<()> {
    if role(&house.profile).is_none() {
        return Ok(());
    }
    let left = async {
        while house.windows.count() > 0 {
            tokio::time::sleep(deletion::AGAIN).await;
        }
    };
    if tokio::time::timeout(deletion::LEAVING, left).await.is_err() {
        tracing::warn!("a window of the try-out has not ended");
    }
    let folder = house.profile.tryout();
    if !folder.join(DELETE).exists() {
        return Ok(());
    }
    deletion::delete(&folder)
        .await
        .inspect_err(|error| tracing::error!(%error, "not all of the try-out could be deleted"))
}

/// Deletes what a try-out that was to be deleted has left, since whoever did it there had nobody to tell.
pub async fn finish_deleting(house: &House) {
    let _turn = house.tryout.lock().await;
    delete_from_outside(house).await;
}

async fn delete_from_outside(house: &House) {
    let folder = house.profile.tryout();
    if role(&house.profile).is_some() || !folder.join(DELETE).exists() {
        return;
    }
    if let Err(error) = deletion::delete(&folder).await {
        tracing::error!(%error, "not all of the try-out could be deleted");
        house.notice(Notice::TryoutLeft {
            path: folder.display().to_string(),
            detail: error.to_string(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_takes_it_up_again_does_not_lose_it_at_the_next_end() {
        let own = tempfile::tempdir().unwrap();
        let folder = own.path().join("try");
        prepare(&folder).unwrap();
        std::fs::write(folder.join(DELETE), "").unwrap();
        prepare(&folder).unwrap();
        assert!(folder.join(MARK).exists() && !folder.join(DELETE).exists());
    }
}
