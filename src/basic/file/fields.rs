//! [`Walk`]: reads the members of objects and notes what is wrong, each with its place.

use std::collections::BTreeMap;

use crate::basic::file::node::Node;

/// Members that must not be null: where half a file is read, it may end just before what they say.
const FLAGS: [&str; 2] = ["disabled", "isAdmin"];

/// The members of an object by name; others that are null are as good as absent.
pub(super) type Fields<'n> = BTreeMap<&'n str, &'n Node>;

/// What was found on a walk through a document.
#[derive(Debug, Default)]
pub(super) struct Walk {
    pub(super) problems: Vec<String>,
    pub(super) warnings: Vec<String>,
}

impl Walk {
    pub(super) fn problem(&mut self, place: &str, problem: impl AsRef<str>) {
        self.problems.push(at(place, problem.as_ref()));
    }

    pub(super) fn warning(&mut self, place: &str, warning: impl AsRef<str>) {
        self.warnings.push(at(place, warning.as_ref()));
    }

    /// The members of an object, of which nobody reads others than the known ones.
    pub(super) fn object<'n>(&mut self, place: &str, node: &'n Node, known: &[&str]) -> Fields<'n> {
        let mut fields = Fields::new();
        let Node::Map(members) = node else {
            self.problem(place, format!("expected an object, found {}", node.kind()));
            return fields;
        };
        for (name, value) in members {
            if !known.contains(&name.as_str()) {
                self.unknown(place, name, value);
            } else if fields.insert(name, value).is_some() {
                self.problem(&member(place, name), "given twice");
            }
        }
        fields.retain(|name, value| !matches!(value, Node::Null) || FLAGS.contains(name));
        fields
    }

    /// The elements of a list; none where it is absent.
    pub(super) fn list<'n>(&mut self, place: &str, node: Option<&&'n Node>) -> &'n [Node] {
        match node {
            None => &[],
            Some(Node::List(elements)) => elements,
            Some(node) => {
                self.problem(place, format!("expected a list, found {}", node.kind()));
                &[]
            }
        }
    }

    /// The elements of a list of strings.
    pub(super) fn texts<'n>(
        &mut self,
        place: &str,
        fields: &Fields<'n>,
        name: &str,
    ) -> Vec<&'n str> {
        let place = member(place, name);
        let elements = (0..).zip(self.list(&place, fields.get(name)));
        let texts = elements
            .filter_map(|(position, node)| self.text_of(&format!("{place}[{position}]"), node));
        texts.collect()
    }

    pub(super) fn text<'n>(
        &mut self,
        place: &str,
        fields: &Fields<'n>,
        name: &str,
    ) -> Option<&'n str> {
        self.text_of(&member(place, name), fields.get(name)?)
    }

    /// A string that must be there.
    pub(super) fn required<'n>(
        &mut self,
        place: &str,
        fields: &Fields<'n>,
        name: &str,
    ) -> Option<&'n str> {
        if !fields.contains_key(name) {
            self.problem(&member(place, name), "missing");
        }
        self.text(place, fields, name)
    }

    /// False where it is absent.
    pub(super) fn flag(&mut self, place: &str, fields: &Fields<'_>, name: &str) -> bool {
        match fields.get(name) {
            None => false,
            Some(Node::Bool(flag)) => *flag,
            Some(node) => {
                let problem = format!("expected true or false, found {}", node.kind());
                self.problem(&member(place, name), problem);
                false
            }
        }
    }

    fn text_of<'n>(&mut self, place: &str, node: &'n Node) -> Option<&'n str> {
        match node {
            Node::Text(text) => Some(text),
            Node::Bool(_) | Node::Number => {
                let kind = node.kind();
                self.problem(place, format!("expected a string, found {kind}: put it in quotes"));
                None
            }
            _ => {
                self.problem(place, format!("expected a string, found {}", node.kind()));
                None
            }
        }
    }

    /// In YAML, `{password:secret}` is a key without a value: only words that have one are quoted.
    fn unknown(&mut self, place: &str, name: &str, value: &Node) {
        let is_word = name.len() <= 32 && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if is_word && !matches!(value, Node::Null) {
            self.warning(&member(place, name), "nobody reads a key of this name");
        } else {
            self.warning(place, "a key that nobody reads; is a space or a value missing?");
        }
    }
}

/// The place of a member.
pub(super) fn member(place: &str, name: &str) -> String {
    if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") }
}

fn at(place: &str, text: &str) -> String {
    if place.is_empty() { text.to_owned() } else { format!("{place}: {text}") }
}
