//! The local socket's name, and who may open it.

use crate::profile::Profile;
#[cfg(unix)]
use crate::profile::make_private;
use interprocess::local_socket::Name;
use interprocess::local_socket::tokio::{Listener, Stream, prelude::*};
use std::io;

/// The profile's socket: a Unix socket in the runtime folder, a named pipe on Windows.
#[cfg(unix)]
fn name(profile: &Profile) -> io::Result<Name<'static>> {
    use interprocess::local_socket::{GenericFilePath, ToFsName};
    let folder = match dirs::runtime_dir() {
        Some(runtime) => runtime.join("carillon"),
        // Without a runtime folder (a bare login, a service), the profile's own folder is private too.
        None => std::env::temp_dir().join(format!("carillon-{}", owner(profile)?)),
    };
    make_private(&folder)?;
    check_owner(&folder, owner(profile)?)?;
    folder
        .join(format!("{}.sock", profile.hash()))
        .to_fs_name::<GenericFilePath>()
}

#[cfg(windows)]
fn name(profile: &Profile) -> io::Result<Name<'static>> {
    use interprocess::local_socket::{GenericNamespaced, ToNsName};
    format!("im.carillon.Carillon.{}", profile.hash()).to_ns_name::<GenericNamespaced>()
}

/// This user, as the owner of a folder that this user made.
#[cfg(unix)]
fn owner(profile: &Profile) -> io::Result<u32> {
    use std::os::unix::fs::MetadataExt;
    profile.create()?;
    Ok(std::fs::metadata(profile.data())?.uid())
}

#[cfg(unix)]
fn check_owner(folder: &std::path::Path, owner: u32) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let found = std::fs::symlink_metadata(folder)?;
    if found.is_dir() && found.uid() == owner && found.permissions().mode() & 0o077 == 0 {
        return Ok(());
    }
    let text = format!("{} is not a private folder of this user", folder.display());
    Err(io::Error::new(io::ErrorKind::PermissionDenied, text))
}

pub(crate) fn listen(profile: &Profile) -> io::Result<Listener> {
    use interprocess::local_socket::ListenerOptions;
    // The caller holds the profile's lock: a socket that is there was left by a killed resident.
    let options = ListenerOptions::new()
        .name(name(profile)?)
        .try_overwrite(true);
    #[cfg(unix)]
    let options = {
        use interprocess::os::unix::local_socket::ListenerOptionsExt;
        options.mode(0o600)
    };
    options.create_tokio()
}

pub(crate) async fn connect(profile: &Profile) -> io::Result<Stream> {
    Stream::connect(name(profile)?).await
}

/// Refuses a peer of another user. The mode of the socket says the same; this holds also where a
/// folder's rights were changed by hand.
#[cfg(unix)]
pub(crate) fn same_user(stream: &Stream, profile: &Profile) -> io::Result<bool> {
    let peer = stream.peer_creds()?.euid();
    Ok(peer == Some(owner(profile)?))
}

#[cfg(windows)]
pub(crate) fn same_user(_: &Stream, _: &Profile) -> io::Result<bool> {
    // A named pipe's default access list lets only its creator write.
    Ok(true)
}
