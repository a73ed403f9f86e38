//! Reads what is written to do harm, then documents that nobody would write, as many as fit into a time. Stops where
//! that takes too long, or where two readers disagree.
//!
//! `cargo run --release -p carillon-xml --example fuzz -- SECONDS SEED`

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::panic,
    reason = "it is a test that may run for hours"
)]

mod compare;
mod cost;
mod grow;
mod harm;

use compare::{Verdict, compare};
use grow::{Chance, document};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Documents that were accepted and that later ones may take pieces of.
const KEPT: usize = 64;

/// One run: documents from one seed, one after the other.
struct Run {
    seed: u64,
    chance: Chance,
    kept: Vec<Vec<u8>>,
    executions: u64,
    accepted: u64,
}

impl Run {
    fn new(seed: u64) -> Self {
        Self {
            seed,
            chance: Chance::of(seed),
            kept: Vec::new(),
            executions: 0,
            accepted: 0,
        }
    }

    /// Reads one more document.
    fn step(&mut self) -> Result<(), String> {
        let bytes = document(&mut self.chance, &self.kept);
        let verdict = compare(&bytes, &mut self.chance).map_err(|why| {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            format!(
                "seed {}, execution {}: {text:?}\n{why}",
                self.seed, self.executions
            )
        })?;
        self.executions += 1;
        if verdict == Verdict::Accepted {
            self.accepted += 1;
            if self.kept.len() < KEPT {
                self.kept.push(bytes);
            } else {
                let place = self.chance.below(KEPT);
                self.kept[place] = bytes;
            }
        }
        Ok(())
    }

    fn report(&self) -> String {
        format!(
            "{} executions from seed {}, {} documents accepted by all readers, 0 disagreements",
            self.executions, self.seed, self.accepted
        )
    }
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let mut number = |default: u64| {
        let text = arguments.next();
        text.map_or(Some(default), |text| text.parse().ok())
    };
    let (Some(seconds), Some(seed)) = (number(10), number(1)) else {
        eprintln!("usage: fuzz SECONDS SEED");
        return ExitCode::FAILURE;
    };
    match cost::measured() {
        Ok(longest) => println!("{longest}"),
        Err(wrong) => {
            eprintln!("{wrong}");
            return ExitCode::FAILURE;
        }
    }
    let mut run = Run::new(seed);
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(seconds) {
        for _ in 0..1_000 {
            if let Err(disagreement) = run.step() {
                eprintln!("{disagreement}");
                return ExitCode::FAILURE;
            }
        }
    }
    println!("{} in {} s", run.report(), begun.elapsed().as_secs());
    ExitCode::SUCCESS
}

/// How long it takes without optimisation says nothing.
#[test]
fn what_is_written_to_do_harm_has_its_fate() {
    for harm in harm::documents().iter().chain(&harm::endless()) {
        if let Err(wrong) = cost::reads(harm) {
            panic!("{}: {wrong}", harm.name);
        }
    }
}

/// The same few thousand on every run; more is what the program is for.
#[test]
fn no_two_readers_disagree() {
    for seed in 1..=2 {
        let mut run = Run::new(seed);
        for _ in 0..4_000 {
            if let Err(disagreement) = run.step() {
                panic!("{disagreement}");
            }
        }
        println!("{}", run.report());
        assert!(
            (1_000..3_500).contains(&run.accepted),
            "too few or too many are good to mean something: {}",
            run.accepted
        );
    }
}
