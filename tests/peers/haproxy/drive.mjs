#!/usr/bin/env node
// HAProxy in front of the example behind_proxy, with the example's configuration, in both of its forms.
import assert from 'node:assert/strict';

import {
  World, admitted, aroundProxy, forgeries, forgedThroughProxy, fromTheProxysPlace, noConnection, refused,
  sideBySide, smuggledThroughProxy,
} from '../common/behind_proxy.mjs';
import { check, drive } from '../common/driver.mjs';

const HAPROXY = { program: 'haproxy', args: ['-db', '-f'], config: 'haproxy.cfg', listen: 'unix@' };

/// Two mistakes: any certificate is taken, and none is held against the list of those that are revoked.
const careless = (config) => config.replaceAll('crl-file crl.pem verify optional', 'verify optional crt-ignore-err all ca-ignore-err all');

/// And one more.
const silent = (config) => careless(config).replace(/.*X-SSL-Client-Verify.*\n/, '');

const withoutDeletion = (config) => config.replace(/.*del-header.*\n/, '');

async function certificates(world, way, door) {
  await check(`${way}: a good certificate`, async () => admitted(await world.ask(door, { as: 'alice' }), 'alice'));
  await check(`${way}: no certificate`, async () => refused(await world.ask(door)));
  for (const [title, as, alert] of [
    ['an expired', 'expired', /alert certificate expired/],
    ['a revoked', 'revoked', /alert certificate revoked/],
    ["another authority's", 'stranger', /alert unknown ca/],
  ]) {
    await check(`${way}: ${title} certificate gets no connection`, async () => noConnection(world, door, as, alert));
  }
}

async function whatArrives(world, door) {
  const lines = forgeries(world)['all of them'];
  const { escaped, base64 } = world.certificate('bob');
  await check('HAProxy overwrites its own fields, and passes on those of other proxies', async () => {
    const anonymous = await world.fields(door, '/arrived', { lines });
    assert.equal(anonymous['client-cert'], undefined);
    assert.equal(anonymous['x-ssl-client-cert'], '');
    assert.equal(anonymous['x-client-cert'], world.certificate('alice').escaped);
    const bob = await world.fields(door, '/arrived', { as: 'bob', lines });
    assert.equal(bob['client-cert'], `:${base64}:`);
    assert.equal(bob['x-ssl-client-cert'], base64);
    assert.notEqual(bob['x-client-cert'], escaped);
  });
  await check('HAProxy says 0 of a certificate that is not there, too', async () => {
    const arrived = await world.fields(door, '/arrived', { lines: ['X-SSL-Client-Verify: SUCCESS'] });
    assert.equal(arrived['x-ssl-client-verify'], '0');
  });
  await check('HAProxy passes on names with underscores', async () => {
    const arrived = await world.fields(door, '/arrived', { lines: forgeries(world)['all of them with underscores'] });
    assert.match(arrived.x_ssl_client_cert, /^MII/);
    assert.match(arrived.client_cert, /^:MII/);
    assert.match(arrived.x_ssl_client_verify, /\b0\b/);
  });
  await check('option http-restrict-req-hdr-names delete: and then it does not', async () => {
    const option = 'mode http\n    option http-restrict-req-hdr-names delete';
    const { bySocket } = await world.proxy(HAPROXY, (config) => config.replace('mode http', option));
    const arrived = await world.fields(bySocket, '/arrived', { lines: forgeries(world)['all of them with underscores'] });
    assert.deepEqual(Object.keys(arrived).filter((name) => name.includes('_')), []);
    admitted(await world.ask(bySocket, { as: 'alice' }), 'alice');
  });
}

async function mistakes(world, trusting) {
  const door = (await world.proxy(HAPROXY, careless)).bySocket;
  for (const [title, as, verdict] of [
    ['an expired', 'expired', /^10$/],
    ["another authority's", 'stranger', /^(20|21)$/],
    ['a revoked', 'revoked', /^0$/],
  ]) {
    await check(`crt-ignore-err, no crl-file: ${title} certificate arrives, and is refused by the service`, async () => {
      const arrived = await world.fields(door, '/arrived', { as });
      assert.match(arrived['client-cert'], /^:MII/);
      assert.match(arrived['x-ssl-client-verify'], verdict);
      refused(await world.ask(door, { as }));
    });
  }

  const quiet = (await world.proxy(HAPROXY, silent)).bySocket;
  const lines = ['X-SSL-Client-Verify: 0'];
  await check('no verdict set: the forged one arrives, and the authorities refuse the certificates', async () => {
    assert.equal((await world.fields(quiet, '/arrived', { lines }))['x-ssl-client-verify'], '0');
    for (const as of ['expired', 'stranger', 'revoked']) refused(await world.ask(quiet, { as, lines }));
    refused(await world.ask(quiet, { as: 'alice' }));
  });
  await check('control: a service without authorities takes all but the expired one', async () => {
    const quiet = (await trusting.proxy(HAPROXY, silent)).bySocket;
    admitted(await trusting.ask(quiet, { as: 'stranger', lines }), 'alice');
    admitted(await trusting.ask(quiet, { as: 'revoked', lines }), 'revoked');
    refused(await trusting.ask(quiet, { as: 'expired', lines }));
  });
}

/// What no service can see: the proxy itself hands over what the client wrote.
async function conditional(world) {
  const { bySocket } = await world.proxy(HAPROXY, withoutDeletion);
  await check('control: set-header with a condition and without del-header lets a forged Client-Cert through', async () => {
    admitted(await world.ask(bySocket, { lines: world.lines('alice') }), 'alice');
    admitted(await world.ask(bySocket, { as: 'bob', lines: world.lines('alice') }), 'bob');
  });
  await check('without del-header a forged chain arrives, and is nobody', async () => {
    const chain = (name) => [`Client-Cert-Chain: :${world.certificate(name).base64}:`];
    admitted(await world.ask(bySocket, { as: 'bob', lines: chain('alice') }), 'bob');
    refused(await world.ask(bySocket, { as: 'bob', lines: chain('bob') }));
    refused(await world.ask(bySocket, { lines: chain('alice') }));
  });
}

/// The mistake beside it: a line is added, and the client's own stays.
async function added(world) {
  const { bySocket } = await world.proxy(HAPROXY, (config) => withoutDeletion(config).replaceAll('set-header', 'add-header'));
  await check(`${world.form}, add-header: two lines are 400, whoever they are about`, async () => {
    const { status } = await world.ask(bySocket, { as: 'bob', lines: world.lines('alice') });
    assert.equal(status, 400);
  });
}

await drive(async () => {
  const [rfc9440, bare] = [await World.start('client-cert', '--danger-by-address'), await World.start('haproxy', '--danger-by-address')];
  for (const world of [rfc9440, bare]) {
    const { bySocket, byCertificate } = await world.proxy(HAPROXY);
    for (const [way, door] of [['by socket', bySocket], ['by certificate', byCertificate]]) {
      await certificates(world, `${world.form}, ${way}`, door);
      await forgedThroughProxy(world, `${world.form}, ${way}`, door);
      await sideBySide(world, `${world.form}, ${way}`, door);
    }
    await aroundProxy(world);
    await fromTheProxysPlace(world);
    await added(world);
  }
  const { bySocket } = await rfc9440.proxy(HAPROXY);
  await whatArrives(rfc9440, bySocket);
  await smuggledThroughProxy(rfc9440, bySocket);
  await mistakes(rfc9440, await World.start('client-cert', '--without-authorities'));
  await conditional(rfc9440);
});
