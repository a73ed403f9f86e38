//! `target/soak/report.json`: all runs, and their sums for each server and transport.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::verdict::Verdict;

/// What several runs have shown together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
struct Sum {
    messages: u32,
    faults: u32,
    client_kills: u32,
    server_kills: u32,
    resumed: u32,
    begun: u32,
    lost: u32,
    lost_by_server: u32,
    duplicated: u32,
    reordered: u32,
    foreign: u32,
    unsent: u32,
    bounced: u32,
    seconds: u64,
    seeds: Vec<u64>,
    failed_seeds: Vec<u64>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Report {
    /// By server and transport; made anew from the runs whenever it is needed.
    #[serde(skip_deserializing)]
    sums: BTreeMap<String, Sum>,
    runs: Vec<Verdict>,
}

/// Where reports and what failed are kept.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/soak")
}

fn read() -> Report {
    let text = std::fs::read_to_string(folder().join("report.json"));
    let mut report = text.map_or_else(
        |_| Report::default(),
        |text| serde_json::from_str(&text).expect("a report; delete it to begin anew"),
    );
    report.sum();
    report
}

impl Report {
    fn sum(&mut self) {
        self.sums.clear();
        for run in &self.runs {
            let transport = format!("{:?}", run.transport).to_lowercase();
            let name = format!("{} {transport}", run.server);
            self.sums.entry(name).or_default().takes(run);
        }
    }
}

/// Adds a run to the report.
///
/// # Panics
/// When the report cannot be read or written.
pub fn add(verdict: &Verdict) {
    let mut report = read();
    report.runs.push(verdict.clone());
    report.sum();
    std::fs::create_dir_all(folder()).expect("a folder for the report");
    let text = serde_json::to_string_pretty(&report).expect("JSON");
    let file = folder().join("report.json");
    std::fs::write(file.with_extension("new"), text).expect("the report");
    std::fs::rename(file.with_extension("new"), file).expect("the report");
}

impl Sum {
    fn takes(&mut self, run: &Verdict) {
        self.messages += run.messages;
        self.faults += run.faults;
        self.client_kills += run.kills.client;
        self.server_kills += run.kills.server;
        self.resumed += run.resumed;
        self.begun += run.begun;
        self.lost += run.lost;
        self.lost_by_server += run.lost_by_server;
        self.duplicated += run.duplicated;
        self.reordered += run.reordered;
        self.foreign += run.foreign;
        self.unsent += run.unsent;
        self.bounced += run.bounced;
        self.seconds += run.seconds;
        self.seeds.push(run.seed);
        if !run.is_clean() {
            self.failed_seeds.push(run.seed);
        }
    }
}

/// The sums as a table.
#[must_use]
pub fn table() -> String {
    let mut text = format!(
        "{:20} {:>8} {:>7} {:>12} {:>12} {:>7} {:>6} {:>5} {:>9} {:>10} {:>9} {:>7} {:>7} {:>6}\n",
        "",
        "messages",
        "faults",
        "client kills",
        "server kills",
        "resumed",
        "begun",
        "lost",
        "by server",
        "duplicated",
        "reordered",
        "unsent",
        "bounced",
        "s"
    );
    for (name, sum) in read().sums {
        let _infallible = writeln!(
            text,
            "{:20} {:>8} {:>7} {:>12} {:>12} {:>7} {:>6} {:>5} {:>9} {:>10} {:>9} {:>7} {:>7} {:>6}",
            name,
            sum.messages,
            sum.faults,
            sum.client_kills,
            sum.server_kills,
            sum.resumed,
            sum.begun,
            sum.lost,
            sum.lost_by_server,
            sum.duplicated,
            sum.reordered,
            sum.unsent,
            sum.bounced,
            sum.seconds
        );
        if !sum.failed_seeds.is_empty() {
            let _infallible = writeln!(text, "  failed: {:?}", sum.failed_seeds);
        }
    }
    text
}
