//! Networks of a test's own, made of the kernel's namespaces: one for the whole test, so that nothing of the machine's
//! is touched, and beside it one for a person, whose links, addresses and routes come and go.

use std::path::Path;
use std::process::Command;

use carillon_tests_servers::{Process, until};

/// Runs `test` of this executable, one that is ignored otherwise, in a network of its own with nothing but loopback.
/// Without root the kernel may let a user be root in a namespace of the user's own; where neither can be, it says so
/// aloud and runs nothing.
///
/// # Panics
/// When that test fails.
pub fn apart(test: &str) {
    let tried = "ip link add near type veth peer name far && unshare -n true";
    let Some(how) = ["-n", "-rn"].into_iter().find(|how| {
        let can = Command::new("unshare")
            .args([how, "sh", "-c", tried])
            .output();
        can.is_ok_and(|tried| tried.status.success())
    }) else {
        eprintln!(
            "skipped: no network of its own without root or user namespaces, unshare, ip and pairs of links (veth)"
        );
        return;
    };
    let status = Command::new("unshare")
        .args([how, "setpriv", "--pdeathsig", "KILL", "--"])
        .arg(std::env::current_exe().expect("the test's own path"))
        .args([test, "--exact", "--ignored", "--nocapture"])
        .env(APART, "yes")
        .status();
    let status = status.expect("unshare starts");
    assert!(status.success(), "{test} failed: see above");
}

/// Says to the test that it runs where [`apart`] wants it.
const APART: &str = "CARILLON_TEST_APART";

/// A person's network. Its ways lead to the test's: way 3 is a link between `near3`, here, and `far3`, there, with the
/// addresses 10.9.3.0/24 on it, of which 1 is the other end's.
#[derive(Debug)]
pub struct Network {
    /// The network lasts for as long as somebody is in it.
    _someone: Process,
    file: String,
}

impl Network {
    /// One without any way. The test's own network is known by `address` too, wherever somebody asks from.
    ///
    /// # Panics
    /// In a test that was not started by [`apart`], since it would change the machine's network.
    pub async fn beside(address: &str, folder: &Path) -> Self {
        assert!(
            std::env::var_os(APART).is_some(),
            "run by another test, in a network of its own"
        );
        ip("link set lo up");
        ip(&format!("addr add {address}/32 dev lo"));
        let mut command = Process::command("unshare");
        command.args(["-n", "sleep", "infinity"]);
        let someone = Process::spawn("network", folder, command);
        let file = format!("/proc/{}/ns/net", someone.id());
        let own = std::fs::read_link("/proc/self/ns/net").expect("the test's network");
        until("there is another network", || {
            someone.assert_running();
            std::fs::read_link(&file).is_ok_and(|other| other != own)
        })
        .await;
        let network = Self {
            _someone: someone,
            file,
        };
        network.ip("link set lo up");
        network
    }

    /// The same command, to be run in this network.
    #[must_use]
    pub fn command(&self, command: &Command) -> Command {
        let mut inside = Command::new("nsenter");
        let variables = command.get_envs();
        inside
            .arg(format!("--net={}", self.file))
            .arg("--")
            .arg(command.get_program())
            .args(command.get_args())
            .env_clear()
            .envs(variables.filter_map(|(name, value)| Some((name, value?))));
        inside
    }

    /// Lays a way, without any address of the person's on it.
    ///
    /// # Panics
    /// When the kernel refuses.
    pub fn lay(&self, way: u8) {
        ip(&format!(
            "link add far{way} type veth peer name near{way} netns {}",
            self.file
        ));
        ip(&format!("addr add 10.9.{way}.1/24 dev far{way}"));
        ip(&format!("link set far{way} up"));
        self.ip(&format!("link set near{way} up"));
    }

    /// Gives the person the address 10.9.`way`.`host`, and leads everything this way from now on.
    ///
    /// # Panics
    /// As [`Network::lay`].
    pub fn lead(&self, way: u8, host: u8) {
        self.ip(&format!("addr add 10.9.{way}.{host}/24 dev near{way}"));
        self.ip(&format!("route prepend default via 10.9.{way}.1"));
    }

    /// Takes all addresses of the person's off the way; their routes go with them.
    ///
    /// # Panics
    /// As [`Network::lay`].
    pub fn take_addresses(&self, way: u8) {
        self.ip(&format!("addr flush dev near{way}"));
    }

    /// Takes the way away.
    ///
    /// # Panics
    /// As [`Network::lay`].
    pub fn take(&self, way: u8) {
        ip(&format!("link del far{way}"));
    }

    /// Pulls the cable out at the other end, or puts it in again.
    ///
    /// # Panics
    /// As [`Network::lay`].
    pub fn plug(&self, way: u8, into: bool) {
        let state = if into { "up" } else { "down" };
        ip(&format!("link set far{way} {state}"));
    }

    /// Whatever goes to the person at this address gets lost, and nobody is told; or it gets there again.
    ///
    /// # Panics
    /// As [`Network::lay`].
    pub fn swallow(&self, way: u8, host: u8, lost: bool) {
        let what = if lost { "add" } else { "del" };
        ip(&format!("route {what} blackhole 10.9.{way}.{host}"));
    }

    fn ip(&self, arguments: &str) {
        run(&mut self.command(&ip_command(arguments)), arguments);
    }
}

/// `ip` in the test's network.
fn ip(arguments: &str) {
    run(&mut ip_command(arguments), arguments);
}

fn ip_command(arguments: &str) -> Command {
    let mut command = Command::new("ip");
    command.args(arguments.split(' '));
    for name in ["PATH", "HOME"] {
        command.env(name, std::env::var_os(name).unwrap_or_default());
    }
    command
}

fn run(command: &mut Command, arguments: &str) {
    let done = command.output().expect("ip starts");
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "ip {arguments}: {said}");
}
