#!/usr/bin/env node
// Drives the guarded service with tokens of a real OpenID Provider.
import assert from 'node:assert/strict';

import { check, drive, eventually, folder } from '../common/driver.mjs';
import { makeCertificates } from './certificates.mjs';
import { startGuard } from './guard.mjs';
import { ALGORITHMS, BILLING, ORDERS, PERMISSIONS, SEALED, startProvider, USER } from './provider.mjs';
import {
  authorizationCode, clientCredentials, certificateBoundToken, decode, keyBoundToken, signedWithPublicKey, withClaims, withHeader,
  withoutSignature,
} from './tokens.mjs';

console.info = console.warn = () => {}; // notices of the provider about its defaults

const certificates = makeCertificates(folder);
const certificate = certificates.server.tls;

async function accepted(guard, token, sub, tls) {
  const { status, text, challenge } = await guard.ask(token, tls);
  assert.equal(status, 200, `${status} ${challenge} ${text}`);
  const { sub: subject, permissions } = JSON.parse(text);
  assert.deepEqual({ subject, permissions }, { subject: sub, permissions: PERMISSIONS });
}

async function refused(guard, token, tls) {
  const { status, challenge } = await guard.ask(token, tls);
  assert.equal(status, 401);
  assert.match(challenge, /^Bearer\b.*\berror="invalid_token"/);
}

async function unavailable(guard, token) {
  const { status, challenge, retryAfter } = await guard.ask(token);
  assert.equal(status, 503);
  assert.equal(challenge, undefined);
  assert.match(retryAfter, /^[1-9][0-9]*$/);
}

async function acceptedTokens(provider, guard) {
  for (const name of ALGORITHMS) {
    await check(`${name} access token`, async () => {
      const token = await clientCredentials(provider, name);
      const { alg, typ } = decode(token.split('.')[0]);
      assert.deepEqual({ alg, typ }, { alg: name, typ: 'at+jwt' });
      await accepted(guard, token, name);
    });
  }
  await check('access token of a user, by authorization code', async () => {
    await accepted(guard, (await authorizationCode(provider, 'app')).access_token, USER);
  });
  await check('access token that has ended, until the leeway of 30 s is over', async () => {
    const token = await clientCredentials(provider, 'just-ended');
    await accepted(guard, token, 'just-ended');
    await eventually(() => refused(guard, token));
  });
}

async function refusedTokens(provider, guard) {
  const good = await clientCredentials(provider, 'RS256');
  const refusals = {
    'access token for another resource': () => clientCredentials(provider, 'RS256', BILLING),
    'ID token in place of the access token': async () => (await authorizationCode(provider, 'app')).id_token,
    'ID token whose aud is this service': async () => (await authorizationCode(provider, ORDERS)).id_token,
    'opaque access token': () => clientCredentials(provider, 'RS256', null),
    'encrypted access token': () => clientCredentials(provider, SEALED),
    'access token bound to a key (DPoP), sent as a bearer token': () => keyBoundToken(provider, 'RS256'),
    'access token that ended before the leeway': () => clientCredentials(provider, 'long-ended'),
    'claims changed under the signature': () => withClaims(good, { permissions: ['admin'] }),
    'alg changed to none, signature left out': () => withoutSignature(withHeader(good, { alg: 'none' })),
    'alg changed to none, signature kept': () => withHeader(good, { alg: 'none' }),
    'signature left out': () => withoutSignature(good),
    'alg changed to HS256': () => withHeader(good, { alg: 'HS256' }),
    'HS256 with the public key as the secret': () => signedWithPublicKey(provider, good),
    'alg changed to another one of the same key type': () => withHeader(good, { alg: 'PS256' }),
  };
  for (const [name, make] of Object.entries(refusals)) {
    await check(`refused: ${name}`, async () => refused(guard, await make()));
  }
  await check('refused: token of a provider that is not trusted', async () => {
    const other = await startProvider({ certificate });
    await refused(guard, await clientCredentials(other, 'RS256'));
    await other.stop();
  });
  await check('no token: 401 without an error', async () => {
    const { status, challenge } = await guard.ask();
    assert.equal(status, 401);
    assert.match(challenge, /^Bearer\b/);
    assert.doesNotMatch(challenge, /error/);
  });
}

