//! Where frames end in a stream of bytes: enough of WebSocket (RFC 6455 §5.2) and of TLS (RFC 8446 §5.1) to cut a link
//! behind a frame or in the midst of one.

/// The longest header of a frame: WebSocket's with eight bytes of length and a mask.
const LONGEST_HEADER: usize = 14;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Unknown,
    /// A WebSocket's greeting; it ends with an empty line.
    Greeting,
    WebSocket,
    /// XMPP in clear, and TLS records after it.
    Tcp,
}

/// How far one direction of a link is.
#[derive(Debug)]
pub(crate) struct Frames {
    kind: Kind,
    /// The beginning of a header that is not whole yet, or the last bytes of a greeting.
    head: Vec<u8>,
    /// So much of the current frame is still to come.
    left: usize,
}

impl Frames {
    pub(crate) fn new() -> Self {
        Self {
            kind: Kind::Unknown,
            head: Vec::new(),
            left: 0,
        }
    }

    /// The offsets in `bytes`, which come next, behind which a frame ends. What comes in clear over TCP is one frame
    /// as it comes.
    pub(crate) fn ends(&mut self, bytes: &[u8]) -> Vec<usize> {
        if self.kind == Kind::Unknown
            && let Some(first) = bytes.first()
        {
            self.kind = match first {
                b'G' | b'H' => Kind::Greeting,
                _ => Kind::Tcp,
            };
        }
        let mut ends = Vec::new();
        let mut at = 0;
        while at < bytes.len() {
            if self.left > 0 {
                let step = self.left.min(bytes.len() - at);
                self.left -= step;
                at += step;
                if self.left == 0 {
                    ends.push(at);
                }
                continue;
            }
            self.head.push(bytes[at]);
            at += 1;
            match self.kind {
                Kind::Greeting => {
                    if self.head.ends_with(b"\r\n\r\n") {
                        self.kind = Kind::WebSocket;
                        self.head.clear();
                        ends.push(at);
                    }
                }
                Kind::WebSocket => self.header(websocket(&self.head), at, &mut ends),
                Kind::Tcp if matches!(self.head[0], 0x14..=0x17) => {
                    self.header(tls(&self.head), at, &mut ends);
                }
                Kind::Tcp | Kind::Unknown => {
                    self.head.clear();
                    at = bytes.len();
                    ends.push(at);
                }
            }
        }
        ends
    }

    fn header(&mut self, payload: Option<usize>, at: usize, ends: &mut Vec<usize>) {
        debug_assert!(self.head.len() <= LONGEST_HEADER, "no such header");
        let Some(payload) = payload else {
            return;
        };
        self.head.clear();
        self.left = payload;
        if payload == 0 {
            ends.push(at);
        }
    }
}

/// The payload's length, once the header is whole.
fn websocket(head: &[u8]) -> Option<usize> {
    let second = *head.get(1)?;
    let mask = if second & 0x80 == 0 { 0 } else { 4 };
    let (extra, short) = match second & 0x7f {
        126 => (2, 0),
        127 => (8, 0),
        length => (0, usize::from(length)),
    };
    if head.len() < 2 + extra + mask {
        return None;
    }
    let long = &head[2..2 + extra];
    Some(
        long.iter()
            .fold(short, |sum, byte| sum << 8 | usize::from(*byte)),
    )
}

fn tls(head: &[u8]) -> Option<usize> {
    let length = head.get(3..5)?;
    Some(usize::from(length[0]) << 8 | usize::from(length[1]))
}

#[cfg(test)]
mod tests {
    use super::Frames;

    /// The ends in the whole, however it is cut.
    fn ends(all: &[u8], piece: usize) -> Vec<usize> {
        let mut frames = Frames::new();
        let mut found = Vec::new();
        for (number, bytes) in all.chunks(piece).enumerate() {
            let ends = frames.ends(bytes);
            found.extend(ends.iter().map(|end| number * piece + end));
        }
        found
    }

    #[test]
    fn websocket_frames_end_where_their_header_says() {
        let mut all = b"GET / HTTP/1.1\r\n\r\n".to_vec();
        all.extend([0x81, 0x83, 1, 2, 3, 4, b'a', b'b', b'c']);
        all.extend([0x81, 126, 1, 0]);
        all.extend([b'x'; 256]);
        all.extend([0x89, 0]);
        for piece in [1, 5, all.len()] {
            assert_eq!(
                ends(&all, piece),
                [18, 27, 287, 289],
                "in pieces of {piece}"
            );
        }
    }

    #[test]
    fn tls_records_end_where_their_header_says() {
        let mut all = b"<?xml version='1.0'?>".to_vec();
        let clear = all.len();
        all.extend([0x16, 3, 1, 0, 2, 9, 9]);
        all.extend([0x17, 3, 3, 1, 0]);
        all.extend([9; 256]);
        let mut frames = Frames::new();
        assert_eq!(frames.ends(&all[..clear]), [clear]);
        assert_eq!(frames.ends(&all[clear..clear + 3]), [] as [usize; 0]);
        assert_eq!(frames.ends(&all[clear + 3..]), [4, 265]);
    }
}
