//! The front-end's parameters as the flat JSON object that model files hold.

use serde::{Deserialize, Serialize};

use super::{
    Feature, Framing, FrontEndSpec, Logarithm, MelNorm, MelScale, MelSpec, Padding, RowNorm,
    Spectrum, Window,
};

/// [`Feature`] without its parameters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    #[default]
    LogMel,
    LogStft,
    Mfcc,
}

impl Kind {
    /// Files of log-mel models are written without this field, so that every version reads them.
    fn is_default(&self) -> bool {
        *self == Self::default()
    }

    fn name(self) -> &'static str {
        match self {
            Self::LogMel => "log_mel",
            Self::LogStft => "log_stft",
            Self::Mfcc => "mfcc",
        }
    }
}

/// [`Logarithm`] without its parameters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum LogarithmKind {
    #[default]
    #[serde(rename = "db")]
    Decibel,
    #[serde(rename = "ln")]
    Natural,
    #[serde(rename = "log10_1p")]
    Log10OnePlus,
    #[serde(rename = "ln_1p")]
    NaturalOnePlus,
}

/// Whether a field has the value that it has where it is left out.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

fn yes() -> bool {
    true
}

fn is_yes(value: &bool) -> bool {
    *value
}

/// The fields of all kinds. Those that are left out have the values that they had before there were
/// such fields, and are not written with them.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fields {
    #[serde(default, skip_serializing_if = "Kind::is_default")]
    feature: Kind,
    sample_rate: u32,
    n_fft: usize,
    hop: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    win_length: Option<usize>,
    #[serde(default, skip_serializing_if = "is_default")]
    window: Window,
    #[serde(default, skip_serializing_if = "is_default")]
    window_symmetric: bool,
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    centred: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    padding: Padding,
    #[serde(default, skip_serializing_if = "is_default")]
    spectrum: Spectrum,
    #[serde(skip_serializing_if = "Option::is_none")]
    mel_bands: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mel_scale: Option<MelScale>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mel_norm: Option<MelNorm>,
    #[serde(skip_serializing_if = "Option::is_none")]
    f_min_hz: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    f_max_hz: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    coefficients: Option<usize>,
    exponent: f32,
    floor: f32,
    #[serde(default, skip_serializing_if = "is_default")]
    logarithm: LogarithmKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    gain: Option<f32>,
    top_db: Option<f32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    row_mean: Option<Vec<f32>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    row_deviation: Option<Vec<f32>>,
    scale: f32,
    offset: f32,
    frames: usize,
}

impl From<FrontEndSpec> for Fields {
    fn from(spec: FrontEndSpec) -> Self {
        let mel = spec.feature.mel();
        let (feature, coefficients) = match &spec.feature {
            Feature::LogMel(_) => (Kind::LogMel, None),
            Feature::LogStft => (Kind::LogStft, None),
            Feature::Mfcc { coefficients, .. } => (Kind::Mfcc, Some(*coefficients)),
        };
        let logarithm = match spec.logarithm {
            Logarithm::Decibel => LogarithmKind::Decibel,
            Logarithm::Natural => LogarithmKind::Natural,
            Logarithm::Log10OnePlus { .. } => LogarithmKind::Log10OnePlus,
            Logarithm::NaturalOnePlus { .. } => LogarithmKind::NaturalOnePlus,
        };
        let (row_mean, row_deviation) = spec.rows.map(|norm| (norm.mean, norm.deviation)).unzip();
        let framing = spec.framing;
        Self {
            feature,
            sample_rate: spec.sample_rate,
            n_fft: spec.n_fft,
            hop: spec.hop,
            win_length: framing.win_length,
            window: framing.window,
            window_symmetric: framing.symmetric,
            centred: !framing.uncentred,
            padding: framing.padding,
            spectrum: framing.spectrum,
            mel_bands: mel.map(|mel| mel.bands),
            mel_scale: mel.map(|mel| mel.scale),
            mel_norm: mel.map(|mel| mel.norm),
            f_min_hz: mel.map(|mel| mel.f_min_hz),
            f_max_hz: mel.map(|mel| mel.f_max_hz),
            coefficients,
            exponent: spec.exponent,
            floor: spec.floor,
            logarithm,
            gain: spec.logarithm.gain(),
            top_db: spec.top_db,
            row_mean,
            row_deviation,
            scale: spec.scale,
            offset: spec.offset,
            frames: spec.frames,
        }
    }
}

