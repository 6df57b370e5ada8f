//! Authentication by user-id and password (RFC 7617).
//!
//! [`BasicAuthLayer`] reads [`Basic`] credentials and has them judged by any
//! [`Authenticator<Basic>`](crate::Authenticator); [`Users`] is a ready one: names and password hashes
//! from code or from a file. [`PasswordVerifier`] verifies for stores of your own.

mod builder;
mod credentials;
mod file;
mod layer;
mod rehash;
mod reload;
mod store;
mod user;
mod user_set;
mod users;
mod users_rules;
mod verifier;

pub use self::{
    builder::UsersBuilder,
    credentials::Basic,
    file::UsersFile,
    layer::BasicAuthLayer,
    rehash::Rehash,
    reload::UsersStatus,
    user::User,
    users::Users,
    users_rules::UsersRules,
    verifier::{PasswordSample, PasswordVerifier, PasswordVerifierBuilder, VerifierStatus},
};
