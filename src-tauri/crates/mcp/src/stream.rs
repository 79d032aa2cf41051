//! Server-sent events out of bytes that arrive cut anywhere, in the middle of a line or of a character.
//!
//! Knows the framing and nothing of what is in it. A line and an event are limited in size, so that a server cannot fill the
//! memory with one that never ends.

/// One event.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Frame {
    /// Its name; empty for an ordinary message.
    pub event: String,
    /// Its data lines, put together.
    pub data: Vec<u8>,
}

/// More than the limit came without an end.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Endless;

/// Bytes in, events out.
pub(crate) struct Decoder {
    most: usize,
    line: Vec<u8>,
    after_cr: bool,
    frame: Frame,
    started: bool,
}

impl Decoder {
    /// One that takes lines and events of at most so many bytes.
    pub fn new(most: usize) -> Decoder {
        Decoder { most, line: Vec::new(), after_cr: false, frame: Frame::default(), started: false }
    }

    /// Takes the next bytes and gives back the events they complete.
    pub fn feed(&mut self, mut bytes: &[u8]) -> Result<Vec<Frame>, Endless> {
        let mut frames = Vec::new();
        while let Some(first) = bytes.first() {
            if std::mem::take(&mut self.after_cr) && *first == b'\n' {
                bytes = &bytes[1..];
                continue;
            }
            let end = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let piece = &bytes[..end.unwrap_or(bytes.len())];
            if self.line.len() + piece.len() > self.most {
                return Err(Endless);
            }
            self.line.extend_from_slice(piece);
            let Some(end) = end else { break };
            self.after_cr = bytes[end] == b'\r';
            bytes = &bytes[end + 1..];
            frames.extend(self.end_of_line()?);
        }
        Ok(frames)
    }

    fn end_of_line(&mut self) -> Result<Option<Frame>, Endless> {
        let line = std::mem::take(&mut self.line);
        let line = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&line);
        if line.is_empty() {
            let frame = std::mem::take(&mut self.frame);
            return Ok(std::mem::take(&mut self.started).then_some(frame));
        }
        let (field, value) = match line.iter().position(|byte| *byte == b':') {
            Some(colon) => (&line[..colon], &line[colon + 1..]),
            None => (line, &[][..]),
        };
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match field {
            b"data" => {
                if self.frame.data.len() + value.len() > self.most {
                    return Err(Endless);
                }
                if self.started {
                    self.frame.data.push(b'\n');
                }
                self.frame.data.extend_from_slice(value);
                self.started = true;
            }
            b"event" => self.frame.event = String::from_utf8_lossy(value).chars().take(40).collect(),
            _ => {}
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::{Decoder, Endless, Frame};

    const STREAM: &str = concat!(
        "\u{feff}event: endpoint\r\ndata: /messages/?session_id=é日\r\n\r\n",
        ": ping\nid: 7\nevent: message\ndata: one\ndata: two\n\n",
        "data:{}\r\r"
    );

    #[test]
    fn a_stream_cut_anywhere_gives_the_same_events() {
        let frame = |event: &str, data: &str| Frame { event: event.into(), data: data.into() };
        let expected = [frame("endpoint", "/messages/?session_id=é日"), frame("message", "one\ntwo"), frame("", "{}")];
        for size in 1..STREAM.len() {
            let mut decoder = Decoder::new(1000);
            let pieces = STREAM.as_bytes().chunks(size);
            let frames: Vec<Frame> = pieces.flat_map(|piece| decoder.feed(piece).unwrap()).collect();
            assert_eq!(frames, expected, "in pieces of {size} bytes");
        }
    }

    #[test]
    fn what_has_no_data_is_no_event_and_what_has_no_end_is_left() {
        assert_eq!(
            Decoder::new(99).feed(b"\n\n: ping\n\nevent: x\n\ndata: half").unwrap(),
            vec![],
            "nothing is complete"
        );
        assert_eq!(Decoder::new(99).feed(&[b'x'; 100]), Err(Endless), "a line without an end is not kept for ever");
        let mut decoder = Decoder::new(99);
        let ended = (0..20).try_for_each(|_| decoder.feed(b"data: 0123456789\n").map(drop));
        assert_eq!(ended, Err(Endless), "nor is an event");
    }
}
