//! Memory that the C library holds back.

/// Gives back to the system what was freed. glibc keeps whole pages of it as long as anything behind them in the heap is
/// in use (malloc_trim(3)), and after a file of ten thousand rules was read that is most of the heap.
pub(crate) fn give_back() {
    // SAFETY: it takes a number, may be called at any time and from any thread, and frees nothing that is in use.
    unsafe {
        libc::malloc_trim(0);
    }
}
