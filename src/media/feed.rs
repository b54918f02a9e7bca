//! Packets of one stream on their way into its decoder.

use ffmpeg_next as ffmpeg;
use ffmpeg_next::codec::decoder::Opened;

use super::failure::failed;
use super::input::Input;
use crate::error::{Error, ErrorKind, Result};

/// Broken packets in a row after which a source counts as corrupt.
const MAX_BROKEN: u32 = 200;

/// Reads a stream's packets and counts the broken ones.
pub(super) struct Feed {
    /// The file.
    pub input: Input,
    /// The stream's index.
    pub stream: usize,
    /// What the stream is, for messages: `picture` or `sound`.
    what: &'static str,
    broken: u32,
}

impl Feed {
    /// Reads stream `stream` of `input` only.
    pub(super) fn new(mut input: Input, stream: usize, what: &'static str) -> Self {
        input.only(stream);
        Self { input, stream, what, broken: 0 }
    }

    /// Gives the decoder the next packet, or the end.
    pub(super) fn step(&mut self, decoder: &mut Opened) -> Result<()> {
        let mut packet = ffmpeg::Packet::empty();
        let sent = if self.input.read(&mut packet)? {
            if packet.stream() != self.stream {
                return Ok(());
            }
            decoder.send_packet(&packet)
        } else {
            decoder.send_eof()
        };
        match sent {
            Ok(()) | Err(ffmpeg::Error::Eof) => Ok(()),
            Err(error) => self.survive(error),
        }
    }

    /// A frame came out: what was broken before is passed.
    pub(super) fn recovered(&mut self) {
        self.broken = 0;
    }

    /// Passes over a broken packet, unless there are too many or the failure is another.
    pub(super) fn survive(&mut self, error: ffmpeg::Error) -> Result<()> {
        if error != ffmpeg::Error::InvalidData {
            return Err(failed(error, &format!("decode the {}", self.what)));
        }
        self.broken += 1;
        if self.broken > MAX_BROKEN {
            let message = format!("the source's {} cannot be decoded", self.what);
            return Err(Error::new(ErrorKind::CorruptMedia, message));
        }
        Ok(())
    }
}
