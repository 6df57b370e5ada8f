//! Whatever is in the text of a requirement: it is read or refused, printed as it was read, and its
//! answer is that of a second reading, by names and by numbers.

use std::{iter::Peekable, str};

use tower_auth::{AuthErrorKind, Permissions, Requirement, not};

/// Lines: the text, what is granted, what is denied, the value of each parameter. Names stand
/// between spaces; a NUL in the text is the end of a line in it.
pub(crate) fn run(data: &[u8]) {
    let Ok(data) = str::from_utf8(data) else { return };
    let mut lines = data.split('\n');
    let text = lines.next().unwrap_or_default().replace('\0', "\n");
    let mut names = || lines.next().unwrap_or_default().split(' ').take(64).collect::<Vec<_>>();
    let (granted, denied) = (names(), names());
    let value = lines.next().unwrap_or_default();

    let Ok(requirement) = Requirement::parse(&text) else { return };
    requirement.validate().expect("what is parsed has no problem");
    printed(&requirement);
    asked(&text, &requirement, &granted, &denied);
    filled(&requirement, value);
}

fn printed(requirement: &Requirement) {
    let text = requirement.to_string();
    // Quotes may be added to names, so what was as long as it may be can be too long now.
    if text.len() <= 4096 {
        let parsed = Requirement::parse(&text).expect("what is printed is parsed");
        assert_eq!(parsed, *requirement);
        assert_eq!(parsed.to_string(), text);
    }
}

fn asked(text: &str, requirement: &Requirement, granted: &[&str], denied: &[&str]) {
    let grants: Permissions = granted.iter().copied().collect();
    let held = grants.clone().with_denied(denied.iter().copied());
    let met = requirement.is_met_by(&held);
    assert_eq!(met, Reading { held: &held, grants: &grants }.of(text), "{requirement}");
    assert!(!met || requirement.is_met_by(&grants), "a denial opened something");
    let negative = not(requirement.clone());
    assert!(!(met && negative.is_met_by(&held)), "{requirement} and its negative");
    let (everything, nobody) = (Permissions::everything(), Permissions::default());
    let prepared = requirement.clone().prepared();
    for permissions in [&held, &grants, &everything, &nobody] {
        assert_eq!(prepared.is_met_by(permissions), requirement.is_met_by(permissions));
        let negative = negative.clone().prepared().is_met_by(permissions);
        assert_eq!(negative, not(requirement.clone()).is_met_by(permissions));
    }
}

fn filled(requirement: &Requirement, value: &str) {
    match requirement.with_parameters(|_| Some(value)) {
        Ok(filled) => {
            let parts = |requirement: &Requirement| {
                requirement.to_string().matches([':', '.', '/']).count()
            };
            assert_eq!(parts(&filled), parts(requirement), "{requirement} became {filled}");
        }
        Err(error) => assert_eq!(error.kind(), AuthErrorKind::PermissionDenied),
    }
}

/// Another reading of a text that is known to be one: met, and met in the negative.
struct Reading<'p> {
    held: &'p Permissions,
    grants: &'p Permissions,
}

impl Reading<'_> {
    fn of(&self, text: &str) -> bool {
        self.list(&mut tokens(text).into_iter().peekable()).0
    }

    fn list(&self, tokens: &mut Peekable<impl Iterator<Item = Token>>) -> (bool, bool) {
        let mut read = self.one(tokens);
        loop {
            let Some(Token::Word(word)) = tokens.next_if(|token| *token != Token::Mark(')')) else {
                return read;
            };
            let next = self.one(tokens);
            read = match word.as_str() {
                "and" => (read.0 && next.0, read.1 || next.1),
                _ => (read.0 || next.0, read.1 && next.1),
            };
        }
    }

    fn one(&self, tokens: &mut Peekable<impl Iterator<Item = Token>>) -> (bool, bool) {
        match tokens.next() {
            Some(Token::Mark(_)) => {
                let inner = self.list(tokens);
                tokens.next();
                inner
            }
            Some(Token::Word(word)) if word == "not" => {
                let (met, negative) = self.one(tokens);
                (negative, met)
            }
            Some(Token::Word(name) | Token::Quoted(name)) if !name.contains('{') => {
                (self.held.contains(&name), !self.grants.contains(&name))
            }
            _ => (false, false),
        }
    }
}

#[derive(Eq, PartialEq)]
enum Token {
    Mark(char),
    Quoted(String),
    Word(String),
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '(' | ')' => tokens.push(Token::Mark(character)),
            '"' => {
                let mut name = String::new();
                while let Some(character) = characters.next().filter(|character| *character != '"')
                {
                    let escaped = (character == '\\').then(|| characters.next()).flatten();
                    name.push(escaped.unwrap_or(character));
                }
                tokens.push(Token::Quoted(name));
            }
            _ if character.is_ascii_whitespace() => {}
            _ => {
                let mut word = String::from(character);
                let ends = |next: &char| next.is_ascii_whitespace() || "()\"".contains(*next);
                while let Some(next) = characters.next_if(|next| !ends(next)) {
                    word.push(next);
                }
                tokens.push(Token::Word(word));
            }
        }
    }
    tokens
}
