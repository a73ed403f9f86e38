//! `carillon-soak`: one run, or the table of all that were reported. `scripts/soak` plays many.

#![allow(clippy::print_stdout)]

use std::process::ExitCode;
use std::time::Duration;

use carillon_tests_servers::Kind;
use carillon_tests_soak::{Chunk, Kills, Transport, add, run, table};
use clap::{Args, Parser, Subcommand, ValueEnum};

#[derive(Debug, Parser)]
#[command(about = "Two residents write to each other while everything fails")]
struct Line {
    #[command(subcommand)]
    what: Do,
}

#[derive(Debug, Subcommand)]
enum Do {
    /// Plays one run and adds it to target/soak/report.json.
    Run(Run),
    /// Prints the table of all runs.
    Table,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Server {
    Prosody,
    Ejabberd,
}

#[derive(Debug, Args)]
struct Run {
    #[arg(long)]
    server: Server,
    #[arg(long)]
    transport: Transport,
    #[arg(long)]
    seed: u64,
    /// So many messages, half of them from either side.
    #[arg(long, default_value_t = 5_000)]
    messages: u32,
    /// So many faults of the links.
    #[arg(long, default_value_t = 150)]
    faults: u32,
    #[command(flatten)]
    kills: Kills,
    /// No links that are half open.
    #[arg(long)]
    quick: bool,
    /// For how many seconds a stream can be resumed; as the server has it when left out.
    #[arg(long)]
    resume_window: Option<u64>,
    /// Ends after so many seconds, whatever is left.
    #[arg(long, default_value_t = 360)]
    seconds: u64,
}

impl Run {
    fn chunk(&self) -> Chunk {
        Chunk {
            server: match self.server {
                Server::Prosody => Kind::Prosody,
                Server::Ejabberd => Kind::Ejabberd,
            },
            transport: self.transport,
            seed: self.seed,
            messages: self.messages,
            faults: self.faults,
            kills: self.kills,
            quick: self.quick,
            resume_window: self.resume_window.map(Duration::from_secs),
            limit: Duration::from_secs(self.seconds),
        }
    }
}

// On one thread: what a thread has started is killed when it ends.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Line { what } = Line::parse();
    let Do::Run(line) = what else {
        print!("{}", table());
        return ExitCode::SUCCESS;
    };
    let verdict = run(&line.chunk()).await;
    add(&verdict);
    let text = serde_json::to_string(&verdict).unwrap_or_default();
    println!("{text}");
    match verdict.is_clean() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

#[cfg(test)]
mod tests {
    use super::Line;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Line::command().debug_assert();
    }
}
