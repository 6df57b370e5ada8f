//! [`Glob`]: a segment of a pattern with `?` or `*` in it.

use std::fmt;

/// A segment such as `report-*.pd?`.
#[derive(Clone, Eq, PartialEq)]
pub(super) struct Glob(Vec<Part>);

#[derive(Clone, Copy, Eq, PartialEq)]
enum Part {
    Character(char),
    /// `?`: any one character.
    One,
    /// `*`: any number of characters.
    Many,
}

impl Glob {
    pub(super) fn new(segment: &str) -> Self {
        let part = |character| match character {
            '?' => Part::One,
            '*' => Part::Many,
            _ => Part::Character(character),
        };
        Self(segment.chars().map(part).collect())
    }

    /// Whether it matches this segment of a path.
    ///
    /// It takes no more steps than the product of both lengths: only the last `*` is ever tried again,
    /// since what an earlier one could take, the last one can take as well.
    pub(super) fn matches(&self, segment: &str) -> bool {
        self.takes(segment.chars().map(Part::Character))
    }

    /// Whether it matches everything that the other one matches; it may say no where the reason is not
    /// plain.
    pub(super) fn covers(&self, other: &Self) -> bool {
        self.takes(other.0.iter().copied())
    }

    /// A segment that it matches.
    pub(super) fn example(&self) -> String {
        let character = |part: &Part| match part {
            Part::Character(character) => *character,
            Part::One | Part::Many => '~',
        };
        self.0.iter().map(character).collect()
    }

    fn takes(&self, parts: impl Iterator<Item = Part> + Clone) -> bool {
        let (mut position, mut rest) = (0, parts);
        let mut last_many = None;
        loop {
            let mut next = rest.clone();
            let taken = next.next();
            match (self.0.get(position), taken) {
                (Some(Part::Many), _) => {
                    position += 1;
                    last_many = Some((position, rest.clone()));
                    continue;
                }
                (None, None) => return true,
                (Some(own), Some(part)) if own.takes_one(part) => {
                    position += 1;
                    rest = next;
                    continue;
                }
                _ => {}
            }
            // The last `*` takes one part more.
            let Some((behind, from)) = &mut last_many else { return false };
            if from.next().is_none() {
                return false;
            }
            (position, rest) = (*behind, from.clone());
        }
    }
}

impl Part {
    fn takes_one(self, other: Self) -> bool {
        match self {
            Self::Character(_) => self == other,
            Self::One => other != Self::Many,
            Self::Many => true,
        }
    }
}

impl fmt::Debug for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in &self.0 {
            match part {
                Part::Character(character) => write!(f, "{character}")?,
                Part::One => f.write_str("?")?,
                Part::Many => f.write_str("*")?,
            }
        }
        Ok(())
    }
}
