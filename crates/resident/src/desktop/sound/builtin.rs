//! The sounds that come with Carillon, inside the binary. What each is meant for: `sounds/README.md`.

macro_rules! sounds {
    ($($name:literal),+ $(,)?) => {
        const SOUNDS: &[(&str, &[u8])] =
            &[$(($name, include_bytes!(concat!("../../../../../sounds/", $name, ".wav")))),+];
    };
}

sounds!(
    "chime",
    "bell",
    "double-bell",
    "rise",
    "fall",
    "knock",
    "knock-knock",
    "accept",
    "fail",
    "buzz",
    "warning",
    "tick",
);

/// The sound of this name, as a WAV file.
#[must_use]
pub fn bytes(name: &str) -> Option<&'static [u8]> {
    SOUNDS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, bytes)| *bytes)
}

/// All names, in the order of the settings.
pub fn names() -> impl Iterator<Item = &'static str> {
    SOUNDS.iter().map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sound_of_the_list_is_inside() {
        let list = include_str!("../../../../../sounds/sounds.toml");
        let list: toml_edit::DocumentMut = list.parse().unwrap();
        let listed: Vec<&str> = list["sound"]
            .as_array_of_tables()
            .unwrap()
            .iter()
            .map(|sound| sound["name"].as_str().unwrap())
            .collect();
        assert_eq!(listed, names().collect::<Vec<_>>());
    }
}
