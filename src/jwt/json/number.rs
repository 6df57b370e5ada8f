//! [`Number`]: a number as it was written.

/// A number of JSON, in range, that is worked out when somebody asks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Number<'t>(&'t str);

/// Whole numbers of so many digits fit 64 bits, whichever digits they are.
const PLAIN_DIGITS: usize = 19;

impl<'t> Number<'t> {
    /// The reader has passed it.
    pub(super) const fn of(text: &'t str) -> Self {
        Self(text)
    }

    /// As a whole number, if it is one that is written as one.
    pub(crate) fn as_u64(self) -> Option<u64> {
        let is_plain = self.0.len() <= PLAIN_DIGITS && self.0.bytes().all(|b| b.is_ascii_digit());
        if !is_plain {
            return self.0.parse().ok();
        }
        let digit = |number: u64, byte: u8| number * 10 + u64::from(byte - b'0');
        Some(self.0.bytes().fold(0, digit))
    }

    /// As near as it gets.
    pub(crate) fn as_f64(self) -> f64 {
        // Not by the standard library, which can take thousands of steps for one.
        serde_json::from_str(self.0).expect("a number in range")
    }
}

impl From<Number<'_>> for serde_json::Number {
    /// A whole number is as exact as 64 bits allow. Minus zero is none: no whole one differs from zero.
    fn from(number: Number<'_>) -> Self {
        if let Some(number) = number.as_u64() {
            return number.into();
        }
        match number.0.parse::<i64>() {
            Ok(whole) if whole != 0 => whole.into(),
            _ => Self::from_f64(number.as_f64()).expect("a number in range is finite"),
        }
    }
}
