//! [`RequestEvidence`]: what the layers have established of a `tonic::Request`.

use http::Extensions;
use tonic::{Request, Status};

use crate::{
    error::AuthError,
    identity::Identity,
    permission::{Permissions, Permitted},
    tenant::Tenant,
};

/// What the layers of this crate have established of a request, for the methods of a service.
///
/// Where no layer established it the answer is `INTERNAL`: a forgotten layer is loud, and never looks
/// like a caller without rights.
///
/// # Examples
///
/// ```
/// use tonic::{Request, Response, Status};
/// use tower_auth::RequestEvidence;
///
/// async fn whoami(request: Request<()>) -> Result<Response<String>, Status> {
///     Ok(Response::new(request.identity()?.subject().to_owned()))
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// // Without any layer around it.
/// let status = whoami(Request::new(())).await.unwrap_err();
/// assert_eq!(status.code(), tonic::Code::Internal);
/// # }
/// ```
pub trait RequestEvidence {
    /// Who the caller is.
    ///
    /// # Errors
    ///
    /// `INTERNAL` where no authentication layer ran.
    #[allow(clippy::result_large_err, reason = "a `Status` is what methods answer with")]
    fn identity(&self) -> Result<&Identity, Status>;

    /// The tenant that the caller acts for; `None` where the layer allows a request to name none.
    fn tenant(&self) -> Option<&Tenant>;

    /// What the caller may do.
    ///
    /// # Errors
    ///
    /// `INTERNAL` where no permission layer ran.
    #[allow(clippy::result_large_err, reason = "a `Status` is what methods answer with")]
    fn permissions(&self) -> Result<&Permissions, Status>;

    /// The proof that the caller met what the method requires.
    ///
    /// # Errors
    ///
    /// `INTERNAL` where no layer required anything.
    #[allow(clippy::result_large_err, reason = "a `Status` is what methods answer with")]
    fn permitted(&self) -> Result<&Permitted, Status>;
}

impl RequestEvidence for Extensions {
    fn identity(&self) -> Result<&Identity, Status> {
        Identity::from_extensions(self).ok_or_else(|| missing("authentication"))
    }

    fn tenant(&self) -> Option<&Tenant> {
        Tenant::from_extensions(self)
    }

    fn permissions(&self) -> Result<&Permissions, Status> {
        Permissions::from_extensions(self).ok_or_else(|| missing("permission"))
    }

    fn permitted(&self) -> Result<&Permitted, Status> {
        Permitted::from_extensions(self).ok_or_else(|| missing("require"))
    }
}

impl<T> RequestEvidence for Request<T> {
    fn identity(&self) -> Result<&Identity, Status> {
        self.extensions().identity()
    }

    fn tenant(&self) -> Option<&Tenant> {
        self.extensions().tenant()
    }

    fn permissions(&self) -> Result<&Permissions, Status> {
        self.extensions().permissions()
    }

    fn permitted(&self) -> Result<&Permitted, Status> {
        self.extensions().permitted()
    }
}

fn missing(layer: &str) -> Status {
    AuthError::misconfigured(format!("the method must be inside of a layer of {layer}")).into()
}
