//! Server-sent events out of bytes that arrive cut anywhere, in the middle of a line or of a character.
//!
//! Knows the framing and nothing of what is in it. A line and an event are limited in size, so that a server cannot
//! fill the memory with one that never ends.

/// Most bytes of one line, and of the data of one event.
const MAX_EVENT: usize = 4 << 20;

/// One event.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Frame {
    /// Its name; empty for an ordinary message.
    pub event: String,
    /// Its data lines, put together.
    pub data: String,
}

/// More than [`MAX_EVENT`] came without an end.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Endless;

/// Bytes in, events out.
#[derive(Default)]
pub(crate) struct Decoder {
    line: Vec<u8>,
    after_cr: bool,
    frame: Frame,
    started: bool,
}

impl Decoder {
    /// Takes the next bytes and gives back the events they complete.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<Vec<Frame>, Endless> {
        let mut frames = Vec::new();
        for &byte in bytes {
            let end = match byte {
                b'\n' if std::mem::take(&mut self.after_cr) => continue,
                b'\n' => true,
                b'\r' => true,
                _ => false,
            };
            self.after_cr = byte == b'\r';
            if end {
                frames.extend(self.end_of_line()?);
            } else {
                if self.line.len() >= MAX_EVENT {
                    return Err(Endless);
                }
                self.line.push(byte);
            }
        }
        Ok(frames)
    }

    fn end_of_line(&mut self) -> Result<Option<Frame>, Endless> {
        let line = std::mem::take(&mut self.line);
        let line = String::from_utf8_lossy(&line);
        if line.is_empty() {
            let frame = std::mem::take(&mut self.frame);
            return Ok(std::mem::take(&mut self.started).then_some(frame));
        }
        let (field, value) = line.split_once(':').unwrap_or((&line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field.trim_start_matches('\u{feff}') {
            "data" => {
                if self.frame.data.len() + value.len() > MAX_EVENT {
                    return Err(Endless);
                }
                if self.started {
                    self.frame.data.push('\n');
                }
                self.frame.data.push_str(value);
                self.started = true;
            }
            "event" => self.frame.event = value.chars().take(40).collect(),
            _ => {}
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::{Decoder, Endless, Frame};

    const STREAM: &str = concat!(
        "\u{feff}data: {\"a\":\"é日\"}\r\n\r\n",
        ": a comment\nid: 7\nevent: error\ndata: one\ndata: two\n\n",
        "data:[DONE]\n\n"
    );

    fn expected() -> Vec<Frame> {
        let frame = |event: &str, data: &str| Frame { event: event.into(), data: data.into() };
        vec![frame("", "{\"a\":\"é日\"}"), frame("error", "one\ntwo"), frame("", "[DONE]")]
    }

    #[test]
    fn a_stream_cut_anywhere_gives_the_same_events() {
        for size in 1..STREAM.len() {
            let mut decoder = Decoder::default();
            let pieces = STREAM.as_bytes().chunks(size);
            let frames: Vec<Frame> = pieces.flat_map(|piece| decoder.feed(piece).unwrap()).collect();
            assert_eq!(frames, expected(), "in pieces of {size} bytes");
        }
    }

    #[test]
    fn bare_carriage_returns_end_lines_too() {
        let mut decoder = Decoder::default();
        let frames = decoder.feed(b"data: a\r\rdata: b\r\r").unwrap();
        assert_eq!(frames.len(), 2, "both events are there: {frames:?}");
    }

    #[test]
    fn what_has_no_data_is_no_event_and_what_has_no_end_is_left() {
        let mut decoder = Decoder::default();
        assert_eq!(decoder.feed(b"\n\n: ping\n\nevent: x\n\ndata: half").unwrap(), vec![], "nothing is complete");
        let mut decoder = Decoder::default();
        let endless = decoder.feed(&vec![b'x'; super::MAX_EVENT + 1]);
        assert_eq!(endless, Err(Endless), "a line without an end is not kept for ever");
        let mut decoder = Decoder::default();
        let line = [b"data: ".as_slice(), &[b'x'; 1000], b"\n"].concat();
        let ended = (0..super::MAX_EVENT / 1000 + 1).try_for_each(|_| decoder.feed(&line).map(drop));
        assert_eq!(ended, Err(Endless), "nor is an event");
    }
}
