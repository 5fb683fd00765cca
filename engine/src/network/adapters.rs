//! The graphics cards of Windows, which DirectML runs on.
//!
//! DirectML takes a number for a device, and does not say what it is. Windows lists what it numbers;
//! among that is a renderer in software, on which a network is slower than on any processor.

/// A graphics card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Adapter {
    /// Its number, for DirectML.
    pub number: i32,
    /// Its name, for people.
    pub name: String,
}

/// The first real graphics card; renderers in software do not count.
///
/// # Errors
/// A line that says what is there instead.
pub(super) fn first() -> Result<Adapter, String> {
    choose(&system::adapters()?)
}

/// An entry of the system's list.
struct Listed {
    name: String,
    is_software: bool,
}

fn choose(listed: &[Listed]) -> Result<Adapter, String> {
    let card = listed.iter().enumerate().find(|(_, one)| !one.is_software);
    if let Some((number, card)) = card {
        return Ok(Adapter {
            number: number as i32,
            name: card.name.clone(),
        });
    }
    let names: Vec<&str> = listed.iter().map(|one| one.name.as_str()).collect();
    Err(match names.join(", ").as_str() {
        "" => "Windows lists no graphics card".to_owned(),
        names => format!("Windows lists no graphics card, only {names}"),
    })
}

#[cfg(windows)]
mod system {
    use windows::Win32::Graphics::Dxgi::{
        CreateDXGIFactory1, DXGI_ADAPTER_FLAG_SOFTWARE, IDXGIFactory1,
    };

    use super::Listed;

    /// More than any machine has.
    const MOST: u32 = 64;

    pub(super) fn adapters() -> Result<Vec<Listed>, String> {
        let failed = |error: windows::core::Error| {
            format!(
                "Windows does not list its graphics cards: {}",
                error.message()
            )
        };
        // SAFETY: the call makes a counted object, or fails.
        let factory: IDXGIFactory1 = unsafe { CreateDXGIFactory1() }.map_err(failed)?;
        let mut listed = Vec::new();
        for number in 0..MOST {
            // SAFETY: a number beyond the last is an error.
            let Ok(adapter) = (unsafe { factory.EnumAdapters1(number) }) else {
                break;
            };
            // SAFETY: the adapter is counted.
            let described = unsafe { adapter.GetDesc1() }.map_err(failed)?;
            let name = String::from_utf16_lossy(&described.Description);
            listed.push(Listed {
                name: name.trim_end_matches('\0').trim().to_owned(),
                is_software: described.Flags & DXGI_ADAPTER_FLAG_SOFTWARE.0 as u32 != 0,
            });
        }
        Ok(listed)
    }
}

#[cfg(not(windows))]
mod system {
    pub(super) fn adapters() -> Result<Vec<super::Listed>, String> {
        Err("it exists on Windows only".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(names: &[(&str, bool)]) -> Vec<Listed> {
        let one = |&(name, is_software): &(&str, bool)| Listed {
            name: name.to_owned(),
            is_software,
        };
        names.iter().map(one).collect()
    }

    #[test]
    fn a_renderer_in_software_is_no_graphics_card() {
        let basic = ("Microsoft Basic Render Driver", true);
        let card = choose(&listed(&[basic, ("Radeon", false), ("Arc", false)])).expect("a card");
        assert_eq!((card.number, card.name.as_str()), (1, "Radeon"));
        let refused = choose(&listed(&[basic])).expect_err("no card");
        assert!(refused.ends_with("only Microsoft Basic Render Driver"));
        assert_eq!(
            choose(&[]),
            Err("Windows lists no graphics card".to_owned())
        );
    }
}
