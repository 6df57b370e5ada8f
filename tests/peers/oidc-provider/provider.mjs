// An OpenID Provider: npm oidc-provider on loopback, with clients and resources made for the cases.
import { generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';

import Provider from 'oidc-provider';

import { MACHINE } from './certificates.mjs';

/// The resource (RFC 8707) that stands for the guarded service, and so the audience of its tokens.
export const ORDERS = 'https://orders.example';
export const BILLING = 'https://billing.example';
export const PERMISSIONS = ['orders:read', 'orders:write'];
export const USER = 'alice';
export const REDIRECT_URI = 'https://app.example/callback';
export const SECRET = randomBytes(24).toString('base64url');

/// A client for each algorithm, of the same name.
export const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'];

/// The tokens of this client are encrypted.
export const SEALED = 'sealed';

/// When the tokens of these clients end, in seconds from now.
const LIFETIMES = { 'just-ended': -27, 'long-ended': -60 };

const KEY_PAIRS = {
  RS256: ['rsa', { modulusLength: 2048 }],
  PS256: ['rsa', { modulusLength: 2048 }],
  ES256: ['ec', { namedCurve: 'P-256' }],
  EdDSA: ['ed25519'],
  Ed25519: ['ed25519'],
};

export function makeKeys() {
  // Without `alg` two RSA keys could not be told apart.
  return Object.entries(KEY_PAIRS).map(([alg, [type, options]]) => ({
    ...generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' }), alg, use: 'sig',
  }));
}

const machineClient = (client_id, more) => ({
  client_id, client_secret: SECRET, grant_types: ['client_credentials'], response_types: [], redirect_uris: [], ...more,
});

const userClient = (client_id) => ({
  client_id,
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code'],
  response_types: ['code'],
  redirect_uris: [REDIRECT_URI],
});

const CLIENTS = [
  ...[...ALGORITHMS, ...Object.keys(LIFETIMES), SEALED].map((name) => machineClient(name)),
  userClient('app'),
  userClient(ORDERS), // the aud of its ID tokens is the guarded service
  machineClient('machine', {
    client_secret: undefined,
    token_endpoint_auth_method: 'tls_client_auth',
    tls_client_auth_san_uri: MACHINE,
    tls_client_certificate_bound_access_tokens: true,
  }),
];

function resource(ctx, indicator, client) {
  if (![ORDERS, BILLING].includes(indicator)) throw new Error(`unknown resource ${indicator}`);
  const alg = ALGORITHMS.includes(client.clientId) ? client.clientId : 'RS256';
  const encrypt = client.clientId === SEALED ? { alg: 'dir', enc: 'A256GCM', key: randomBytes(32) } : undefined;
  const jwt = { sign: { alg }, encrypt };
  return { scope: 'orders', audience: indicator, accessTokenFormat: 'jwt', accessTokenTTL: 600, jwt };
}

function setLifetime(ctx, token, { payload }) {
  const lifetime = LIFETIMES[payload.client_id];
  if (lifetime === undefined) return;
  payload.exp = Math.floor(Date.now() / 1000) + lifetime;
  payload.iat = payload.exp - 600;
}

/// Everybody who logged in has agreed to everything.
async function grantAll({ oidc }) {
  const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
  grant.addOIDCScope('openid');
  grant.addResourceScope(ORDERS, 'orders');
  await grant.save();
  return grant;
}

const peerCertificate = ({ socket }) => {
  const certificate = socket.encrypted && socket.getPeerCertificate();
  return certificate?.raw && new X509Certificate(certificate.raw);
};

const configuration = (keys, mtlsUrl) => ({
  jwks: { keys },
  clients: CLIENTS,
  clientAuthMethods: ['client_secret_basic', 'none', 'tls_client_auth'],
  cookies: { keys: [SECRET] },
  discovery: { mtls_endpoint_aliases: { token_endpoint: `${mtlsUrl}/token` } },
  enabledJWA: { idTokenSigningAlgValues: ALGORITHMS },
  extraTokenClaims: () => ({ permissions: PERMISSIONS }),
  findAccount: (ctx, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
  formats: { customizers: { jwt: setLifetime } },
  interactions: { url: (ctx, { uid }) => `/login/${uid}` },
  loadExistingGrant: grantAll,
  ttl: { AccessToken: 600, ClientCredentials: 600, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    mTLS: {
      enabled: true,
      certificateBoundAccessTokens: true,
      tlsClientAuth: true,
      getCertificate: peerCertificate,
      certificateAuthorized: ({ socket }) => socket.authorized,
      certificateSubjectMatches: (ctx, property, expected) => property === 'tls_client_auth_san_uri'
        && peerCertificate(ctx).subjectAltName === `URI:${expected}`,
    },
    resourceIndicators: { enabled: true, defaultResource: () => undefined, getResourceServerInfo: resource },
  },
});

async function listen(server, port) {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server.address().port;
}

/// Serves on plain HTTP, and the same on HTTPS for clients that show a certificate.
export async function startProvider({ certificate, port: wanted = 0, keys = makeKeys() }) {
  const tls = { ...certificate, requestCert: true, rejectUnauthorized: false };
  const servers = [http.createServer(), https.createServer(tls)];
  const [port, mtlsPort] = [await listen(servers[0], wanted), await listen(servers[1], 0)];
  const issuer = `http://127.0.0.1:${port}`;
  const provider = new Provider(issuer, configuration(keys, `https://127.0.0.1:${mtlsPort}`));
  const answer = provider.callback();
  const asked = [];
  servers.forEach((server) => server.on('request', (request, response) => {
    asked.push(request.url);
    if (!request.url.startsWith('/login/')) return answer(request, response);
    return provider.interactionFinished(request, response, { login: { accountId: USER } });
  }));
  const stop = () => Promise.all(servers.map((server) => new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  })));
  const keyFetches = () => asked.filter((path) => path === '/jwks').length;
  return { issuer, port, keys, keyFetches, stop };
}
