//! The figures, as a file for machines and a table for people.

use std::path::Path;

use serde_json::{Value, json};

/// All figures of a run.
#[derive(Debug, Default)]
pub(crate) struct Report {
    figures: Vec<Value>,
}

impl Report {
    /// Adds a figure from `n` measurements. `most` is the most that it should be, where the project has set one.
    pub(crate) fn add(&mut self, name: &str, value: f64, unit: &str, most: Option<f64>, n: usize) {
        let met = most.map(|most| value <= most);
        let target = most.map(|most| format!("<= {most}"));
        self.push(name, value, unit, (target, met), n);
    }

    /// Adds a figure that should be `least` or more.
    pub(crate) fn add_least(&mut self, name: &str, value: f64, unit: &str, least: f64, n: usize) {
        let target = (Some(format!(">= {least}")), Some(value >= least));
        self.push(name, value, unit, target, n);
    }

    fn push(
        &mut self,
        name: &str,
        value: f64,
        unit: &str,
        (target, met): (Option<String>, Option<bool>),
        n: usize,
    ) {
        let value = (value * 1000.0).round() / 1000.0;
        self.figures.push(
            json!({"name": name, "value": value, "unit": unit, "target": target, "met": met, "n": n}),
        );
    }

    /// Writes `target/bench/report.json` with what has been measured so far.
    pub(crate) fn save(&self) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/bench");
        std::fs::create_dir_all(&folder).expect("target/bench");
        let report = json!({"machine": machine(), "figures": self.figures});
        let text = serde_json::to_string_pretty(&report).expect("JSON");
        std::fs::write(folder.join("report.json"), text + "\n").expect("target/bench/report.json");
    }

    /// Prints the table.
    pub(crate) fn print(&self) {
        let line = |name: &str, value: &str, unit: &str, target: &str, met: &str, n: &str| {
            println!("{name:<38} {value:>11} {unit:<6} {target:>9} {met:<7} {n:>8}");
        };
        line("figure", "value", "unit", "target", "", "n");
        for figure in &self.figures {
            let text = |key: &str| figure[key].as_str().unwrap_or_default();
            let met = match figure["met"].as_bool() {
                Some(true) => "met",
                Some(false) => "MISSED",
                None => "",
            };
            let value = figure["value"].as_f64().unwrap_or_default();
            line(
                text("name"),
                &format!("{value:.3}"),
                text("unit"),
                text("target"),
                met,
                &figure["n"].to_string(),
            );
        }
    }
}

/// The processor and its cores, the memory and the kernel.
fn machine() -> String {
    let read = |file: &str, key: &str| {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let line = text
            .lines()
            .find(|line| line.starts_with(key))
            .unwrap_or_default();
        line.split_once(':')
            .map(|(_, value)| value.trim().to_owned())
            .unwrap_or_default()
    };
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let (model, memory) = (
        read("/proc/cpuinfo", "model name"),
        read("/proc/meminfo", "MemTotal"),
    );
    format!("{model}, {cores} cores, {memory}, Linux {}", kernel.trim())
}

/// The value below which `percent` of `sorted` lie, by the nearest rank.
pub(crate) fn percentile(sorted: &[f64], percent: usize) -> f64 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or(f64::NAN)
}

/// A copy in order.
pub(crate) fn sorted(values: &[f64]) -> Vec<f64> {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values
}
