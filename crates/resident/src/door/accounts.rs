//! Accounts: signing in, registering, changing, removing.

use super::{change, on_desk};
use crate::desktop::secrets::SecretProblem;
use crate::house::House;
use carillon_core::connection::Proxy;
use carillon_core::contact::Availability;
use carillon_core::ids::AccountId;
use carillon_core::session::{Incoming, Outgoing, SessionProblem};
use carillon_core::settings::{AccountSettings, General, SecretStore};
use carillon_engine::wire::{self, ConnectConfig, RegisterConfig, RegisterProblem};
use carillon_link::contract::{AddAccount, ChangeAccount, CreateAccount, SetStatus, SignIn};
use carillon_link::views::NewAccount;
use carillon_link::{Refusal, RefusalCode, Secret};
use jid::BareJid;
use tokio::sync::mpsc;

/// The longest own words, in characters.
const LONGEST_STATUS: usize = 1_000;

/// An account as it was asked for.
struct Wanted {
    jid: BareJid,
    password: Secret,
    connect: Option<String>,
    secret: SecretStore,
    proxy: Proxy,
    allow_plain: bool,
}

pub(super) async fn sign_in(house: &House, ask: SignIn) -> Result<NewAccount, Refusal> {
    let wanted = Wanted {
        jid: ask.jid,
        password: ask.password,
        connect: tidy(ask.connect),
        secret: ask.secret,
        proxy: Proxy::from(ask.proxy),
        allow_plain: ask.allow_plain,
    };
    refuse_known(house, &wanted.jid)?;
    check_proxy(&wanted.proxy)?;
    try_session(&wanted).await?;
    keep(house, wanted).await
}

pub(super) async fn create(house: &House, ask: CreateAccount) -> Result<NewAccount, Refusal> {
    let wanted = Wanted {
        jid: ask.jid,
        password: ask.password,
        connect: tidy(ask.connect),
        secret: ask.secret,
        proxy: Proxy::from(ask.proxy),
        allow_plain: ask.allow_plain,
    };
    refuse_known(house, &wanted.jid)?;
    check_proxy(&wanted.proxy)?;
    let token = ask
        .token
        .map(|token| wire::Secret::new(token.reveal().to_owned()));
    let config = RegisterConfig {
        token,
        account: wanted.jid.clone(),
        password: wire::Secret::new(wanted.password.reveal().to_owned()),
        url: wanted.connect.clone(),
        proxy: wanted.proxy.clone(),
        extra_roots: Vec::new(),
    };
    wire::register(config).await.map_err(refuse_registration)?;
    keep(house, wanted).await
}

pub(super) async fn add(house: &House, ask: AddAccount) -> Result<NewAccount, Refusal> {
    let wanted = Wanted {
        jid: ask.jid,
        password: ask.password,
        connect: tidy(ask.connect),
        secret: ask.secret,
        proxy: Proxy::System,
        allow_plain: false,
    };
    refuse_known(house, &wanted.jid)?;
    check_connect(wanted.connect.as_deref())?;
    keep(house, wanted).await
}

fn check_proxy(proxy: &Proxy) -> Result<(), Refusal> {
    match proxy {
        Proxy::Url(_) => wire::check_proxy(proxy)
            .map_err(|problem| Refusal::new(RefusalCode::BadProxy, problem.to_string())),
        Proxy::System | Proxy::Direct => Ok(()),
    }
}

fn check_connect(connect: Option<&str>) -> Result<(), Refusal> {
    connect.map_or(Ok(()), |url| Ok(wire::check_address(url)?))
}

fn tidy(connect: Option<String>) -> Option<String> {
    connect
        .map(|url| url.trim().to_owned())
        .filter(|url| !url.is_empty())
}

fn refuse_known(house: &House, jid: &BareJid) -> Result<(), Refusal> {
    if jid.node().is_none() {
        return Err(Refusal::new(
            RefusalCode::BadAddress,
            "an account has a name before the @",
        ));
    }
    if house
        .settings()
        .accounts
        .iter()
        .any(|account| account.jid == *jid)
    {
        return Err(Refusal::new(
            RefusalCode::AccountExists,
            format!("{jid} is here already"),
        ));
    }
    Ok(())
}

