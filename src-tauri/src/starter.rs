//! Starts a resident when there is none.

use std::{
    env, io,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
};

/// Starts a resident, and no second one while the first may still be on its way.
#[derive(Debug)]
pub(crate) struct Starter {
    program: PathBuf,
    folder: Option<PathBuf>,
    child: Option<Child>,
    answered: bool,
}

impl Starter {
    /// Starts residents for the profile in `folder`, or for the user's own: `carillon` beside this executable, else
    /// wherever the system finds it.
    pub(crate) fn new(folder: Option<PathBuf>) -> Self {
        let name = format!("carillon{}", env::consts::EXE_SUFFIX);
        let own = env::current_exe().ok();
        let beside = own.and_then(|own| own.parent().map(|folder| folder.join(&name)));
        let program = beside
            .filter(|path| path.is_file())
            .unwrap_or_else(|| name.into());
        Self::with_program(program, folder)
    }

    fn with_program(program: PathBuf, folder: Option<PathBuf>) -> Self {
        Self {
            program,
            folder,
            child: None,
            answered: false,
        }
    }

    /// A resident answered: should it end later, that was not at once.
    pub(crate) fn answered(&mut self) {
        self.answered = true;
    }

    /// Starts a resident unless one that was started here still runs.
    ///
    /// # Errors
    /// That none can be started, or that the last one ended before it answered; then another was started all the same.
    pub(crate) fn see_to_it(&mut self) -> io::Result<()> {
        let ended = match self.child.as_mut().map(Child::try_wait).transpose()? {
            Some(None) => return Ok(()),
            Some(ended) => ended,
            None => None,
        };
        self.child = Some(start(&self.program, self.folder.as_deref())?);
        let answered = std::mem::take(&mut self.answered);
        // One that ends well found another resident in its place, which is the one to connect to.
        match ended.filter(|status| !answered && !status.success()) {
            None => Ok(()),
            Some(status) => Err(ended_at_once(&self.program, status)),
        }
    }
}

fn start(program: &Path, folder: Option<&Path>) -> io::Result<Child> {
    let mut command = Command::new(program);
    command
        .arg("--background")
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    if let Some(folder) = folder {
        command.arg("--profile").arg(folder);
    }
    // It outlives this window, and a Ctrl-C in the window's terminal.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    // CREATE_NO_WINDOW, winbase.h: the command line's console would stand on the screen for as long as it runs.
    #[cfg(windows)]
    std::os::windows::process::CommandExt::creation_flags(&mut command, 0x0800_0000);
    command.spawn().map_err(|error| {
        io::Error::new(
            error.kind(),
            format!("{} could not be started: {error}", program.display()),
        )
    })
}

fn ended_at_once(program: &Path, status: ExitStatus) -> io::Error {
    io::Error::other(format!("{} ended at once ({status})", program.display()))
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::{thread, time::Duration};

    /// Calls until the child that was started before has ended.
    fn after_it_ended(starter: &mut Starter) -> io::Result<()> {
        for _ in 0..500 {
            let first = starter.child.as_ref().map(Child::id);
            let result = starter.see_to_it();
            if starter.child.as_ref().map(Child::id) != first {
                return result;
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("it never ended")
    }

    #[test]
    fn a_resident_that_cannot_be_started_is_named() {
        let mut starter = Starter::with_program("/nowhere/carillon".into(), None);
        let error = starter.see_to_it().unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        assert!(error.to_string().contains("/nowhere/carillon"), "{error}");
    }

    #[test]
    fn a_resident_that_ends_at_once_is_said_and_tried_again() {
        let mut starter = Starter::with_program("false".into(), None);
        starter.see_to_it().unwrap();
        let error = after_it_ended(&mut starter).unwrap_err();
        assert!(error.to_string().contains("ended at once"), "{error}");
        after_it_ended(&mut starter).unwrap_err();
    }

    #[test]
    fn a_resident_that_left_the_place_to_another_is_no_failure() {
        let mut starter = Starter::with_program("true".into(), None);
        starter.see_to_it().unwrap();
        after_it_ended(&mut starter).unwrap();
    }

    #[test]
    fn a_resident_that_was_killed_after_it_answered_did_not_end_at_once() {
        let mut starter = Starter::with_program("false".into(), None);
        starter.see_to_it().unwrap();
        starter.answered();
        after_it_ended(&mut starter).unwrap();
        after_it_ended(&mut starter).unwrap_err();
    }

    #[test]
    fn no_second_one_is_started_while_the_first_runs() {
        let mut starter = Starter::with_program("yes".into(), None);
        starter.child = Some(Command::new("yes").stdout(Stdio::null()).spawn().unwrap());
        let first = starter.child.as_ref().unwrap().id();
        starter.see_to_it().unwrap();
        let mut child = starter.child.take().unwrap();
        let still = child.id();
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(still, first);
    }
}
