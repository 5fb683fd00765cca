//! A day of the calendar, in UTC.

use std::time::{SystemTime, UNIX_EPOCH};

const SECONDS_PER_DAY: u64 = 86_400;

/// A day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date {
    year: u64,
    month: u64,
    day: u64,
}

impl Date {
    /// The present day.
    #[must_use]
    pub fn today() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        Self::of_seconds(now.map(|time| time.as_secs()).unwrap_or_default())
    }

    /// The day of a moment that is given in seconds since 1970.
    #[must_use]
    pub fn of_seconds(seconds: u64) -> Self {
        let mut days = seconds / SECONDS_PER_DAY;
        let mut year = 1970;
        while days >= 365 + u64::from(is_leap(year)) {
            days -= 365 + u64::from(is_leap(year));
            year += 1;
        }
        let mut month = 1;
        while days >= days_in(year, month) {
            days -= days_in(year, month);
            month += 1;
        }
        Self {
            year,
            month,
            day: days + 1,
        }
    }
}

impl Date {
    /// Year, month from 1, and day from 1.
    #[must_use]
    pub fn parts(self) -> [u64; 3] {
        [self.year, self.month, self.day]
    }
}

/// A moment in seconds since 1970, as `2026-11-30T09:08:07Z`.
#[must_use]
pub fn moment(seconds: u64) -> String {
    let of_day = seconds % SECONDS_PER_DAY;
    let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    format!(
        "{}T{hour:02}:{minute:02}:{second:02}Z",
        Date::of_seconds(seconds)
    )
}

fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn days_in(year: u64, month: u64) -> u64 {
    match month {
        2 => 28 + u64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl std::fmt::Display for Date {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl std::str::FromStr for Date {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers: Vec<u64> = text
            .split('-')
            .filter_map(|word| word.parse().ok())
            .collect();
        let date = match numbers[..] {
            [year, month @ 1..=12, day] if (1..=days_in(year, month)).contains(&day) => {
                Some(Self { year, month, day })
            }
            _ => None,
        };
        date.filter(|date| date.to_string() == text)
            .ok_or_else(|| format!("{text:?} is no day; write it as in 2026-11-30"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_become_the_day_that_the_calendar_has() {
        for (seconds, day) in [
            (0, "1970-01-01"),
            (86_399, "1970-01-01"),
            (951_782_400, "2000-02-29"),
            (951_868_800, "2000-03-01"),
            (1_796_083_199, "2026-11-30"),
            (4_107_542_400, "2100-03-01"),
        ] {
            assert_eq!(Date::of_seconds(seconds).to_string(), day);
        }
        assert_eq!(moment(1_000_000_000), "2001-09-09T01:46:40Z");
    }

    #[test]
    fn days_that_no_calendar_has_are_refused() {
        for text in [
            "",
            "2026-13-01",
            "2026-02-29",
            "2026-1-1",
            "30.11.2026",
            "2026-11-31",
        ] {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
        assert!("2028-02-29".parse::<Date>().is_ok());
    }
}
