//! A file that is there as a whole or not at all, for this user alone.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// A file that is being written beside the place that it will have.
pub(super) struct Unwritten {
    file: Option<BufWriter<File>>,
    beside: PathBuf,
    place: PathBuf,
}

impl Unwritten {
    pub(super) fn begin(place: &Path) -> io::Result<Self> {
        let name = place.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        let mut beside = std::ffi::OsString::from(".");
        beside.push(name);
        beside.push(".carillon-part");
        let beside = place.with_file_name(beside);
        // What a kill left of another one.
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = BufWriter::new(options.open(&beside)?);
        Ok(Self {
            file: Some(file),
            beside,
            place: place.to_owned(),
        })
    }

    /// It is whole: it takes its place, and what was there goes.
    pub(super) fn finish(mut self) -> io::Result<()> {
        let Some(file) = self.file.take() else {
            return Ok(());
        };
        let done = file
            .into_inner()
            .map_err(io::IntoInnerError::into_error)
            .and_then(|file| file.sync_all())
            .and_then(|()| fs::rename(&self.beside, &self.place));
        if done.is_err() {
            self.remove();
        }
        done
    }

    fn remove(&self) {
        if let Err(error) = fs::remove_file(&self.beside) {
            tracing::warn!(%error, "a file that was not finished could not be removed");
        }
    }
}

impl Write for Unwritten {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.file {
            Some(file) => file.write(bytes),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl Drop for Unwritten {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            self.remove();
        }
    }
}
