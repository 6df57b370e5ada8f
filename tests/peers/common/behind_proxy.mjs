// The example behind_proxy, proxies in front of it, and curl in front of everything.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import tls from 'node:tls';

import { check, folder, start, startService } from './driver.mjs';

/// The fields that have nothing to do with proxies.
const ORDINARY = ['accept', 'connection', 'host', 'user-agent'];

/// What the proxy writes of a good certificate, in each form.
const WRITTEN = {
  nginx: ({ escaped }) => [`X-Client-Cert: ${escaped}`, 'X-SSL-Client-Verify: SUCCESS'],
  haproxy: ({ base64 }) => [`X-SSL-Client-Cert: ${base64}`, 'X-SSL-Client-Verify: 0'],
  'client-cert': ({ base64 }) => [`Client-Cert: :${base64}:`, 'X-SSL-Client-Verify: 0'],
};

/// One service with its certificates: what the example writes into its folder.
export class World {
  static async start(form, ...options) {
    const place = mkdtempSync(join(folder, `${form}-`));
    const listening = await startService({}, form, '--folder', place, ...options);
    return new World(form, place, listening.split(' '));
  }

  constructor(form, place, [socket, inner, plain]) {
    this.form = form;
    this.place = place;
    this.proxies = 0;
    /// Ways to the service that go around the proxy.
    this.bySocket = { origin: 'http://localhost', front: this.file(socket) };
    this.byCertificate = { origin: inner, ca: this.file('inner-ca.pem') };
    this.byAddress = { origin: plain };
    this.byOtherAddress = { origin: plain, from: '127.0.0.2' };
  }

  file(name) {
    return join(this.place, name);
  }

  /// Starts a proxy with the example's configuration, or with another one that is made of it.
  /// Its two ports become sockets in the folder, which nobody else can have taken.
  async proxy({ program, args, config, listen }, change = (text) => text) {
    this.proxies += 1;
    const [name, first, second] = [config, 'same-machine', 'machines'].map((part) => `${this.proxies}-${part}`);
    const text = change(readFileSync(this.file(config), 'utf8'))
      .replace('nginx.pid', `${this.proxies}-nginx.pid`)
      .replace('127.0.0.1:8443', `${listen}${this.file(first)}`)
      .replace('127.0.0.1:8444', `${listen}${this.file(second)}`)
      .replace('127.0.0.1:3443', this.byCertificate.origin.replace('https://', ''));
    writeFileSync(this.file(name), text);
    const child = start(program, [...args, name], { cwd: this.place });
    const door = (front) => ({ origin: 'https://localhost', front, ca: this.file('ca.pem') });
    for (const front of [first, second]) await listening(child, this.file(front));
    return { bySocket: door(this.file(first)), byCertificate: door(this.file(second)) };
  }

  /// What curl is answered with that shows a certificate, where one is named, and sends these header lines.
  ask({ origin, front, ca, from }, { path = '/', as, lines = [] } = {}) {
    const option = (name, value) => (value ? [name, value] : []);
    const all = [
      '-q', '-sSi', '--http1.1', '--noproxy', '*',
      ...option('--unix-socket', front), ...option('--cacert', ca), ...option('--interface', from),
      ...option('--cert', as && this.file(`${as}.pem`)),
      ...lines.flatMap((line) => ['-H', line]), `${origin}${path}`,
    ];
    return new Promise((resolve) => {
      execFile('curl', all, { timeout: 30_000 }, (_, stdout) => {
        const [head, ...rest] = stdout.split('\r\n\r\n');
        const field = (name) => head.match(new RegExp(`^${name}: (.*)$`, 'im'))?.[1];
        resolve({
          status: Number(head.split(' ')[1] ?? 0),
          text: rest.join('\r\n\r\n'),
          challenge: field('www-authenticate'),
          server: field('server'),
        });
      });
    });
  }

