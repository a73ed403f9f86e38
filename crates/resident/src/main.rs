//! `carillon`: the resident and its command line.

use carillon_resident::desktop::native;
use carillon_resident::{cli, fault};
use clap::Parser;
use clap::error::ErrorKind;
use std::io::Write;
use std::process::ExitCode;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

fn main() -> ExitCode {
    let arguments = match cli::Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(said) => return typed_wrongly(&said),
    };
    let wanted = std::env::var("CARILLON_LOG").ok();
    let filter: Targets = wanted
        .and_then(|wanted| wanted.parse().ok())
        .unwrap_or_else(|| Targets::new().with_default(LevelFilter::WARN));
    tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_writer(std::io::stderr)
        .finish()
        .with(filter)
        .init();
    fault::end_on_panic();
    let done = native::lend(move |first_thread| run(arguments, &first_thread));
    match done.map_err(cli::Failure::new).and_then(|done| done) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            complain(&failure.to_string());
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: cli::Arguments, first_thread: &native::FirstThread) -> Result<(), cli::Failure> {
    // One thread: a resident that waits has nothing to share out, and each thread costs memory.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(cli::Failure::new)?;
    let done = runtime.block_on(cli::run(arguments, first_thread));
    // What still plays or asks a keyring must not hold up the end.
    runtime.shutdown_background();
    done
}

/// Help and version are printed as they are; what was typed wrongly is said in one line.
fn typed_wrongly(said: &clap::Error) -> ExitCode {
    if !said.use_stderr() || said.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        said.exit();
    }
    let text = said.to_string();
    let what: Vec<&str> = text
        .lines()
        .map(str::trim)
        .take_while(|line| !line.is_empty())
        .collect();
    complain(what.join(" ").trim_start_matches("error: "));
    ExitCode::from(2)
}

fn complain(line: &str) {
    // There is nobody left to tell when this fails too.
    let _ = writeln!(std::io::stderr(), "carillon: {line}");
}
