//! What a process weighs.

use std::time::Duration;

/// So often is weighed meanwhile.
const EVERY: Duration = Duration::from_millis(10);

/// What a process alone holds in bytes and no file has (`Private_Dirty` of proc_pid_smaps(5)). Its share of what others
/// use too would grow when one of them ends.
///
/// # Panics
/// When there is no such process.
#[must_use]
pub fn weight(process: u32) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{process}/smaps_rollup"));
    let text = text.expect("a process to weigh");
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("Private_Dirty:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().next());
    let kibibytes: u64 = kibibytes
        .and_then(|it| it.parse().ok())
        .expect("its memory");
    kibibytes * 1024
}

/// Does something, and gives beside its outcome the most that a process weighed meanwhile, in bytes.
pub async fn heaviest<T>(process: u32, doing: impl Future<Output = T>) -> (T, u64) {
    tokio::pin!(doing);
    let mut most = weight(process);
    loop {
        tokio::select! {
            done = &mut doing => return (done, most.max(weight(process))),
            () = tokio::time::sleep(EVERY) => most = most.max(weight(process)),
        }
    }
}

/// Bytes as megabytes, for people.
#[must_use]
pub fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