  /// The header fields that came to the service, or that its layers have left for handlers.
  async fields(door, path, request) {
    const { status, text } = await this.ask(door, { path, ...request });
    assert.equal(status, 200);
    const fields = {};
    for (const line of text.replace(/\n$/, '').split('\n')) {
      const [, name, value] = line.match(/^([^:]+): (.*)$/);
      fields[name] = name in fields ? `${fields[name]} AND ${value}` : value;
    }
    return fields;
  }

  /// How many requests have tried to pass for the proxy at one of the ways around it.
  async forged(door, request) {
    return (await this.ask(door, { path: '/health', ...request })).text;
  }

  /// A client's certificate, which is no secret, as each proxy would write it.
  certificate(name) {
    const pem = readFileSync(this.file(`${name}.pem`), 'utf8').match(/-+BEGIN CERT[^]+END CERTIFICATE-+\r?\n/)[0];
    return { escaped: encodeURIComponent(pem), base64: pem.replace(/-+[^-]+-+|\s/g, '') };
  }

  /// The header lines by which the service's own proxy would say that it has found a certificate good.
  lines(name) {
    return WRITTEN[this.form](this.certificate(name));
  }
}

async function listening(child, path) {
  for (const end = Date.now() + 10_000; ; await sleep(20)) {
    assert.equal(child.exitCode, null, 'the proxy has ended');
    const reached = await new Promise((resolve) => {
      const socket = net.connect(path, () => resolve(true)).on('error', () => resolve(false));
      socket.on('connect', () => socket.destroy());
    });
    if (reached) return;
    assert.ok(Date.now() < end, 'the proxy is not ready after 10 s');
  }
}

export function admitted({ status, text }, name) {
  assert.deepEqual({ status, text }, { status: 200, text: `hello spiffe://example.org/${name}\n` });
}

/// Refused by the service, as one who has no certificate or none that counts.
export function refused({ status, text, challenge }) {
  assert.deepEqual({ status, text, challenge }, { status: 401, text: '', challenge: 'ClientCertificate realm="api"' });
}

/// Refused in the handshake. In TLS 1.3 the client is done with it by then, and may fail to send before it
/// can read why; so it is asked in TLS 1.2 why.
export async function noConnection(world, door, as, why) {
  assert.equal((await world.ask(door, { as })).status, 0);
  const pem = as && readFileSync(world.file(`${as}.pem`));
  const { hostname, port } = new URL(door.origin);
  const place = door.front ? { path: door.front } : { host: hostname, port };
  const error = await new Promise((resolve, reject) => {
    const options = { ...place, cert: pem, key: pem, ca: readFileSync(door.ca), servername: 'localhost', maxVersion: 'TLSv1.2' };
    const socket = tls.connect(options, () => reject(new Error('a connection'))).on('error', resolve);
    socket.on('secureConnect', () => socket.destroy());
  });
  assert.match(error.message, why);
}

/// Every name that anybody might take for the field of a proxy, all with the certificate of alice.
export function forgeries(world) {
  const alice = world.certificate('alice');
  const { escaped, base64 } = alice;
  const every = Object.values(WRITTEN).flatMap((write) => write(alice));
  const underscores = every.map((line) => line.replace(/^[^:]+/, (name) => name.replaceAll('-', '_')));
  return {
    'the fields of nginx': WRITTEN.nginx(alice),
    'the fields of HAProxy': WRITTEN.haproxy(alice),
    'Client-Cert': WRITTEN['client-cert'](alice),
    'Client-Cert-Chain': [`Client-Cert-Chain: :${base64}:`],
    'X-Forwarded-Client-Cert': [`X-Forwarded-Client-Cert: Cert="${escaped}"`],
    'a verdict': ['X-SSL-Client-Verify: SUCCESS'],
    'all of them': every,
    'all of them, twice': every.flatMap((line) => [line, line]),
    'all of them with underscores': underscores,
    'some dashes, some underscores': [`X-Client_Cert: ${escaped}`, `X_SSL-Client-Cert: ${base64}`, `Client_Cert: :${base64}:`],
    'other cases': [`x-CLIENT-cert: ${escaped}`, `X-ssl-client-CERT: ${base64}`, `CLIENT-CERT: :${base64}:`],
    'the fields in Connection, as if they ended here': ['Connection: close, X-Client-Cert, X-SSL-Client-Cert, Client-Cert, X-SSL-Client-Verify'],
  };
}

