//! Files with users: [`UsersFile`].

mod document;
mod fields;
mod format;
mod htpasswd;
mod node;
mod text;
mod users_file;

pub(crate) use self::users_file::Loaded;
pub use self::users_file::UsersFile;
