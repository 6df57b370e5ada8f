// How applications get tokens of a provider, and what forgers make of them.
import assert from 'node:assert/strict';
import { createHash, createHmac, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

import { send } from './http.mjs';
import { ORDERS, REDIRECT_URI, SECRET } from './provider.mjs';

const random = (bytes) => randomBytes(bytes).toString('base64url');
const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
export const decode = (part) => JSON.parse(Buffer.from(part, 'base64url'));

async function ask(url, options) {
  const { status, text } = await send(url, options);
  assert.equal(status, 200, `${url}: ${status} ${text}`);
  return JSON.parse(text);
}

const discover = ({ issuer }) => ask(`${issuer}/.well-known/openid-configuration`);

/// A machine's token, for a resource or, with none, an opaque one.
export async function clientCredentials(provider, client, resource = ORDERS, headers = {}) {
  const { token_endpoint } = await discover(provider);
  const form = { grant_type: 'client_credentials', scope: 'orders', ...(resource && { resource }) };
  const authorization = `Basic ${Buffer.from(`${client}:${SECRET}`).toString('base64')}`;
  return (await ask(token_endpoint, { method: 'POST', form, headers: { authorization, ...headers } })).access_token;
}

/// A token bound to a key of the client's (RFC 9449).
export async function keyBoundToken(provider, client) {
  const { token_endpoint } = await discover(provider);
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const header = { alg: 'ES256', typ: 'dpop+jwt', jwk: publicKey.export({ format: 'jwk' }) };
  const now = Math.floor(Date.now() / 1000);
  const claims = { htm: 'POST', htu: token_endpoint, iat: now, jti: random(16) };
  const proof = `${encode(header)}.${encode(claims)}`;
  const signature = sign('sha256', Buffer.from(proof), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  const dpop = `${proof}.${signature.toString('base64url')}`;
  const token = await clientCredentials(provider, client, ORDERS, { dpop });
  assert.ok(decode(token.split('.')[1]).cnf.jkt);
  return token;
}

/// A token bound to the certificate that the client shows (RFC 8705).
export async function certificateBoundToken(provider, tls) {
  const { token_endpoint } = (await discover(provider)).mtls_endpoint_aliases;
  const form = { grant_type: 'client_credentials', client_id: 'machine', scope: 'orders', resource: ORDERS };
  const token = (await ask(token_endpoint, { method: 'POST', form, tls })).access_token;
  assert.ok(decode(token.split('.')[1]).cnf['x5t#S256']);
  return token;
}

/// A user's tokens by the authorization-code flow with PKCE. The provider logs the user in unasked.
export async function authorizationCode(provider, client) {
  const { authorization_endpoint, token_endpoint } = await discover(provider);
  const verifier = random(32);
  const query = {
    client_id: client,
    response_type: 'code',
    redirect_uri: REDIRECT_URI,
    scope: 'openid orders',
    resource: ORDERS,
    nonce: random(16),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  };
  const redirect = await follow(`${authorization_endpoint}?${new URLSearchParams(query)}`);
  const code = redirect.searchParams.get('code');
  assert.ok(code, `no code: ${redirect.search}`);
  const form = {
    grant_type: 'authorization_code',
    code,
    client_id: client,
    redirect_uri: REDIRECT_URI,
    code_verifier: verifier,
    resource: ORDERS,
  };
  return ask(token_endpoint, { method: 'POST', form });
}

/// Does what a browser does, until it is sent back to the application.
async function follow(url) {
  const cookies = new Map();
  for (let hop = 0; hop < 6; hop += 1) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const { status, headers, text } = await send(url, { headers: { cookie } });
    assert.equal(status, 303, `${url}: ${status} ${text}`);
    for (const line of headers['set-cookie'] ?? []) {
      const [name, value] = line.split(';', 1)[0].split(/=(.*)/s);
      cookies.set(name, value);
    }
    const next = new URL(headers.location, url);
    if (next.href.startsWith(REDIRECT_URI)) return next;
    url = next.href;
  }
  throw new Error('too many redirects');
}

/// The same signature over other claims.
export function withClaims(token, claims) {
  const [header, payload, signature] = token.split('.');
  return [header, encode({ ...decode(payload), ...claims }), signature].join('.');
}

/// The same claims and signature under another header.
export function withHeader(token, members) {
  const [header, payload, signature] = token.split('.');
  return [encode({ ...decode(header), ...members }), payload, signature].join('.');
}

export const withoutSignature = (token) => token.replace(/[^.]*$/, '');

/// Signed by HMAC with the public key as the secret: what a confused verifier would accept.
export async function signedWithPublicKey(provider, token) {
  const { jwks_uri } = await discover(provider);
  const { keys } = await ask(jwks_uri);
  const { kid } = decode(token.split('.')[0]);
  const jwk = keys.find((key) => key.kid === kid);
  const secret = createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
  const [header, payload] = withHeader(token, { alg: 'HS256' }).split('.');
  const signature = createHmac('sha256', secret).update(`${header}.${payload}`).digest('base64url');
  return `${header}.${payload}.${signature}`;
}
