//! The package, installed on this machine for as long as a test runs.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

/// Installs, says so, and purges once its input ends: also when the test was killed and can do nothing more. One at a
/// time on a machine; dpkg itself may be busy for somebody else meanwhile.
const KEEPER: &str = r#"
trap '' HUP INT TERM
export LC_ALL=C
exec 9</var/lib/dpkg
flock 9
case $(dpkg-query -W -f='${db:Status-Status}' carillon 2>/dev/null) in
  ''|not-installed) ;;
  *) echo 'a Carillon is installed here'; exit ;;
esac
patiently() {
  for try in $(seq 300); do
    said=$("$@" 2>&1) && return
    case $said in *lock*) sleep 0.2 ;; *) break ;; esac
  done
  return 1
}
if patiently dpkg -i "$1"; then echo installed; else echo "dpkg -i: $said" | tr '\n' ' '; echo; fi
cat >/dev/null
patiently dpkg --purge carillon || echo "dpkg --purge: $said"
"#;

/// An installed package. Dropping it takes it off again.
#[derive(Debug)]
pub struct Installed {
    /// Until this is closed, the package stays.
    stays: Option<ChildStdin>,
    keeper: Child,
}

impl Installed {
    /// Installs a package; the reason if this is not the machine for that.
    ///
    /// # Errors
    /// When the user is not root, there is no dpkg, or a Carillon is installed that is not the test's.
    ///
    /// # Panics
    /// When dpkg refuses the package.
    pub fn from(package: &Path) -> Result<Self, String> {
        let user = Command::new("id").arg("-u").output().expect("an id");
        if user.stdout.trim_ascii() != b"0" {
            return Err("only root can install".to_owned());
        }
        if !Path::new("/var/lib/dpkg/status").exists() {
            return Err("this machine's packages are not dpkg's".to_owned());
        }
        let mut keeper = Command::new("sh")
            .args(["-c", KEEPER, "keeper"])
            .arg(package)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // Whoever kills the test and its group leaves the keeper alive.
            .process_group(0)
            .spawn()
            .expect("a shell");
        let stays = keeper.stdin.take();
        let mut said = BufReader::new(keeper.stdout.as_mut().expect("its output"));
        let mut answer = String::new();
        said.read_line(&mut answer).expect("an answer");
        let installed = Self { stays, keeper };
        match answer.trim() {
            "installed" => Ok(installed),
            refused if refused.starts_with("dpkg") => panic!("{refused}"),
            why => Err(why.to_owned()),
        }
    }

    /// Takes the package off.
    ///
    /// # Panics
    /// When dpkg refuses.
    pub fn purge(mut self) {
        let complaint = self.take_off();
        assert_eq!(complaint, "", "it is still installed");
    }

    fn take_off(&mut self) -> String {
        self.stays = None;
        let mut complaint = String::new();
        if let Some(said) = &mut self.keeper.stdout {
            let _ = said.read_to_string(&mut complaint);
        }
        let _ = self.keeper.wait();
        complaint
    }
}

impl Drop for Installed {
    fn drop(&mut self) {
        let complaint = self.take_off();
        if !complaint.is_empty() {
            eprintln!("Carillon is still installed: {complaint}");
        }
    }
}