/// Signs in once to see whether the server lets us in, and leaves again without having been seen.
async fn try_session(wanted: &Wanted) -> Result<(), Refusal> {
    let password = wire::Secret::new(wanted.password.reveal().to_owned());
    let config = ConnectConfig {
        url: wanted.connect.clone(),
        proxy: wanted.proxy.clone(),
        allow_plain: wanted.allow_plain,
        presence: (Availability::Offline, String::new()),
        ..ConnectConfig::new(wanted.jid.clone(), password)
    };
    let (say, outgoing) = mpsc::channel(8);
    let (incoming, mut heard) = mpsc::channel(64);
    let session = wire::run(config, outgoing, incoming);
    let watch = async {
        let mut online = false;
        while let Some(stanza) = heard.recv().await {
            if matches!(stanza, Incoming::Online { .. }) {
                online = true;
                // A full queue cannot be: nothing else was said.
                let _ = say.try_send(Outgoing::Close);
            }
        }
        online
    };
    let (ended, online) = tokio::join!(session, watch);
    match ended {
        _ if online => Ok(()),
        Err(problem) => Err(problem.into()),
        Ok(()) => Err(SessionProblem::Lost {
            detail: "the server ended the stream".to_owned(),
        }
        .into()),
    }
}

fn refuse_registration(problem: RegisterProblem) -> Refusal {
    let detail = problem.to_string();
    let code = match problem {
        RegisterProblem::NotOffered => RefusalCode::RegistrationNotOffered,
        RegisterProblem::Conflict => RefusalCode::NameTaken,
        RegisterProblem::NotAcceptable { .. } => RefusalCode::RegistrationRefused,
        RegisterProblem::Later { .. } => RefusalCode::RegistrationLater,
        RegisterProblem::BadToken => RefusalCode::BadInvitation,
        RegisterProblem::NeedsForm { url, .. } => RefusalCode::RegistrationElsewhere {
            url: url.unwrap_or_default(),
        },
        RegisterProblem::Session(problem) => RefusalCode::Session { problem },
    };
    Refusal::new(code, detail)
}

/// Stores the password, then the account; the engine connects it.
async fn keep(house: &House, wanted: Wanted) -> Result<NewAccount, Refusal> {
    store_password(house, &wanted.jid, wanted.secret, &wanted.password).await?;
    let jid = wanted.jid.clone();
    change(house, move |settings| {
        settings.accounts.push(AccountSettings {
            connect: wanted.connect,
            secret: wanted.secret,
            proxy: wanted.proxy,
            allow_plain: wanted.allow_plain,
            ..AccountSettings::new(wanted.jid)
        });
    })
    .await?;
    let account = find(house, &jid).await?;
    Ok(NewAccount { account })
}

async fn store_password(
    house: &House,
    jid: &BareJid,
    store: SecretStore,
    password: &Secret,
) -> Result<(), Refusal> {
    house
        .secrets
        .store(jid, store, password.reveal())
        .await
        .map_err(|problem| {
            let code = match problem {
                SecretProblem::NoKeyring(_) | SecretProblem::Locked => RefusalCode::NoKeyring,
                _ => RefusalCode::Storage,
            };
            Refusal::new(code, problem.to_string())
        })
}

async fn find(house: &House, jid: &BareJid) -> Result<AccountId, Refusal> {
    let jid = jid.clone();
    on_desk(house, move |desk| {
        let states = desk.account_states();
        let found = states.into_iter().find(|state| state.settings.jid == jid);
        found
            .map(|state| state.id)
            .ok_or(carillon_engine::DeskError::Gone)
    })
    .await
}

pub(super) async fn settings_of(
    house: &House,
    account: AccountId,
) -> Result<AccountSettings, Refusal> {
    on_desk(house, move |desk| {
        let states = desk.account_states();
        let found = states.into_iter().find(|state| state.id == account);
        found
            .map(|state| state.settings)
            .ok_or(carillon_engine::DeskError::Gone)
    })
    .await
}