/// Who shows no certificate stays nobody, and who shows one stays who they are, whatever they write; and
/// nothing of it is left for handlers.
export async function forgedThroughProxy(world, way, door) {
  for (const [title, lines] of Object.entries(forgeries(world))) {
    await check(`${way}: forged: ${title}`, async () => {
      refused(await world.ask(door, { lines }));
      admitted(await world.ask(door, { as: 'bob', lines }), 'bob');
      const seen = await world.fields(door, '/seen', { as: 'bob', lines });
      const others = Object.keys(seen).filter((name) => !ORDINARY.includes(name));
      assert.deepEqual(others, []);
    });
  }
}

/// Requests in which the proxy and the service might see different ends, so that the service would take the
/// rest for a request that the proxy has looked at; and fields that come after the body.
export async function smuggledThroughProxy(world, door) {
  const lines = world.lines('alice').join('\r\n');
  const rest = `GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${lines}\r\n\r\n`;
  const post = (head, body) => `POST / HTTP/1.1\r\nHost: localhost\r\n${head}\r\n\r\n${body}`;
  const chunked = `0\r\n\r\n${rest}`;
  for (const [title, text] of Object.entries({
    'a request behind another': post('Content-Length: 0', rest),
    'a length, and chunks': post(`Content-Length: ${chunked.length}\r\nTransfer-Encoding: chunked`, chunked),
    'chunks, and a length': post(`Transfer-Encoding: chunked\r\nContent-Length: ${chunked.length}`, chunked),
    'chunks, and a length that is too short': post('Transfer-Encoding: chunked\r\nContent-Length: 4', `${rest.length.toString(16)}\r\n${rest}\r\n0\r\n\r\n`),
    'chunks with a space before the colon': post(`Content-Length: ${chunked.length}\r\nTransfer-Encoding : chunked`, chunked),
    'chunks by a name that is none': post(`Content-Length: ${chunked.length}\r\nTransfer-Encoding: xchunked`, chunked),
    'chunks in a line that LF alone begins': post(`Content-Length: ${chunked.length}\r\nX: 1\nTransfer-Encoding: chunked`, chunked),
    'two lengths': post(`Content-Length: 0\r\nContent-Length: ${rest.length}`, rest),
    'a length with a sign': post(`Content-Length: +${rest.length}`, rest),
    'a chunk extension with LF': post('Transfer-Encoding: chunked', `1;\nx\r\na\r\n${chunked}`),
    'a GET with a body': `GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${rest.length}\r\n\r\n${rest}`,
    'fields after the body': post('Connection: close\r\nTrailer: X-Client-Cert\r\nTransfer-Encoding: chunked', `0\r\n${lines}\r\n\r\n`),
    'the fields in a line that LF alone begins': `GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX: 1\n${lines.replaceAll('\r', '')}\r\n\r\n`,
    'the fields behind a bare CR': `GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX: 1\r${lines}\r\n\r\n`,
  })) {
    await check(`smuggled: ${title}`, async () => {
      const answers = await raw(door, text);
      assert.match(answers, /^HTTP\/1\.1 (4\d\d|501) /);
      assert.doesNotMatch(answers, /hello/);
    });
  }
}

/// All that is answered to a text on one connection, until it is closed or nothing more comes.
export function raw(door, text) {
  return new Promise((resolve, reject) => {
    let answers = '';
    const socket = tls.connect({ path: door.front, ca: readFileSync(door.ca), servername: 'localhost' }, () => socket.write(text));
    socket.setEncoding('utf8').on('data', (part) => { answers += part; });
    socket.setTimeout(1_000, () => socket.destroy()).on('error', (error) => answers || reject(error)).on('close', () => resolve(answers));
  });
}

