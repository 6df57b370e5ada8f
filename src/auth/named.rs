//! What the layers named after one scheme have in common, written once.

/// Defines a layer that is an [`AuthLayer`](crate::AuthLayer) of one scheme.
///
/// A macro and not a generic type: the layers stay plain names, and their setters are documented
/// where users look for them.
macro_rules! named_layer {
    ($(#[$docs:meta])* $name:ident) => {
        $(#[$docs])*
        #[derive(Clone, Debug)]
        #[must_use = "a layer does nothing until it is put around a service"]
        pub struct $name($crate::AuthLayer);

        impl $name {
            fn of(scheme: $crate::Scheme) -> Self {
                Self($crate::AuthLayer::new(scheme))
            }

            /// Sets the realm in the challenge (RFC 9110, section 11.5). The default is `api`.
            pub fn with_realm(self, realm: impl Into<std::borrow::Cow<'static, str>>) -> Self {
                Self(self.0.with_realm(realm))
            }

            /// Makes the realm from the tenant that the request asks for; see
            /// [`AuthLayer::with_realm_by_tenant`](crate::AuthLayer::with_realm_by_tenant).
            pub fn with_realm_by_tenant(
                self,
                realm: impl Fn(&$crate::Tenant) -> String + Send + Sync + 'static,
            ) -> Self {
                Self(self.0.with_realm_by_tenant(realm))
            }

            /// Lets callers in who present no credentials, as
            /// [`Identity::anonymous`](crate::Identity::anonymous). Credentials that are presented
            /// and bad are refused all the same.
            pub fn allow_anonymous(self) -> Self {
                Self(self.0.allow_anonymous())
            }

            /// Lets callers in who present no credentials, with claims of your choice.
            pub fn allow_anonymous_as(self, identity: $crate::Identity) -> Self {
                Self(self.0.allow_anonymous_as(identity))
            }

            /// Leaves the credentials in the request, marked sensitive.
            pub fn keep_credentials(self) -> Self {
                Self(self.0.keep_credentials())
            }

            /// Answers refusals by another [`Rejection`](crate::Rejection); configure the rest
            /// first.
            pub fn with_rejection<R>(self, rejection: R) -> $crate::GateLayer<Self, R> {
                $crate::GateLayer::new(self).with_rejection(rejection)
            }
        }

        impl $crate::Check for $name {
            type Grant = $crate::Admission;

            fn name(&self) -> &'static str {
                $crate::Check::name(&self.0)
            }

            fn check(&self, parts: &http::request::Parts) -> $crate::Verdict<Self::Grant> {
                $crate::Check::check(&self.0, parts)
            }

            fn admit(&self, grant: Self::Grant, parts: &mut http::request::Parts) {
                $crate::Check::admit(&self.0, grant, parts);
            }

            fn mark_sensitive(&self, parts: &mut http::request::Parts) {
                $crate::Check::mark_sensitive(&self.0, parts);
            }

            fn challenge(
                &self,
                error: &$crate::AuthError,
                parts: &http::request::Parts,
                headers: &mut http::HeaderMap,
            ) {
                $crate::Check::challenge(&self.0, error, parts, headers);
            }
        }

        impl<S> tower::Layer<S> for $name {
            type Service = $crate::Gate<S, Self>;

            fn layer(&self, inner: S) -> Self::Service {
                $crate::Gate::new(inner, self.clone(), $crate::DefaultRejection)
            }
        }

        impl From<$name> for $crate::AuthLayer {
            fn from(layer: $name) -> Self {
                layer.0
            }
        }
    };
}

pub(crate) use named_layer;