pub(super) async fn remove(house: &House, account: AccountId) -> Result<(), Refusal> {
    let known = settings_of(house, account).await?;
    let jid = known.jid.clone();
    let revocation = on_desk(house, move |desk| desk.revoke_token(account)).await?;
    // What it needs is read before it is deleted here.
    let revocation = revocation.await;
    change(house, move |settings| {
        settings.accounts.retain(|one| one.jid != jid);
    })
    .await?;
    on_desk(house, move |desk| desk.forget_account(account)).await?;
    if let Err(problem) = house.secrets.forget(&known.jid, known.secret).await {
        tracing::warn!(%problem, "the password of a removed account could not be deleted");
    }
    if let Some(revocation) = revocation {
        // Nobody waits for the server: it may be out of reach, and then the token ends by itself.
        tokio::spawn(revocation);
    }
    Ok(())
}

pub(super) async fn change_account(house: &House, ask: ChangeAccount) -> Result<(), Refusal> {
    let known = settings_of(house, ask.account).await?;
    let connect = tidy(ask.connect);
    check_connect(connect.as_deref())?;
    let proxy = match &ask.proxy {
        Some(shown) => known.proxy.chosen(shown).ok_or_else(hidden_password)?,
        None => known.proxy.clone(),
    };
    check_proxy(&proxy)?;
    match &ask.password {
        Some(password) => store_password(house, &known.jid, ask.secret, password).await?,
        None if known.secret != ask.secret => move_password(house, &known, ask.secret).await?,
        None => {}
    }
    let jid = known.jid;
    change(house, move |settings| {
        if let Some(account) = settings.accounts.iter_mut().find(|one| one.jid == jid) {
            account.connect = connect;
            account.secret = ask.secret;
            account.enabled = ask.enabled;
            account.proxy = proxy;
            account.allow_plain = ask.allow_plain.unwrap_or(account.allow_plain);
        }
    })
    .await?;
    on_desk(house, move |desk| desk.connect_anew(ask.account)).await
}

fn hidden_password() -> Refusal {
    Refusal::new(
        RefusalCode::BadProxy,
        "another proxy's address needs its own password",
    )
}

async fn move_password(
    house: &House,
    known: &AccountSettings,
    to: SecretStore,
) -> Result<(), Refusal> {
    let password = house.secrets.load(&known.jid, known.secret).await;
    let Ok(password) = password else {
        // There is nothing to move; signing in will ask for it.
        return Ok(());
    };
    store_password(house, &known.jid, to, &Secret::new(password.to_string())).await?;
    if let Err(problem) = house.secrets.forget(&known.jid, known.secret).await {
        tracing::warn!(%problem, "a moved password could not be deleted at its old place");
    }
    Ok(())
}

pub(super) async fn set_status(house: &House, ask: SetStatus) -> Result<(), Refusal> {
    if ask.status.chars().count() > LONGEST_STATUS {
        return Err(Refusal::new(
            RefusalCode::BadText,
            "the status text is too long",
        ));
    }
    change(house, move |settings| {
        settings.general.availability = ask.availability;
        settings.general.status = ask.status;
    })
    .await
}

pub(super) async fn set_general(house: &House, general: General) -> Result<(), Refusal> {
    let before = house.settings().general;
    if before.start_at_login != general.start_at_login {
        start_at_login(general.start_at_login)
            .map_err(|error| Refusal::new(RefusalCode::Storage, error.to_string()))?;
    }
    change(house, move |settings| {
        // Own status has a command of its own; an older copy of it must not come back with this one.
        settings.general = General {
            availability: settings.general.availability,
            status: std::mem::take(&mut settings.general.status),
            ..general
        };
    })
    .await
}

fn start_at_login(on: bool) -> std::io::Result<()> {
    let missing =
        || std::io::Error::other("this system has no place for programs that start at login");
    let autostart = crate::desktop::autostart::Autostart::of_user().ok_or_else(missing)?;
    autostart.set(on, &std::env::current_exe()?)
}
