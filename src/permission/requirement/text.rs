//! Requirements as text: `orders:write and (eu or admin)`.

use std::{borrow::Cow, fmt};

use crate::{
    config_error::ConfigError,
    permission::requirement::{
        Requirement, all, any,
        name::{self, AND, NOT, Name, OR},
        not,
    },
};

/// Bytes of the longest text.
const MAX_LENGTH: usize = 4096;

pub(super) fn parse(text: &str) -> Result<Requirement, ConfigError> {
    if text.len() > MAX_LENGTH {
        let problem = format!("a requirement is longer than {MAX_LENGTH} bytes");
        return Err(ConfigError::new(problem));
    }
    let mut parser = Parser { text, position: 0, depth: 0 };
    let parsed = parser.expression(End::Text);
    let requirement = parsed.map_err(|fault| ConfigError::new(fault.told(text)))?;
    // A list around the deepest brackets is one level more than there are brackets.
    requirement.validate()?;
    Ok(requirement)
}

/// What is wrong, and at which byte.
struct Fault {
    position: usize,
    reason: Cow<'static, str>,
}

impl Fault {
    /// People count characters, from one.
    fn told(&self, text: &str) -> String {
        let character = text[..self.position].chars().count() + 1;
        format!("a requirement, at character {character}: {}", self.reason)
    }
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum End {
    Bracket,
    Text,
}

#[derive(Debug, Eq, PartialEq)]
enum Token {
    And,
    Close,
    End,
    Name(String),
    Not,
    Open,
    Or,
}

struct Parser<'t> {
    text: &'t str,
    position: usize,
    depth: usize,
}

impl Parser<'_> {
    /// One operand, or several with the same word between them, up to the end.
    fn expression(&mut self, end: End) -> Result<Requirement, Fault> {
        let mut operands = vec![self.operand()?];
        let mut joined_by = None;
        loop {
            let position = self.next_position();
            let token = self.token()?;
            match (&token, end) {
                (Token::Close, End::Bracket) | (Token::End, End::Text) => break,
                (Token::And | Token::Or, _) => {
                    if joined_by.as_ref().is_some_and(|word| *word != token) {
                        let reason = "`and` and `or` side by side need brackets that say which \
                                      goes first";
                        return Err(fault(position, reason));
                    }
                    joined_by = Some(token);
                    operands.push(self.operand()?);
                }
                (_, End::Bracket) => {
                    let reason = format!("expected `and`, `or` or `)`, found {token}");
                    return Err(fault(position, reason));
                }
                (_, End::Text) => {
                    let reason = format!("expected `and`, `or` or the end, found {token}");
                    return Err(fault(position, reason));
                }
            }
        }
        Ok(if joined_by == Some(Token::Or) { any(operands) } else { all(operands) })
    }

    /// A name, something in brackets, or what must not be.
    fn operand(&mut self) -> Result<Requirement, Fault> {
        let position = self.next_position();
        match self.token()? {
            Token::Name(name) => {
                let name = Name::new(name);
                match name.problem() {
                    Some(problem) => Err(fault(position, problem)),
                    None => Ok(Requirement::named(name)),
                }
            }
            Token::Not => self.deeper(position, |parser| parser.operand().map(not)),
            Token::Open => self.deeper(position, |parser| parser.expression(End::Bracket)),
            token @ (Token::And | Token::Close | Token::End | Token::Or) => {
                let reason = format!("expected a permission, `not` or `(`, found {token}");
                Err(fault(position, reason))
            }
        }
    }

    fn deeper(
        &mut self,
        position: usize,
        parse: impl FnOnce(&mut Self) -> Result<Requirement, Fault>,
    ) -> Result<Requirement, Fault> {
        if self.depth == Requirement::MAX_DEPTH {
            return Err(fault(position, format!("more than {} levels deep", self.depth)));
        }
        self.depth += 1;
        let parsed = parse(self)?;
        self.depth -= 1;
        Ok(parsed)
    }

    fn rest(&self) -> &str {
        &self.text[self.position..]
    }

    /// Where the next token begins.
    fn next_position(&mut self) -> usize {
        let rest = self.rest();
        let blank = rest.len() - rest.trim_ascii_start().len();
        self.position += blank;
        self.position
    }

    fn token(&mut self) -> Result<Token, Fault> {
        let start = self.next_position();
        let Some(first) = self.rest().chars().next() else { return Ok(Token::End) };
        match first {
            '(' | ')' => {
                self.position += 1;
                Ok(if first == '(' { Token::Open } else { Token::Close })
            }
            '"' => self.quoted(),
            _ if name::is_plain(first) => self.word(),
            _ => Err(fault(start, format!("{first:?} is only in a name in quotes"))),
        }
    }

    fn word(&mut self) -> Result<Token, Fault> {
        let start = self.position;
        let rest = self.rest();
        let end = rest.find(|character| !name::is_plain(character)).unwrap_or(rest.len());
        let word = rest[..end].to_owned();
        self.position += end;
        match word.as_str() {
            AND => Ok(Token::And),
            OR => Ok(Token::Or),
            NOT => Ok(Token::Not),
            _ if name::is_word(&word) => {
                let lower = word.to_ascii_lowercase();
                let reason =
                    format!("write `{lower}`, or \"{word}\" for a permission of that name");
                Err(fault(start, reason))
            }
            _ => Ok(Token::Name(word)),
        }
    }

    fn quoted(&mut self) -> Result<Token, Fault> {
        let start = self.position;
        let mut name = String::new();
        let mut characters = self.text[start + 1..].char_indices();
        while let Some((offset, character)) = characters.next() {
            match character {
                '"' if name.is_empty() => return Err(fault(start, "a permission has a name")),
                '"' => {
                    self.position = start + 1 + offset + 1;
                    return Ok(Token::Name(name));
                }
                '\\' => match characters.next() {
                    Some((_, escaped @ ('"' | '\\'))) => name.push(escaped),
                    _ => {
                        let reason = "a backslash stands before a quote or a backslash";
                        return Err(fault(start + 1 + offset, reason));
                    }
                },
                _ => name.push(character),
            }
        }
        Err(fault(start, "the quote has no end"))
    }
}

fn fault(position: usize, reason: impl Into<Cow<'static, str>>) -> Fault {
    Fault { position, reason: reason.into() }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::And => f.write_str("`and`"),
            Self::Close => f.write_str("`)`"),
            Self::End => f.write_str("the end"),
            Self::Name(name) if name.len() > 40 => f.write_str("a name"),
            Self::Name(name) => write!(f, "{name:?}"),
            Self::Not => f.write_str("`not`"),
            Self::Open => f.write_str("`(`"),
            Self::Or => f.write_str("`or`"),
        }
    }
}
