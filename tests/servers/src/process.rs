//! A child process that never outlives its test.

use std::ffi::OsStr;
use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

/// How long a process may take to end by itself before it is killed.
const GRACE: Duration = Duration::from_secs(3);

/// A program and whatever it starts, as a process group. Dropping it ends the group; its output is kept in a
/// file, and shown when the test fails.
#[derive(Debug)]
pub struct Process {
    name: String,
    id: u32,
    child: Mutex<Child>,
    log: PathBuf,
}

impl Process {
    /// A command for [`Process::spawn`]. The kernel kills the program when the thread that spawned it ends, even
    /// by `kill -9`; so spawn from the test's own thread, not from a worker's.
    #[must_use]
    pub fn command(program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "--"]).arg(program);
        command
    }

    /// Starts `command` with its output in `folder/name.log`.
    ///
    /// # Panics
    /// When the program cannot be started.
    #[must_use]
    pub fn spawn(name: &str, folder: &Path, mut command: Command) -> Self {
        let log = folder.join(format!("{name}.log"));
        let output = File::options()
            .create(true)
            .append(true)
            .open(&log)
            .expect("a log in the test's folder");
        let child = command
            .stdin(Stdio::null())
            .stdout(output.try_clone().expect("a second handle of the log"))
            .stderr(output)
            .process_group(0)
            .spawn()
            .unwrap_or_else(|error| panic!("{name} does not start: {error}"));
        Self {
            name: name.to_owned(),
            id: child.id(),
            child: Mutex::new(child),
            log,
        }
    }

    /// The process id, which is the group's too.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Everything that it has written so far, to both outputs.
    #[must_use]
    pub fn output(&self) -> String {
        std::fs::read(&self.log)
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default()
    }

    /// Its status, if it has ended.
    pub fn ended(&self) -> Option<ExitStatus> {
        self.child().try_wait().ok().flatten()
    }

    /// Panics with its output if it has ended: nobody need wait for an answer then.
    pub fn assert_running(&self) {
        if let Some(status) = self.ended() {
            panic!("{} ended ({status}):\n{}", self.name, self.output());
        }
    }

    /// `kill -9` for the whole group, as a crash would be.
    pub fn kill(&mut self) {
        self.signal(Signal::KILL);
        let _ = self.child().wait();
    }

    /// Asks it to end, and kills it if it does not within a few seconds.
    pub fn end(&mut self) {
        self.signal(Signal::TERM);
        let deadline = Instant::now() + GRACE;
        while self.ended().is_none() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(5));
        }
        self.kill();
    }

    fn child(&self) -> MutexGuard<'_, Child> {
        self.child.lock().expect("no thread panics with it")
    }

    fn signal(&self, signal: Signal) {
        if let Some(group) = i32::try_from(self.id).ok().and_then(Pid::from_raw) {
            let _ = kill_process_group(group, signal);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
        if std::thread::panicking() {
            let output = self.output();
            let lines: Vec<&str> = output.lines().collect();
            let tail = lines[lines.len().saturating_sub(40)..].join("\n");
            eprintln!("--- {} said last:\n{tail}\n---", self.name);
        }
    }
}
