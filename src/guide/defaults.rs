//! Every limit and default in one table.
//!
//! What is not in the last column cannot be changed.
//!
//! | What | Default | Changed by |
//! |---|---|---|
//! | realm of challenges | `api` | `with_realm` |
//! | anonymous callers | refused | `allow_anonymous`, `allow_anonymous_as` |
//! | credentials in an admitted request | removed | `keep_credentials` |
//! | two `Authorization` lines, credentials for two schemes | refused | |
//! | space between scheme and credentials | exactly one (RFC 9110 allows more) | |
//! | **Basic** | | |
//! | longest credentials, encoded | 4,096 characters | |
//! | base64 | standard alphabet, padded, no stray bits | |
//! | text | UTF-8 without control characters | |
//! | bcrypt cost of stored hashes | 4 to 18; below 10 warned of | `UsersBuilder::with_min_cost`, `with_warning_cost` |
//! | bcrypt cost of new hashes | 12 | `PasswordVerifierBuilder::with_cost` |
//! | argon2id | m up to 1 GiB, t up to 64, p up to 16 | |
//! | scrypt | ln up to 20, r up to 8, p up to 16 | |
//! | longest password | 72 bytes for bcrypt | |
//! | threads that verify passwords | cores - 1, at least 1 | `PasswordVerifierBuilder::with_workers` |
//! | passwords that wait for a thread | 64, then 503 | `PasswordVerifierBuilder::with_queue` |
//! | passwords of one user under way | 8, then 503 | `PasswordVerifierBuilder::with_max_per_user` |
//! | a file of users | looked at every 5 s | `UsersBuilder::with_reload_every`, `without_reload` |
//! | size of a users file | 4 MiB, regular files only | `UsersFile::with_max_bytes` |
//! | passwords in clear text in a users file | refused | `UsersFile::danger_allow_clear_text_passwords` |
//! | nesting in a users file | JSON 128, TOML 80, YAML and HOCON 64 deep; YAML at most 1,000,000 values | |
//! | includes and substitutions of HOCON, merge keys of YAML | refused | |
//! | permissions that rules in a users file may name | Read, Write, Deploy, Demo, Impersonate | `UsersFile::with_vocabulary` |
//! | **Remembered judgements** | | |
//! | of any authenticator | none | `Authenticator::cached` |
//! | the cache | 10,000 entries, 64 MiB, 5 min | `CacheLimits` |
//! | refusals | not remembered | `Cached::with_refusals` |
//! | **Failed attempts** | | |
//! | limits | none, and a throttle without one is an error; one by user and address needs one by address | `FailureThrottle::with_user_and_address_limit`, `with_address_limit`, `danger_with_user_limit` |
//! | IPv6 addresses | count by 64 bits | |
//! | places to count in | 131,072 for each limit, 1.5 MiB | |
//! | attempts under way | count like failures until they are judged; past the limit, 429 for 1 s | |
//! | attempts that are given up before they are judged | count as failed | |
//! | **JWT** | | |
//! | `iss`, `aud`, `exp`, `sub` | must be there | `Issuer::temporal` for other rules |
//! | `iss`, `aud` | compared byte for byte | |
//! | leeway | 30 s, at most 5 min | `Issuer::with_leeway` |
//! | age and lifetime | not limited but by `exp`; with a limit, `iat` may not be ahead | `Issuer::with_max_age`, `with_max_lifetime` |
//! | algorithms | asymmetric only; a key is bound to its `alg`, one without to those of its type | `Issuer::with_algorithms`, `Keys::from_hmac_secret` |
//! | `typ` | absent, `JWT` or `at+jwt` | `Issuer::with_types`, `require_type`, `rfc9068` |
//! | ID tokens, refresh tokens, logout tokens | refused | `Issuer::allow_id_tokens` for the first two |
//! | `azp`, `client_id` | not looked at | `Issuer::with_authorized_parties` |
//! | where the token is | `Authorization: Bearer` and nowhere else | `JwtAuthLayer::reading_from` |
//! | longest token | 8 KiB | `JwtVerifierBuilder::with_max_token_bytes` |
//! | JSON | no member twice, at most 32 deep | |
//! | RSA keys | 2,048 to 8,192 bits, none of the ROCA kind | |
//! | keys of one `kid` and algorithm | 4 in a set | |
//! | HMAC secrets | at least as long as the hash | |
//! | `crit`, `b64`, `jwk`, `jku`, `x5u`, `x5c`, nested and encrypted tokens | refused | |
//! | `cnf` | `x5t#S256` of this connection, anything else refused | |
//! | verified tokens | not remembered | `JwtVerifierBuilder::with_cache` |
//! | the cache | 10,000 tokens, 64 MiB, 5 min | `CacheLimits` |
//! | issuers that a resolver found | 1,000, for 5 min | `with_resolved_limits` |
//! | that there is no such issuer | remembered for 10 s | |
//! | questions to a resolver | 64 at a time, 1,024 with those that wait, then 503; 5 s for an answer and the wait for it; apart for names that had an answer before and for others | |
//! | **Remote keys** | | |
//! | URL | `https:`; `http:` on loopback; `file:` | `RemoteKeys::allow_plain_http` |
//! | redirects | not followed | |
//! | fresh for | 10 min; `max-age` counts between 1 min and 24 h | `with_soft_ttl` |
//! | fetched ahead | after 80 % of that, 10 % more or less by chance | |
//! | used while fetches fail | 1 h after they have gone stale | `with_stale_limit` |
//! | fetches for tokens that fit no key | one in 30 s for each source | `with_cooldown` |
//! | pause after a failure | 1 s, doubled up to 60 s, shortened by chance to no less than half | |
//! | time for a fetch | 5 s | `with_timeout` |
//! | time to connect, with `HttpFetch` | 2 s | |
//! | document | 512 KiB, 100 keys | `with_max_bytes`, `with_max_keys` |
//! | requests that wait for one fetch | 1,024, then 503 | |
//! | **Outgoing calls** | | |
//! | where credentials go | nowhere; to the origins that are named | `AuthorizationLayerBuilder::for_origin`, `connected_to` |
//! | plain `http:` | to loopback | `allow_plain_text_to` |
//! | a request with an `Authorization` of its own | refused | `allow_own_authorization` |
//! | the next token is asked for | after 80 % of the life of the last, 10 % more or less by chance; after 1 s at least | `with_renewal`, `AccessToken::with_renewal_after` |
//! | a token without a lifetime | good for 5 min | `with_default_lifetime` |
//! | a token that ends within a second | a failure of the source | |
//! | time for a source | 5 s | `with_timeout` |
//! | pause after a failure | 1 s, doubled up to 60 s, shortened by chance to no less than half | |
//! | questions for tokens that were refused | one in 30 s for each layer | `with_cooldown` |
//! | a request whose token was refused | not sent again | `AuthorizationLayer::with_replay`, once |
//! | calls that wait for one token | 1,024, then an error | |
//! | longest token | 16 KiB | |
//! | token endpoint | `https:`; `http:` on loopback; redirects not followed | `allow_plain_http` |
//! | answer of a token endpoint | 64 KiB | |
//! | a file with a token | read every 10 s while there are calls; 16 KiB, regular files only | `TokenFile::with_reload_every` |
//! | **Client certificates** | | |
//! | subject | URI, else DNS name, else e-mail address; exactly one | `CertificateRules::subject_from`, `spiffe`, `subject_by` |
//! | common name | no subject, but by `subject_from` | `CertificateRules::allow_common_name`, where there is no other name |
//! | wildcards as subjects, control characters in names | refused | |
//! | SPIFFE ID | 2,048 bytes, trust domain 255, with a path, the only URI | |
//! | a word of a template | within one DNS label or one URI segment; exactly one name fits | |
//! | allow-list, deny-list | none; asked on every request, the deny-list first | `CertificateRules::with_allow_list`, `with_deny_list` |
//! | filters | none; at most 25; asked on every request | `CertificateRules::with_filters`, `CertificateFilters::replace` |
//! | public authorities in a bundle | not noticed; then with filters only | `CertificateFilters::accept_bundle` |
//! | a certificate | 64 KiB | |
//! | a certificate and other credentials, as alternatives | 400 | `AuthLayer::allow_unused_certificate` |
//! | connections of tonic and of `PeerCertificatesLayer::per_connection` that are remembered | 1024 each | |
//! | a bundle for `check_ca_bundle` | 16 certificates, 32 KB | |
//! | validity | checked on every request | |
//! | purpose | end entity, `clientAuth` if there are extended key usages, `digitalSignature` if there are key usages | |
//! | client certificates of a `TlsListener` | not asked for; required with an authority | `with_client_ca`, `allow_missing_client_certificate` |
//! | certificates that a proxy forwards | not read; with the layer for it, only after a proof of the peer | `ForwardedCertificatesLayer` |
//! | the field of a forwarded certificate | one line of at most 16 KiB, a chain of at most 8 | |
//! | the element of `x-forwarded-client-cert` | the right-most | `ForwardedCertificates::from_xfcc_by`, `from_xfcc_hops` |
//! | the connection's own certificate behind that layer | not looked at | `ForwardedCertificatesLayer::allow_direct_clients` |
//! | the chain of a forwarded certificate | the word of the proxy is taken | `ForwardedCertificatesLayer::with_authorities` |
//! | forwarded certificates for tokens with `cnf` | do not count | `ForwardedCertificatesLayer::allow_bound_tokens` |
//! | revocation lists of a `TlsListener` | none; with one, every certificate of a chain needs one that has not ended | `with_client_crl` |
//! | handshake | 10 s, 256 at a time, then the oldest of the largest network makes room | `with_handshake_timeout`, `with_max_handshakes` |
//! | connections that wait for the application | 256, and no more are accepted | `with_max_handshakes` |
//! | TLS | 1.2 and 1.3; ALPN `h2`, `http/1.1` | |
//! | sessions to resume | 256 for each host, of the same host and rules, the certificate verified again | |
//! | files of a `TlsListener` | looked at every 60 s, at most 16 MiB each, regular files only | `with_refresh_interval`, `without_refresh` |
//! | certificates that end | a warning 15 days before, an error 5 days before, told every hour | `with_expiry_windows`, `with_expiry_check_interval`, `without_expiry_checks` |
//! | certificates accepted by the own rules of a host | refused | `CertificateRules::allow_tls_host`, `require_tls_host`, `ProxyProof::allow_tls_host` |
//! | **Tenants** | | |
//! | name | 1 to 64 ASCII letters, digits, `-`, `_`, `.` | |
//! | membership | the claim `tenant` | `with_membership`, `with_membership_rule` |
//! | callers who belong to another tenant | refused | `with_operators` |
//! | a request that names none | refused | `allow_absent` |
//! | places that contradict, by `TenantSource::all_of` | refused | |
//! | which tenants there are | not asked | `with_known_tenants`, `with_registry`; after membership |
//! | answers of a registry | active 60 s, others 10 s; 10,000 tenants | `RegisteredTenants::with_max_age`, `with_refusals_for`, `with_max_tenants` |
//! | what tenants have of their own | stays until reloaded; 1,000 tenants | `PerTenant::with_max_age`, `with_max_tenants` |
//! | that a tenant has nothing | remembered for 10 s, apart from those that have | |
//! | time for an answer or a load | 5 s | `with_timeout` |
//! | pause after a failure | 1 s, doubled up to 60 s | |
//! | names that were never a tenant's, asked for at a time | 64, then 503 | |
//! | requests that wait for one tenant | 1,024, then 503 | |
//! | **Impersonation** | | |
//! | header | `x-impersonate-user`, one line of 1 to 256 bytes of text | `ImpersonationLayer::with_header` |
//! | protected targets | refused | `allow_protected_targets` |
//! | the caller itself, somebody who is impersonated | refused | |
//! | end | the earlier of the target's and the caller's | |
//! | **Permissions** | | |
//! | a requirement without parts, also behind `not` | never met | |
//! | a requirement with a wildcard, or too large (64 levels, 10,000 names and lists) | 500 | |
//! | the text of a requirement | 4096 bytes, 64 levels, names of 256 bytes | |
//! | a value of a parameter | 1 to 128 of `A-Z`, `a-z`, `0-9`, `-`, `_`, else 403 | |
//! | a parameter without a value | 500 | `RequireLayer::with_parameters` |
//! | `*` alone or within a granted name | grants nothing | `Permissions::everything` |
//! | a denial | wins over what is granted | |
//! | permissions kept with remembered identities | by mappers that say so, 16 MiB a layer | `ClaimMapper::is_pure` |
//! | a role that is not known | grants nothing | |
//! | elements of a claim | 4,096, then 403; each 256 bytes | |
//! | malformed elements | skipped, counted, told of | `ClaimPermissions::reject_malformed` |
//! | wildcards in claims | malformed | `ClaimPermissions::allow_wildcards` |
//! | `global:` and `temporal:` in claims | malformed | `ClaimPermissions::allow_reserved_prefixes` |
//! | patterns | fit the whole element; 1,024 bytes, 256 KiB compiled, 32 groups deep | `ClaimPattern::allow_partial_matches` |
//! | an answer of a source of permissions | waited for 5 s | `PermissionClaimLayer::with_timeout` |
//! | answers of a source | not remembered | `PermissionSource::cached` |
//! | requests that wait for one answer | 1,024, then 503 | |
//! | a caller without any role, by `RoleRules` | refused | |
//! | **Policies** | | |
//! | a request that no rule is for | refused | |
//! | what a rule opens | skips authentication inside of `guard` | `allow_anonymous` outside of the policy instead |
//! | ambiguous paths | refused, see `PathRules` | |
//! | fields that name another path or method | refused | `PathRulesBuilder::allow_override_headers` |
//! | longest path | 8,192 bytes, 256 segments; of a gRPC method 1,024 bytes | |
//! | longest pattern, longest requirement | 1,024 bytes, 4,096 bytes | |
//! | would-be refusals | refused | `Policy::danger_rehearse` |
//! | methods with a lower-case letter | refused by `PathRules` | |
//! | methods of a descriptor set without a rule | an error | `RpcRulesBuilder::allow_unruled` |
//! | **Messages** | | |
//! | a message for another tenant than the request | refused | |
//! | a tenant that only the message names | refused | `MessageAuthorizer::allow_tenant_of_message` |
//! | demands of a message | 1,000 different ones in at most 64 other tenants, else 403 | |
//! | **Long answers** | | |
//! | that the caller still counts | asked every 10 s, without leeway | `IdentityEnd::with_interval` |
//! | **Refusals** | | |
//! | `Cache-Control` | `no-store` | |
//! | `Retry-After` on 429 and 503 | 1 s | `AuthError::with_retry_after` |
