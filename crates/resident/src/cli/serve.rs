//! `carillon serve`: the embedded server alone.

use super::{Failure, ServeArguments, say};
use crate::door::VERSION;
use carillon_link::server::{Arrival, Listener};
use carillon_link::{Command, Profile};
use carillon_server::{Config, Server};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

pub(super) async fn run(arguments: ServeArguments) -> Result<(), Failure> {
    let accounts = match &arguments.accounts {
        Some(file) => read_accounts(file)?,
        None => Vec::new(),
    };
    let config = Config {
        port: arguments.port,
        ..Config::new(arguments.data.clone())
    };
    let server = carillon_server::prepare(config)
        .await
        .map_err(Failure::new)?;
    for (name, password) in &accounts {
        server
            .ensure_account(name, password)
            .await
            .map_err(Failure::new)?;
    }
    befriend(&server, &arguments.friends).await?;
    server.open();
    let profile = Profile::in_folder(&arguments.data).map_err(Failure::new)?;
    let door = Listener::bind(&profile).map_err(Failure::new)?;
    say(&server.url())?;
    tokio::select! {
        () = asked_to_quit(&door) => {}
        () = crate::life::signalled() => {}
    }
    server.shutdown().await.map_err(Failure::new)
}

async fn befriend(server: &Server, names: &[String]) -> Result<(), Failure> {
    for (number, one) in names.iter().enumerate() {
        for other in &names[number + 1..] {
            server.befriend(one, other).await.map_err(Failure::new)?;
        }
    }
    Ok(())
}

/// The server is ended as a resident is: by `quit` over the link of its data folder.
async fn asked_to_quit(door: &Listener) {
    let asked = Arc::new(Notify::new());
    loop {
        tokio::select! {
            arrival = door.accept(VERSION) => match arrival {
                Ok(arrival) => drop(tokio::spawn(hear(arrival, Arc::clone(&asked)))),
                Err(error) => {
                    tracing::error!(%error, "the link's socket failed");
                    // Too many open files, usually, which passes; the server's own work goes on.
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
            },
            () = asked.notified() => return,
        }
    }
}

/// Takes nothing but `quit`. Each peer has a task of its own: one that says nothing keeps nobody waiting.
async fn hear(arrival: Arrival, asked: Arc<Notify>) {
    let Ok((_, mut questions, teller, writer)) = arrival.greet().await else {
        return;
    };
    let writer = tokio::spawn(writer.run());
    while let Ok(question) = questions.next().await {
        if matches!(question.command, Command::Quit(_)) {
            teller
                .answer(question.id, Ok(serde_json::Value::Null))
                .await;
            drop(teller);
            // The answer is on its way before the process ends.
            let _ = writer.await;
            asked.notify_one();
            return;
        }
    }
}

fn read_accounts(file: &Path) -> Result<Vec<(String, String)>, Failure> {
    let text = if file == Path::new("-") {
        std::io::read_to_string(std::io::stdin()).map_err(Failure::new)?
    } else {
        std::fs::read_to_string(file)
            .map_err(|error| Failure::new(format!("{}: {error}", file.display())))?
    };
    let lines = text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(number, line)| {
            let pair = line.trim().split_once(char::is_whitespace);
            let pair = pair.map(|(name, password)| (name.to_owned(), password.trim().to_owned()));
            // The line itself may hold a password: it is not repeated.
            pair.ok_or_else(|| Failure::new(format!("line {} is not `name password`", number + 1)))
        })
        .collect()
}