/// Certificates that are told apart on every request, also where requests share connections.
export async function sideBySide(world, way, door) {
  await check(`${way}: side by side everybody stays who they are`, async () => {
    await Promise.all(Array.from({ length: 10 }, async () => {
      admitted(await world.ask(door, { as: 'alice' }), 'alice');
      refused(await world.ask(door));
      admitted(await world.ask(door, { as: 'bob' }), 'bob');
    }));
  });
}

/// Around the proxy, with all that it would write. What is refused is counted.
export async function aroundProxy(world) {
  const lines = forgeries(world)['all of them'];
  await check('around the proxy: the certificate of another machine proves nothing', async () => {
    const neighbour = { as: 'neighbour', lines };
    refused(await world.ask(world.byCertificate, neighbour));
    assert.equal(await world.forged(world.byCertificate, neighbour), 'forged: 1\n');
    const seen = await world.fields(world.byCertificate, '/seen', neighbour);
    assert.deepEqual(Object.keys(seen).sort(), ['accept', 'host', 'user-agent']);
    assert.equal(await world.forged(world.byCertificate, neighbour), 'forged: 2\n');
  });
  await check('around the proxy: no certificate, or that of a client, gets no connection', async () => {
    await noConnection(world, world.byCertificate, undefined, /alert/);
    await noConnection(world, world.byCertificate, 'alice', /alert/);
  });
  await check('around the proxy: the proxy itself is no client', async () => {
    refused(await world.ask(world.byCertificate, { as: 'proxy' }));
  });
  await check('around the proxy: from another address', async () => {
    refused(await world.ask(world.byOtherAddress, { lines }));
    assert.equal(await world.forged(world.byOtherAddress), 'forged: 1\n');
  });
  // What the proofs are worth: the same lines from who has what they ask for.
  await check('control: by address alone, every program there is everybody', async () => {
    admitted(await world.ask(world.byAddress, { lines: world.lines('alice') }), 'alice');
    assert.equal(await world.forged(world.byAddress), 'forged: 1\n');
  });
  await check('control: who has the key of the proxy is everybody', async () => {
    admitted(await world.ask(world.byCertificate, { as: 'proxy', lines: world.lines('alice') }), 'alice');
  });
  await check('control: who may open the socket is everybody', async () => {
    admitted(await world.ask(world.bySocket, { lines: world.lines('alice') }), 'alice');
  });
}

/// What the proxy of this world never writes, from where it would be believed.
export async function fromTheProxysPlace(world) {
  const place = world.bySocket;
  const [certificate, verdict] = world.lines('alice');
  const value = certificate.replace(/^[^:]+: /, '');
  const field = certificate.slice(0, -value.length - 2);
  await check('by the socket: the certificate in two lines is 400', async () => {
    const { status } = await world.ask(place, { lines: [certificate, certificate, verdict] });
    assert.equal(status, 400);
  });
  for (const [title, lines] of Object.entries({
    'no certificate': [verdict],
    'an empty certificate': [`${field};`, verdict],
    'no verdict': [certificate],
    'another verdict': [certificate, 'X-SSL-Client-Verify: NONE'],
    'the verdict in two lines': [certificate, verdict, verdict],
    'the verdict with an underscore': [certificate, verdict.replaceAll('-', '_')],
    'the field with an underscore': [`${field.replaceAll('-', '_')}: ${value}`, verdict],
    'a certificate cut off': [certificate.slice(0, -20), verdict],
    'a certificate and more after it': [`${certificate}, ${value}`, verdict],
    'an expired certificate': world.lines('expired'),
    'a certificate by an unknown authority': world.lines('stranger'),
    'a revoked certificate': world.lines('revoked'),
  })) {
    await check(`by the socket: refused: ${title}`, async () => refused(await world.ask(place, { lines })));
  }
}
