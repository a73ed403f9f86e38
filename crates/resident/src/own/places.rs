//! Where other programs keep what was said.

use carillon_link::views_own::HistoryProgram;
use std::path::{Path, PathBuf};

/// What is there.
pub(crate) fn found() -> Vec<(HistoryProgram, PathBuf)> {
    let (Some(home), Some(data)) = (dirs::home_dir(), dirs::data_dir()) else {
        return Vec::new();
    };
    below(&home, &data)
}

/// `data` is where programs keep their data; in a Flatpak each has its own.
fn below(home: &Path, data: &Path) -> Vec<(HistoryProgram, PathBuf)> {
    use HistoryProgram::{Dino, Gajim, Pidgin};
    let boxed = |name: &str| home.join(".var/app").join(name).join("data");
    let places = [
        (Gajim, data.join("gajim/logs.db")),
        (Gajim, data.join("Gajim/logs.db")),
        (Gajim, boxed("org.gajim.Gajim").join("gajim/logs.db")),
        (Dino, data.join("dino/dino.db")),
        (Dino, boxed("im.dino.Dino").join("dino/dino.db")),
        (Pidgin, home.join(".purple/logs/jabber")),
        (Pidgin, data.join(".purple/logs/jabber")),
    ];
    let mut found: Vec<(HistoryProgram, PathBuf)> = Vec::new();
    for (program, path) in places {
        let is_there = match program {
            Pidgin => path.is_dir(),
            Gajim | Dino => path.is_file(),
        };
        // Some file systems do not tell large letters from small ones.
        let same = |other: &(_, PathBuf)| {
            let (one, other) = (path.to_string_lossy(), other.1.to_string_lossy());
            one.eq_ignore_ascii_case(&other)
        };
        if is_there && !found.iter().any(same) {
            found.push((program, path));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_where_it_is_kept_by_default_is_found() {
        let home = tempfile::tempdir().unwrap();
        let data = home.path().join(".local/share");
        assert_eq!(below(home.path(), &data), []);
        let gajim = data.join("gajim");
        let dino = home.path().join(".var/app/im.dino.Dino/data/dino");
        let pidgin = home.path().join(".purple/logs/jabber");
        for folder in [&gajim, &dino, &pidgin] {
            std::fs::create_dir_all(folder).unwrap();
        }
        std::fs::write(gajim.join("logs.db"), "").unwrap();
        // A folder of that name is no file.
        std::fs::create_dir(dino.join("dino.db")).unwrap();
        assert_eq!(
            below(home.path(), &data),
            [
                (HistoryProgram::Gajim, gajim.join("logs.db")),
                (HistoryProgram::Pidgin, pidgin)
            ]
        );
    }
}