async function boundTokens(provider, plain) {
  const guard = await startGuard({ issuer: provider.issuer, audience: ORDERS, certificates });
  const { machine, other, server } = certificates;
  const nobody = { ca: machine.tls.ca };
  const token = await certificateBoundToken(provider, machine.tls);
  await check('certificate-bound: accepted with its certificate', () => accepted(guard, token, 'machine', machine.tls));
  await check('certificate-bound: refused with another certificate', () => refused(guard, token, other.tls));
  await check('certificate-bound: refused without a certificate', () => refused(guard, token, nobody));
  await check('certificate-bound: refused without TLS', () => refused(plain, token));
  await check('not bound: accepted with any certificate or none', async () => {
    const free = await clientCredentials(provider, 'ES256');
    await accepted(guard, free, 'ES256', other.tls);
    await accepted(guard, free, 'ES256', nobody);
  });
  await check('the provider itself gives other machines no token', async () => {
    await assert.rejects(certificateBoundToken(provider, other.tls), /401 .*invalid_client/);
    await assert.rejects(certificateBoundToken(provider, server.tls), /401 .*invalid_client/);
  });
}

async function rotation(before) {
  const guard = await startGuard({ issuer: before.issuer, audience: ORDERS });
  const old = await clientCredentials(before, 'RS256');
  await accepted(guard, old, 'RS256');
  await before.stop();
  const after = await startProvider({ certificate, port: before.port });
  await check('rotation: a token with the new key is accepted after one fetch', async () => {
    await accepted(guard, await clientCredentials(after, 'RS256'), 'RS256');
    assert.equal(after.keyFetches(), 1);
  });
  await check('rotation: other new keys need no fetch', async () => {
    await accepted(guard, await clientCredentials(after, 'ES256'), 'ES256');
    assert.equal(after.keyFetches(), 1);
  });
  await check('rotation: a token with the removed key is refused', () => refused(guard, old));
  return after;
}

async function bursts(provider) {
  const guard = await startGuard({ issuer: provider.issuer, audience: ORDERS });
  const numbers = Array.from({ length: 50 }, (_, number) => number);
  const good = await clientCredentials(provider, 'RS256');
  const fetches = provider.keyFetches();
  await check('burst: the first tokens of a new service are all accepted for one fetch', async () => {
    await Promise.all(numbers.map(() => accepted(guard, good, 'RS256')));
    assert.equal(provider.keyFetches(), fetches + 1);
  });
  await check('burst: unknown keys are all refused for one fetch at most', async () => {
    const forged = numbers.map((number) => withHeader(good, { kid: `unknown-${number}` }));
    await Promise.all(forged.map((token) => refused(guard, token)));
    assert.ok(provider.keyFetches() <= fetches + 2, `${provider.keyFetches() - fetches} fetches`);
  });
}

async function outage(provider) {
  const guard = await startGuard({ issuer: provider.issuer, audience: ORDERS });
  const token = await clientCredentials(provider, 'RS256');
  await accepted(guard, token, 'RS256');
  await provider.stop();
  await check('outage: tokens of known keys are accepted all the same', () => accepted(guard, token, 'RS256'));
  const unknown = withHeader(token, { kid: 'unknown' });
  await check('outage: an unknown key is 503 with Retry-After', () => unavailable(guard, unknown));
  await check('outage: tokens of known keys are accepted after a fetch failed', () => accepted(guard, token, 'RS256'));
  const late = await startGuard({ issuer: provider.issuer, audience: ORDERS });
  await check('outage: a service started meanwhile is 503 with Retry-After', () => unavailable(late, token));
  const again = await startProvider({ certificate, port: provider.port, keys: provider.keys });
  await check('outage: and accepts when the provider is back', () => eventually(() => accepted(late, token, 'RS256')));
  await again.stop();
}

async function main() {
  const provider = await startProvider({ certificate });
  const guard = await startGuard({ issuer: provider.issuer, audience: ORDERS });
  await acceptedTokens(provider, guard);
  await refusedTokens(provider, guard);
  await boundTokens(provider, guard);
  const rotated = await rotation(provider);
  await bursts(rotated);
  await outage(rotated);
}

await drive(main);