impl TryFrom<Fields> for FrontEndSpec {
    type Error = String;

    fn try_from(mut fields: Fields) -> Result<Self, String> {
        Ok(Self {
            feature: fields.feature()?,
            sample_rate: fields.sample_rate,
            n_fft: fields.n_fft,
            hop: fields.hop,
            framing: Framing {
                window: fields.window,
                symmetric: fields.window_symmetric,
                win_length: fields.win_length,
                uncentred: !fields.centred,
                padding: fields.padding,
                spectrum: fields.spectrum,
            },
            exponent: fields.exponent,
            floor: fields.floor,
            logarithm: fields.logarithm()?,
            top_db: fields.top_db,
            rows: fields.rows()?,
            scale: fields.scale,
            offset: fields.offset,
            frames: fields.frames,
        })
    }
}

impl Fields {
    fn feature(&self) -> Result<Feature, String> {
        match self.feature {
            Kind::LogMel => {
                self.absent("coefficients", self.coefficients)?;
                Ok(Feature::LogMel(self.mel()?))
            }
            Kind::LogStft => {
                self.absent("mel_bands", self.mel_bands)?;
                self.absent("mel_scale", self.mel_scale)?;
                self.absent("mel_norm", self.mel_norm)?;
                self.absent("f_min_hz", self.f_min_hz)?;
                self.absent("f_max_hz", self.f_max_hz)?;
                self.absent("coefficients", self.coefficients)?;
                Ok(Feature::LogStft)
            }
            Kind::Mfcc => Ok(Feature::Mfcc {
                mel: self.mel()?,
                coefficients: self.required("coefficients", self.coefficients)?,
            }),
        }
    }

    fn logarithm(&self) -> Result<Logarithm, String> {
        let gain = || {
            self.gain.ok_or_else(|| {
                "missing field `gain`, which the logarithms `log10_1p` and `ln_1p` need".to_owned()
            })
        };
        let without = |logarithm| match self.gain {
            None => Ok(logarithm),
            Some(_) => {
                Err("only the logarithms `log10_1p` and `ln_1p` have a field `gain`".to_owned())
            }
        };
        match self.logarithm {
            LogarithmKind::Decibel => without(Logarithm::Decibel),
            LogarithmKind::Natural => without(Logarithm::Natural),
            LogarithmKind::Log10OnePlus => Ok(Logarithm::Log10OnePlus { gain: gain()? }),
            LogarithmKind::NaturalOnePlus => Ok(Logarithm::NaturalOnePlus { gain: gain()? }),
        }
    }

    fn rows(&mut self) -> Result<Option<RowNorm>, String> {
        match (self.row_mean.take(), self.row_deviation.take()) {
            (None, None) => Ok(None),
            (Some(mean), Some(deviation)) => Ok(Some(RowNorm { mean, deviation })),
            (Some(_), None) => {
                Err("missing field `row_deviation`, which `row_mean` needs".to_owned())
            }
            (None, Some(_)) => {
                Err("missing field `row_mean`, which `row_deviation` needs".to_owned())
            }
        }
    }

    fn mel(&self) -> Result<MelSpec, String> {
        Ok(MelSpec {
            bands: self.required("mel_bands", self.mel_bands)?,
            scale: self.required("mel_scale", self.mel_scale)?,
            norm: self.required("mel_norm", self.mel_norm)?,
            f_min_hz: self.required("f_min_hz", self.f_min_hz)?,
            f_max_hz: self.required("f_max_hz", self.f_max_hz)?,
        })
    }

    fn required<T>(&self, field: &str, value: Option<T>) -> Result<T, String> {
        let kind = self.feature.name();
        value.ok_or_else(|| format!("missing field `{field}`, which the feature `{kind}` needs"))
    }

    fn absent<T>(&self, field: &str, value: Option<T>) -> Result<(), String> {
        let kind = self.feature.name();
        value.map_or(Ok(()), |_| {
            Err(format!("the feature `{kind}` has no field `{field}`"))
        })
    }
}
