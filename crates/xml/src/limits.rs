//! How much XML is read before giving up.

/// Bounds that one XML document must keep. Each is the greatest allowed value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the whole document.
    pub bytes: usize,
    /// Elements inside each other; a lone root has depth 1.
    pub depth: usize,
    /// Attributes of one element, namespace declarations included.
    pub attributes: usize,
    /// Namespace declarations in force at one place, over all its ancestors.
    pub namespaces: usize,
    /// Elements and attributes of the whole document together.
    pub nodes: usize,
}

impl Limits {
    /// For one stanza or other top-level stream element.
    ///
    /// 1 MiB is what the WebSocket layer lets through. Depth 64 is far beyond any protocol in use and
    /// far below what a 2 MiB thread stack holds of recursive parsers. The nodes allow a roster of
    /// 10,000 contacts with names and groups in one answer (50,000), and a tree of that many costs
    /// at most 32 MiB.
    pub const STANZA: Limits = Limits {
        bytes: 1 << 20,
        depth: 64,
        attributes: 64,
        namespaces: 64,
        nodes: 52_000,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::STANZA
    }
}
