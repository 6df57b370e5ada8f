//! Authentication by user-id and password (RFC 7617).
//!
//! [`BasicAuthLayer`] reads [`Basic`] credentials and has them judged by any
//! [`Authenticator<Basic>`](crate::Authenticator); [`Users`] is a ready one: names and bcrypt
//! hashes, verified on threads of their own. A [`UsersFile`] has them, and rules for their roles.

mod credentials;
mod file;
mod layer;
mod password;
mod pool;
mod user;
mod users;

pub use self::{
    credentials::Basic,
    file::UsersFile,
    layer::BasicAuthLayer,
    user::User,
    users::{Users, UsersBuilder},
};
