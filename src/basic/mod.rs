//! Authentication by user-id and password (RFC 7617).
//!
//! [`BasicAuthLayer`] reads [`Basic`] credentials and has them judged by any
//! [`Authenticator<Basic>`](crate::Authenticator); [`Users`] is a ready one: names and password hashes
//! from code or from a file. [`Passwords`] verifies for stores of your own.

mod builder;
mod credentials;
mod file;
mod layer;
mod passwords;
mod rehash;
mod reload;
mod set;
mod user;
mod users;
mod users_rules;

pub use self::{
    builder::UsersBuilder,
    credentials::Basic,
    file::UsersFile,
    layer::BasicAuthLayer,
    passwords::{PasswordSample, Passwords, PasswordsBuilder, PasswordsStatus},
    rehash::Rehash,
    reload::UsersStatus,
    user::User,
    users::Users,
    users_rules::UsersRules,
};
