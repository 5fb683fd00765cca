//! The front-end's parameters as the flat JSON object that model files hold.

use serde::{Deserialize, Serialize};

use super::{Feature, FrontEndSpec, MelNorm, MelScale, MelSpec};

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

/// The fields of all kinds.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fields {
    #[serde(default, skip_serializing_if = "Kind::is_default")]
    feature: Kind,
    sample_rate: u32,
    n_fft: usize,
    hop: usize,
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
    top_db: Option<f32>,
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
        Self {
            feature,
            sample_rate: spec.sample_rate,
            n_fft: spec.n_fft,
            hop: spec.hop,
            mel_bands: mel.map(|mel| mel.bands),
            mel_scale: mel.map(|mel| mel.scale),
            mel_norm: mel.map(|mel| mel.norm),
            f_min_hz: mel.map(|mel| mel.f_min_hz),
            f_max_hz: mel.map(|mel| mel.f_max_hz),
            coefficients,
            exponent: spec.exponent,
            floor: spec.floor,
            top_db: spec.top_db,
            scale: spec.scale,
            offset: spec.offset,
            frames: spec.frames,
        }
    }
}

impl TryFrom<Fields> for FrontEndSpec {
    type Error = String;

    fn try_from(fields: Fields) -> Result<Self, String> {
        Ok(Self {
            feature: fields.feature()?,
            sample_rate: fields.sample_rate,
            n_fft: fields.n_fft,
            hop: fields.hop,
            exponent: fields.exponent,
            floor: fields.floor,
            top_db: fields.top_db,
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
