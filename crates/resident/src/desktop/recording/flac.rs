//! A recording becomes a FLAC file, a block at a time: sound that has passed takes half the memory, and sending does
//! not wait for the whole to be encoded.

use flacenc::bitsink::ByteSink;
use flacenc::component::{BitRepr, Stream, StreamInfo};
use flacenc::config::Encoder;
use flacenc::encode_fixed_size_frame;
use flacenc::error::{Verified, Verify};
use flacenc::source::{Fill, FrameBuf};

/// Samples that are encoded at once: a quarter of a second of speech.
const BLOCK: usize = 4096;
const BITS: usize = 16;

/// What a library refuses that never should: nothing of it comes from outside.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the recording could not be encoded: {0}")]
pub(super) struct EncodeError(String);

fn fault(error: impl std::fmt::Display) -> EncodeError {
    EncodeError(error.to_string())
}

/// A mono file that grows.
pub(super) struct Flac {
    encoder: Verified<Encoder>,
    info: StreamInfo,
    block: Vec<i32>,
    frames: Vec<u8>,
    count: usize,
}

impl Flac {
    /// `rate`: samples a second.
    pub(super) fn new(rate: u32) -> Result<Self, EncodeError> {
        let rate = usize::try_from(rate).map_err(fault)?;
        let encoder = Encoder::default();
        Ok(Self {
            encoder: encoder.into_verified().map_err(|(_, error)| fault(error))?,
            info: StreamInfo::new(rate, 1, BITS).map_err(fault)?,
            block: Vec::with_capacity(BLOCK),
            frames: Vec::new(),
            count: 0,
        })
    }

    /// A sample between -1 and 1; what is louder is as loud as can be.
    pub(super) fn take(&mut self, sample: f32) -> Result<(), EncodeError> {
        let loudest = f32::from(i16::MAX);
        #[expect(clippy::cast_possible_truncation, reason = "between the bounds")]
        self.block
            .push((sample.clamp(-1.0, 1.0) * loudest).round() as i32);
        match self.block.len() {
            BLOCK => self.write_block(),
            _ => Ok(()),
        }
    }

    /// The whole file. The last block is filled up with silence.
    pub(super) fn finish(mut self) -> Result<Vec<u8>, EncodeError> {
        if !self.block.is_empty() || self.count == 0 {
            self.block.resize(BLOCK, 0);
            self.write_block()?;
        }
        let mut header = ByteSink::new();
        let stream = Stream::with_stream_info(self.info);
        stream.write(&mut header).map_err(fault)?;
        let mut file = header.into_inner();
        file.append(&mut self.frames);
        Ok(file)
    }

    fn write_block(&mut self) -> Result<(), EncodeError> {
        let mut block = FrameBuf::with_size(1, BLOCK).map_err(fault)?;
        block.fill_interleaved(&self.block).map_err(fault)?;
        self.block.clear();
        let frame = encode_fixed_size_frame(&self.encoder, &block, self.count, &self.info);
        let frame = frame.map_err(fault)?;
        self.info.update_frame_info(&frame);
        self.count += 1;
        let mut sink = ByteSink::new();
        frame.write(&mut sink).map_err(fault)?;
        self.frames.append(&mut sink.into_inner());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rodio::{Decoder, Source as _};
    use std::io::Cursor;

    #[test]
    fn what_was_said_is_what_is_heard_and_takes_less_room_than_without() {
        let mut flac = Flac::new(16_000).unwrap();
        let said: Vec<f32> = (0_u16..20_000)
            .map(|at| (f32::from(at) / 16_000.0 * 440.0 * std::f32::consts::TAU).sin() * 0.5)
            .collect();
        for sample in &said {
            flac.take(*sample).unwrap();
        }
        let file = flac.finish().unwrap();
        assert!(file.len() < said.len() * 2, "{}", file.len());
        let heard = Decoder::new_flac(Cursor::new(file)).unwrap();
        assert_eq!(
            (heard.channels().get(), heard.sample_rate().get()),
            (1, 16_000)
        );
        assert_eq!(heard.total_duration().unwrap().as_millis(), 1280);
        let heard: Vec<f32> = heard.collect();
        assert_eq!(heard.len(), 5 * BLOCK);
        let far = |(said, heard): (&f32, &f32)| (said - heard).abs() > 0.000_1;
        assert!(!said.iter().zip(&heard).any(far));
        assert!(heard.iter().skip(said.len()).all(|rest| *rest == 0.0));
    }

    #[test]
    fn a_recording_of_nothing_is_a_short_silence_and_too_loud_is_as_loud_as_can_be() {
        let file = Flac::new(48_000).unwrap().finish().unwrap();
        assert!(
            Decoder::new_flac(Cursor::new(file))
                .unwrap()
                .all(|one| one == 0.0)
        );
        let mut loud = Flac::new(16_000).unwrap();
        for sample in [7.0, -7.0, f32::NAN] {
            loud.take(sample).unwrap();
        }
        let file = loud.finish().unwrap();
        let heard: Vec<f32> = Decoder::new_flac(Cursor::new(file)).unwrap().collect();
        assert!(heard[0] > 0.99 && heard[1] < -0.99 && heard[2] == 0.0);
    }
}
