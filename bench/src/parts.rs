//! What is measured in a run.

/// The parts, in the order in which they are measured.
const ALL: [&str; 12] = [
    "size",
    "decide",
    "rows",
    "reconnect",
    "catchup",
    "slope",
    "window",
    "burden",
    "roster",
    "big",
    "sound",
    "app",
];

/// Those that were asked for.
#[derive(Debug)]
pub(crate) struct Parts(Vec<String>);

impl Parts {
    /// From `CARILLON_BENCH`, which names some, separated by commas; all of them without it.
    pub(crate) fn chosen() -> Self {
        let chosen: Vec<String> = match std::env::var("CARILLON_BENCH") {
            Ok(text) => text.split(',').map(|part| part.trim().to_owned()).collect(),
            Err(_) => ALL.map(str::to_owned).to_vec(),
        };
        for part in &chosen {
            assert!(ALL.contains(&part.as_str()), "{part} is none of {ALL:?}");
        }
        Self(chosen)
    }

    pub(crate) fn has(&self, part: &str) -> bool {
        self.0.iter().any(|chosen| chosen == part)
    }
}

/// A number from the environment.
pub(crate) fn number(name: &str, otherwise: usize) -> usize {
    std::env::var(name)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(otherwise)
}
