//! Which of its two palettes the page begins with, before it has read the settings.

use clap::ValueEnum;
use tauri::window::Color;

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Theme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// The palette's `--ground` (`ui/src/style/tokens.css`): what an empty window shows.
    pub(crate) const fn ground(self) -> Color {
        match self {
            Self::Light => Color(0xf4, 0xf4, 0xf1, 0xff),
            Self::Dark => Color(0x17, 0x19, 0x1d, 0xff),
        }
    }

    /// Makes the page begin so, whatever the system prefers.
    pub(crate) const fn script(self) -> &'static str {
        match self {
            Self::Light => "document.documentElement.dataset.theme = 'light'",
            Self::Dark => "document.documentElement.dataset.theme = 'dark'",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_window_has_the_ground_of_the_page() {
        let tokens = include_str!("../../ui/src/style/tokens.css");
        let (light, dark) = tokens.split_once("prefers-color-scheme: dark").unwrap();
        for (theme, palette) in [(Theme::Light, light), (Theme::Dark, dark)] {
            let Color(red, green, blue, _) = theme.ground();
            let written = format!("--ground: #{red:02x}{green:02x}{blue:02x};");
            assert!(palette.contains(&written), "{theme:?}: {written}");
        }
    }
}
