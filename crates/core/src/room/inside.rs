//! Whether I am still in a room that says nothing (XEP-0410).

/// What a room's answer says about that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inside {
    /// I am in it.
    Yes,
    /// I am not: it has to be entered again.
    No,
    /// Nobody knows, as long as the room is out of reach.
    Unknown,
}

impl Inside {
    /// Reads the answer to a ping to my own address in the room; `refused` is the error's condition, `None` when there was
    /// none (XEP-0410 §3.2).
    #[must_use]
    pub fn read(refused: Option<&str>) -> Self {
        match refused {
            // The room has passed it on, whatever a device of mine made of it, or found somebody who is called otherwise
            // by now.
            None | Some("service-unavailable" | "feature-not-implemented" | "item-not-found") => {
                Self::Yes
            }
            Some("remote-server-not-found" | "remote-server-timeout") => Self::Unknown,
            Some(_) => Self::No,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_says_what_the_standard_says() {
        let rows = [
            (None, Inside::Yes),
            (Some("service-unavailable"), Inside::Yes),
            (Some("feature-not-implemented"), Inside::Yes),
            (Some("item-not-found"), Inside::Yes),
            (Some("remote-server-not-found"), Inside::Unknown),
            (Some("remote-server-timeout"), Inside::Unknown),
            (Some("not-acceptable"), Inside::No),
            (Some("not-allowed"), Inside::No),
            (Some("bad-request"), Inside::No),
            (Some("gone"), Inside::No),
            (Some(""), Inside::No),
        ];
        for (refused, said) in rows {
            assert_eq!(Inside::read(refused), said, "{refused:?}");
        }
    }
}
