#!/usr/bin/env node
// nginx in front of the example behind_proxy, with the example's configuration.
import assert from 'node:assert/strict';

import {
  World, admitted, aroundProxy, forgeries, forgedThroughProxy, fromTheProxysPlace, raw, refused, sideBySide,
  smuggledThroughProxy,
} from '../common/behind_proxy.mjs';
import { check, drive } from '../common/driver.mjs';

const NGINX = {
  program: 'nginx',
  // The workers of root are nobody otherwise, who cannot open the socket.
  args: ['-p', '.', '-e', 'stderr', '-g', `daemon off;${process.getuid() === 0 ? ' user root;' : ''}`, '-c'],
  config: 'nginx.conf',
  listen: 'unix:',
};

/// Two mistakes: any certificate is taken, and none is held against the list of those that are revoked.
const careless = (config) => config.replace('optional;', 'optional_no_ca;').replace('ssl_crl crl.pem;', '');

/// And one more.
const silent = (config) => careless(config).replace(/.*X-SSL-Client-Verify.*\n/, '');

/// Answered by nginx itself.
function refusedByNginx({ status, text, server }) {
  assert.equal(status, 400);
  assert.match(server, /^nginx/);
  assert.match(text, /<title>400 The SSL certificate error<\/title>/);
}

async function certificates(world, way, door) {
  await check(`${way}: a good certificate`, async () => admitted(await world.ask(door, { as: 'alice' }), 'alice'));
  await check(`${way}: no certificate`, async () => refused(await world.ask(door)));
  for (const [title, as] of Object.entries({ 'an expired': 'expired', 'a revoked': 'revoked', "another authority's": 'stranger' })) {
    await check(`${way}: ${title} certificate is refused by nginx`, async () => refusedByNginx(await world.ask(door, { as })));
  }
}

async function whatArrives(world, door) {
  const lines = forgeries(world)['all of them'];
  await check('nginx overwrites its own fields, and passes on those of other proxies', async () => {
    const anonymous = await world.fields(door, '/arrived', { lines });
    assert.equal(anonymous['x-client-cert'], undefined);
    assert.equal(anonymous['x-ssl-client-verify'], 'NONE');
    const { base64 } = world.certificate('alice');
    assert.equal(anonymous['x-ssl-client-cert'], base64);
    assert.equal(anonymous['client-cert'], `:${base64}:`);
    const bob = await world.fields(door, '/arrived', { as: 'bob', lines });
    assert.equal(decodeURIComponent(bob['x-client-cert']), decodeURIComponent(world.certificate('bob').escaped));
    assert.equal(bob['x-ssl-client-verify'], 'SUCCESS');
  });
  await check('nginx drops names with underscores', async () => {
    const arrived = await world.fields(door, '/arrived', { lines: forgeries(world)['all of them with underscores'] });
    assert.deepEqual(Object.keys(arrived).sort(), ['accept', 'connection', 'host', 'user-agent', 'x-ssl-client-verify']);
  });
}

async function underscores(world) {
  const { bySocket } = await world.proxy(NGINX, (config) => config.replace('http {', 'http { underscores_in_headers on;'));
  const lines = forgeries(world)['all of them with underscores'];
  await check('underscores_in_headers on: they arrive, and count for nothing', async () => {
    const arrived = await world.fields(bySocket, '/arrived', { lines });
    assert.equal(arrived.x_client_cert, world.certificate('alice').escaped);
    assert.match(arrived.x_ssl_client_verify, /^SUCCESS\b/);
    refused(await world.ask(bySocket, { lines }));
    admitted(await world.ask(bySocket, { as: 'bob', lines }), 'bob');
    assert.equal((await world.fields(bySocket, '/seen', { lines })).x_client_cert, undefined);
  });
}

async function mistakes(world, trusting) {
  const door = (await world.proxy(NGINX, careless)).bySocket;
  await check("optional_no_ca: another authority's certificate arrives, as FAILED, and is refused by the service", async () => {
    const arrived = await world.fields(door, '/arrived', { as: 'stranger' });
    assert.match(arrived['x-ssl-client-verify'], /^FAILED:/);
    assert.match(arrived['x-client-cert'], /CERTIFICATE/);
    refused(await world.ask(door, { as: 'stranger' }));
  });
  await check('optional_no_ca: an expired certificate is refused by nginx all the same', async () => {
    refusedByNginx(await world.ask(door, { as: 'expired' }));
  });
  await check('no ssl_crl: a revoked certificate arrives, as SUCCESS, and is refused by the service', async () => {
    const arrived = await world.fields(door, '/arrived', { as: 'revoked' });
    assert.equal(arrived['x-ssl-client-verify'], 'SUCCESS');
    refused(await world.ask(door, { as: 'revoked' }));
    admitted(await world.ask(door, { as: 'alice' }), 'alice');
  });

  const quiet = (await world.proxy(NGINX, silent)).bySocket;
  const lines = ['X-SSL-Client-Verify: SUCCESS'];
  await check('no verdict set: the forged one arrives, and the authorities refuse the certificates', async () => {
    assert.equal((await world.fields(quiet, '/arrived', { lines }))['x-ssl-client-verify'], 'SUCCESS');
    for (const as of ['stranger', 'revoked']) refused(await world.ask(quiet, { as, lines }));
    refused(await world.ask(quiet, { as: 'alice' }));
  });
  await check('control: a service without authorities takes both', async () => {
    const quiet = (await trusting.proxy(NGINX, silent)).bySocket;
    admitted(await trusting.ask(quiet, { as: 'stranger', lines }), 'alice');
    admitted(await trusting.ask(quiet, { as: 'revoked', lines }), 'revoked');
  });
}

/// What no service can see: the proxy itself hands over what the client wrote.
async function forgotten(world) {
  const lines = world.lines('alice');
  const own = 'proxy_pass http://unix:app.sock; proxy_set_header X-Of-The-Location 1;';
  const { bySocket } = await world.proxy(NGINX, (config) => config.replace('proxy_pass http://unix:app.sock;', own));
  await check('control: a location with a proxy_set_header of its own lets forged fields through', async () => {
    admitted(await world.ask(bySocket, { lines }), 'alice');
    refused(await world.ask(bySocket, { as: 'bob' }));
    const get = (head) => `GET / HTTP/1.1\r\nHost: localhost\r\n${head}\r\n\r\n`;
    assert.match(await raw(bySocket, get('X: 1') + get(['Connection: close', ...lines].join('\r\n'))), /hello/);
  });
}

await drive(async () => {
  const world = await World.start('nginx', '--danger-by-address');
  const { bySocket, byCertificate } = await world.proxy(NGINX);
  for (const [way, door] of [['by socket', bySocket], ['by certificate', byCertificate]]) {
    await certificates(world, way, door);
    await forgedThroughProxy(world, way, door);
    await sideBySide(world, way, door);
  }
  await whatArrives(world, bySocket);
  await smuggledThroughProxy(world, bySocket);
  await underscores(world);
  await aroundProxy(world);
  await fromTheProxysPlace(world);
  await mistakes(world, await World.start('nginx', '--without-authorities'));
  await forgotten(world);
});
