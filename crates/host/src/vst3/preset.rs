//! Preset files of the host (`.vstpreset`), which hold the component's state.
//!
//! A header of 48 bytes (`VST3`, version, class id in hex, where the list is), chunks, and a list
//! that names the chunks with their places.

use super::{Vst3Plugin, setup};
use crate::HostingError;

const HEADER_BYTES: usize = 48;

impl Vst3Plugin {
    /// The plugin's state as a preset file.
    ///
    /// # Errors
    /// [`HostingError`] if the plugin refuses.
    pub fn save_preset(&mut self) -> Result<Vec<u8>, HostingError> {
        let state = self.save_state()?;
        let mut file = b"VST3".to_vec();
        file.extend(1_i32.to_le_bytes());
        file.extend(self.class_text().as_bytes());
        file.extend(((HEADER_BYTES + state.len()) as i64).to_le_bytes());
        file.extend(&state);
        file.extend(b"List");
        file.extend(1_i32.to_le_bytes());
        file.extend(b"Comp");
        file.extend((HEADER_BYTES as i64).to_le_bytes());
        file.extend((state.len() as i64).to_le_bytes());
        Ok(file)
    }

    /// Puts the plugin into the state of a preset file.
    ///
    /// # Errors
    /// [`HostingError`] if the file is of another class, or the plugin refuses.
    pub fn load_preset(&mut self, file: &[u8]) -> Result<(), HostingError> {
        let broken = || HostingError::Refused {
            what: "this preset",
            reason: "it is not one of this plugin".to_owned(),
        };
        let number = |at: usize| {
            let bytes = file.get(at..at + 8)?;
            usize::try_from(i64::from_le_bytes(bytes.try_into().ok()?)).ok()
        };
        let id = file.get(8..40).ok_or_else(broken)?;
        if !file.starts_with(b"VST3") || id != self.class_text().as_bytes() {
            return Err(broken());
        }
        let list = number(40).ok_or_else(broken)?;
        if file.get(list + 8..list + 12) != Some(b"Comp") {
            return Err(broken());
        }
        let start = number(list + 12).ok_or_else(broken)?;
        let length = number(list + 20).ok_or_else(broken)?;
        let state = file.get(start..start + length).ok_or_else(broken)?;
        self.load_state(state)
    }

    /// The class id as preset files and hosts write it: 32 hexadecimal digits.
    #[must_use]
    pub fn class_text(&self) -> String {
        let id = self.module().class().map_or([0; 16], |class| class.id);
        setup::in_order(id)
            .map(|byte| format!("{byte:02X}"))
            .concat()
    }
}
