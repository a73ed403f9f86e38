//! The desktop's microphone. It is open only while somebody records.

use super::{Ear, Heard, Listening, RecordProblem};
use crate::desktop::sound::quiet;
use rodio::cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use rodio::cpal::{
    self, Data, ErrorKind, FromSample, SampleFormat, SizedSample, SupportedStreamConfig,
};
use std::any::Any;
use std::sync::mpsc::Sender;
use std::time::Duration;

/// The rate that speech needs, in samples a second.
const SPEECH: u32 = 16_000;
/// The kinds of samples that [`floats`] reads, the best first.
const KINDS: [SampleFormat; 6] = [
    SampleFormat::F32,
    SampleFormat::I32,
    SampleFormat::I16,
    SampleFormat::U16,
    SampleFormat::I8,
    SampleFormat::U8,
];
/// A device that does not open within this is not there.
const OPENING: Duration = Duration::from_secs(5);

/// The device that the desktop names for input.
#[derive(Debug)]
pub(super) struct Microphone;

/// An open device; closed when it is dropped.
struct Open {
    _stream: cpal::Stream,
    _quiet: Box<dyn Any>,
}

impl Ear for Microphone {
    fn open(&self, heard: Sender<Heard>) -> Result<Listening, RecordProblem> {
        let quiet: Box<dyn Any> = Box::new(quiet());
        let device = cpal::default_host()
            .default_input_device()
            .ok_or_else(|| RecordProblem::NoMicrophone("there is none".to_owned()))?;
        let chosen = chosen(&device)?;
        let failed = heard.clone();
        let stream = device
            .build_input_stream_raw(
                chosen.config(),
                chosen.sample_format(),
                move |data: &Data, _: &_| {
                    let _nobody_records = heard.send(Heard::Samples(floats(data)));
                },
                move |error: cpal::Error| {
                    // A gap is no end.
                    if !matches!(
                        error.kind(),
                        ErrorKind::Xrun | ErrorKind::RealtimeDenied | ErrorKind::DeviceChanged
                    ) {
                        let _nobody_records = failed.send(Heard::Failed(error.to_string()));
                    }
                },
                Some(OPENING),
            )
            .map_err(none)?;
        stream.play().map_err(none)?;
        Ok(Listening {
            rate: chosen.sample_rate(),
            channels: chosen.channels(),
            open: Box::new(Open {
                _stream: stream,
                _quiet: quiet,
            }),
        })
    }
}

#[expect(clippy::needless_pass_by_value, reason = "what map_err gives")]
fn none(error: cpal::Error) -> RecordProblem {
    RecordProblem::NoMicrophone(error.to_string())
}

/// One channel at the rate of speech where the device can, else what it does by itself.
fn chosen(device: &cpal::Device) -> Result<SupportedStreamConfig, RecordProblem> {
    let place = |kind: SampleFormat| KINDS.iter().position(|known| *known == kind);
    let speech = device.supported_input_configs().ok().and_then(|offered| {
        offered
            .filter(|one| place(one.sample_format()).is_some())
            .min_by_key(|one| (one.channels(), place(one.sample_format())))
            .and_then(|one| one.try_with_sample_rate(SPEECH))
    });
    let usual = || device.default_input_config().map_err(none);
    let chosen = match speech {
        Some(speech) => speech,
        None => usual()?,
    };
    match place(chosen.sample_format()) {
        Some(_) => Ok(chosen),
        None => Err(RecordProblem::NoMicrophone(
            "it records in a way that is not known here".to_owned(),
        )),
    }
}

fn floats(data: &Data) -> Vec<f32> {
    match data.sample_format() {
        SampleFormat::F32 => read::<f32>(data),
        SampleFormat::I32 => read::<i32>(data),
        SampleFormat::I16 => read::<i16>(data),
        SampleFormat::U16 => read::<u16>(data),
        SampleFormat::I8 => read::<i8>(data),
        SampleFormat::U8 => read::<u8>(data),
        _ => Vec::new(),
    }
}

fn read<T: SizedSample>(data: &Data) -> Vec<f32>
where
    f32: FromSample<T>,
{
    let samples = data.as_slice::<T>().unwrap_or_default();
    samples
        .iter()
        .map(|sample| sample.to_sample::<f32>())
        .collect()
}
