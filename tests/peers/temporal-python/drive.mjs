#!/usr/bin/env node
// Calls the example `temporal_frontend` with Temporal's Python SDK, with grpcio and with curl.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

import { check, drive, eventually } from '../common/driver.mjs';
import { curl, hello, message, startFrontend, startPython } from './clients.mjs';

const SERVICE = '/temporal.api.workflowservice.v1.WorkflowService';
const TEMPORAL = 'Request unauthorized.';

/// A refusal of a call that was made once and at once.
const refused = (status, reason) => (answer) => {
  assert.deepEqual({ status: answer.status, reason: answer.reason }, { status, reason }, answer.message);
  assert.ok(answer.seconds < 5, `${answer.seconds} s: it was tried again`);
};

const admitted = (answer) => assert.equal(answer.status, 'OK', `${answer.status} ${answer.message}`);

const described = (name) => (answer) => {
  admitted(answer);
  assert.equal(answer.answer.namespaceInfo.name, name);
};

const notConnected = (text) => ({ status, message, seconds }) => {
  assert.equal(status, 'not connected');
  assert.match(message, text);
  assert.ok(seconds < 5, `${seconds} s: it was tried again`);
};

const NO_TOKEN = refused('UNAUTHENTICATED', 'MISSING_CREDENTIALS');
const ENDED = refused('UNAUTHENTICATED', 'EXPIRED_CREDENTIALS');
const BAD = refused('UNAUTHENTICATED', 'INVALID_CREDENTIALS');
const UNREADABLE = refused('UNAUTHENTICATED', 'UNREADABLE_CREDENTIALS');
const DENIED = refused('PERMISSION_DENIED', 'PERMISSION_DENIED');
const OTHER_TENANT = refused('PERMISSION_DENIED', 'TENANT_DENIED');
const UNAVAILABLE = refused('UNAVAILABLE', 'UNAVAILABLE');
const UNIMPLEMENTED = refused('UNIMPLEMENTED', null);

/// Calls with one certificate unless a task says otherwise.
const callWith = (python, frontend, client) => (method, more = {}) =>
  python({ client, method, address: frontend.address, ca: frontend.ca, ...frontend.worker, ...more });

async function tokens(frontend) {
  return {
    worker: await frontend.token('default:read,default:write', '--subject', 'worker-1'),
    reader: await frontend.token('default:read'),
    owner: await frontend.token('default:admin,fresh-sdk:admin,fresh-grpcio:admin', '--subject', 'owner'),
    system: await frontend.token('temporal-system:admin', '--subject', 'cli'),
    pollers: await frontend.token('default:worker'),
    ended: await frontend.token('default:read,default:write', '--expired'),
    bound: await frontend.token('default:read', '--bound-to', 'worker'),
  };
}

/// What holds for every client.
async function methods(client, call, token) {
  const cases = [
    ['no token: GetSystemInfo is open', 'GetSystemInfo', {}, admitted],
    ['no token: health is open', 'health', {}, admitted],
    ['no token: DescribeNamespace', 'DescribeNamespace', {}, NO_TOKEN],
    ['no token: ListNamespaces', 'ListNamespaces', {}, NO_TOKEN],
    ['no token: RegisterNamespace', 'RegisterNamespace', { namespace: 'stolen' }, NO_TOKEN],
    ['no token: StartWorkflowExecution', 'StartWorkflowExecution', {}, NO_TOKEN],
    ['a token that has ended', 'StartWorkflowExecution', { token: token.ended }, ENDED],
    ['a token that has ended: GetSystemInfo does not look at it', 'GetSystemInfo', { token: token.ended }, admitted],
    ['no token at all where one should be', 'DescribeNamespace', { token: 'garbage' }, UNREADABLE],
    ['claims changed under the signature', 'DescribeNamespace', { token: swapped(token.system, token.worker) }, BAD],
    ['worker: DescribeNamespace', 'DescribeNamespace', { token: token.worker }, described('default')],
    ['worker: StartWorkflowExecution', 'StartWorkflowExecution', { token: token.worker }, started],
    ['worker: ListNamespaces is of the system', 'ListNamespaces', { token: token.worker }, DENIED],
    ['worker: RegisterNamespace', 'RegisterNamespace', { token: token.worker, namespace: 'stolen' }, DENIED],
    ['worker: another namespace', 'DescribeNamespace', { token: token.worker, namespace: 'acme' }, DENIED],
    ['worker: starts in another namespace', 'StartWorkflowExecution', { token: token.worker, namespace: 'acme' }, DENIED],
    ['worker: a namespace that differs by case', 'DescribeNamespace', { token: token.worker, namespace: 'Default' }, DENIED],
    ['reader: DescribeNamespace', 'DescribeNamespace', { token: token.reader }, described('default')],
    ['reader: StartWorkflowExecution', 'StartWorkflowExecution', { token: token.reader }, DENIED],
    ['the role worker opens nothing by itself', 'DescribeNamespace', { token: token.pollers }, DENIED],
    ['admin of a namespace: not ListNamespaces', 'ListNamespaces', { token: token.owner }, DENIED],
    ['admin of a namespace that is not there yet: RegisterNamespace', 'RegisterNamespace',
      { token: token.owner, namespace: `fresh-${client}` }, admitted],
    ['admin of it: DescribeNamespace tells who registered it', 'DescribeNamespace',
      { token: token.owner, namespace: `fresh-${client}` }, registeredBy('owner on spiffe://temporal.example.org/worker')],
    ['admin of the system: ListNamespaces', 'ListNamespaces', { token: token.system }, listed('default', `fresh-${client}`)],
    ['admin of the system: in every namespace', 'StartWorkflowExecution', { token: token.system, namespace: `fresh-${client}` }, started],
    ['a method that is not served: refused before that is told', 'GetClusterInfo', { token: token.worker }, DENIED],
    ['a method that is not served', 'GetClusterInfo', { token: token.system }, UNIMPLEMENTED],
    ['a method that is not served, of a namespace', 'CountWorkflowExecutions', { token: token.reader }, UNIMPLEMENTED],
    ['a token that is bound to the certificate', 'DescribeNamespace', { token: token.bound }, described('default')],
  ];
  for (const [name, method, more, see] of cases) {
    await check(`${client}: ${name}`, async () => see(await call(method, more)));
  }
}

const started = (answer) => {
  admitted(answer);
  assert.match(answer.answer.runId, /^run-/);
};

const registeredBy = (who) => (answer) => {
  admitted(answer);
  assert.equal(answer.answer.namespaceInfo.description, `registered by ${who}`);
};

const listed = (...names) => (answer) => {
  admitted(answer);
  const found = answer.answer.namespaces.map(({ namespaceInfo }) => namespaceInfo.name);
  assert.deepEqual(names.filter((name) => !found.includes(name)), []);
};

/// The claims of one token under the header and the signature of another one.
function swapped(claims, other) {
  const [header, , signature] = other.split('.');
  return [header, claims.split('.')[1], signature].join('.');
}

async function certificates(client, call, token, frontend, stranger) {
  const unconnected = client === 'sdk' ? notConnected(/code: \w+, message: "(transport error|operation was canceled)"/) : refused('UNAVAILABLE', null);
  await check(`${client}: another certificate of the authority`, async () => {
    admitted(await call('DescribeNamespace', { token: token.reader, ...frontend.other }));
  });
  await check(`${client}: a token that is bound to another certificate`, async () => {
    BAD(await call('DescribeNamespace', { token: token.bound, ...frontend.other }));
  });
  await check(`${client}: a certificate of an authority that is not known gets no connection`, async () => {
    unconnected(await call('GetSystemInfo', { token: token.worker, ...stranger.worker }));
  });
  await check(`${client}: no certificate gets no connection`, async () => {
    unconnected(await call('GetSystemInfo', { token: token.worker, cert: null, key: null }));
  });
}

/// What an application sees of the SDK itself.
async function application(call, token) {
  await check('sdk: start_workflow', async () => started(await call('start_workflow', { token: token.worker })));
  for (const [name, more, see] of [
    ['without a token', {}, NO_TOKEN],
    ['with a token that has ended', { token: token.ended }, ENDED],
    ['of a reader', { token: token.reader }, DENIED],
    ['in another namespace', { token: token.worker, namespace: 'acme' }, DENIED],
  ]) {
    await check(`sdk: start_workflow ${name} is refused at once`, async () => see(await call('start_workflow', more)));
  }
}

/// The script that the example's README tells to run.
async function script(frontend, token) {
  await check('hello.py: starts a workflow', async () => assert.match(await hello(frontend, token.worker), /^started .+: run-/m));
  await check('hello.py: tells that a reader may not', async () => {
    assert.match(await hello(frontend, token.reader), /^PERMISSION_DENIED: a required permission is missing$/m);
  });
}

/// What only a client can send that writes its own metadata.
async function metadata(call, token) {
  const namespace = (...names) => ({ metadata: names.map((name) => ['temporal-namespace', name]) });
  for (const [name, method, more, see] of [
    ['the message names another namespace than the metadata', 'StartWorkflowExecution',
      { token: token.system, namespace: 'fresh-sdk', ...namespace('default') }, OTHER_TENANT],
    ['a worker who names its namespace only in the metadata', 'StartWorkflowExecution',
      { token: token.worker, namespace: 'fresh-sdk', ...namespace('default') }, OTHER_TENANT],
    ['a message without a namespace', 'DescribeNamespace', { token: token.worker, namespace: null, ...namespace('default') }, OTHER_TENANT],
    ['a worker who names its namespace only in the message', 'StartWorkflowExecution', { token: token.worker, ...namespace() }, DENIED],
    ['the system needs no namespace in the metadata', 'StartWorkflowExecution', { token: token.system, ...namespace() }, started],
    ['two namespaces in the metadata', 'DescribeNamespace', { token: token.worker, ...namespace('default', 'acme') }, OTHER_TENANT],
    ['two tokens', 'DescribeNamespace',
      { token: token.worker, metadata: [['authorization', `Bearer ${token.system}`]] }, refused('UNAUTHENTICATED', 'AMBIGUOUS_CREDENTIALS')],
    ['a token of another scheme', 'DescribeNamespace', { metadata: [['authorization', `Basic ${token.system}`]] }, NO_TOKEN],
    ['Health/Watch is not Health/Check', 'watch', { token: token.system }, DENIED],
    ['a method that is in no table', 'Unheard', { token: token.system }, DENIED],
  ]) {
    await check(`grpcio: ${name}`, async () => see(await call(method, more)));
  }
}

async function frames(frontend, token) {
  const grpc = ['-H', 'content-type: application/grpc', '-H', 'te: trailers'];
  const worker = ['--cert', frontend.worker.cert, '--key', frontend.worker.key];
  const call = (method, ...more) => curl(frontend, `${SERVICE}/${method}`, ...grpc, ...worker, ...more);
  const bearer = (name) => ['-H', `authorization: Bearer ${token[name]}`];

  await check('curl: an answer has its status after the body', async () => {
    const { status, version, size, fields, trailers } = await call('GetSystemInfo', ...message());
    assert.deepEqual({ status, version }, { status: 200, version: 2 });
    assert.ok(size > 5);
    assert.equal(fields['grpc-status'], undefined);
    assert.equal(trailers['grpc-status'], '0');
  });
  for (const [name, code, message, ...options] of [
    ['without a token', '16', 'no credentials were presented'],
    ['with a token that has ended', '16', 'the credentials were not accepted', ...bearer('ended')],
    ['of a reader', '7', 'a required permission is missing', ...bearer('reader'), '-H', 'temporal-namespace: default'],
  ]) {
    await check(`curl: a refusal ${name} is trailers and nothing else`, async () => {
      const { status, size, fields, trailers } = await call('StartWorkflowExecution', ...options);
      assert.deepEqual({ status, size, trailers }, { status: 200, size: 0, trailers: {} });
      assert.equal(fields['content-type'], 'application/grpc');
      assert.deepEqual({ code: fields['grpc-status'], message: fields['grpc-message'] }, { code, message });
    });
  }
  await check('curl: a path that two readers may read differently is no method, whoever asks', async () => {
    const path = `/${SERVICE}/GetSystemInfo`;
    const { status, fields } = await curl(frontend, path, '--path-as-is', ...grpc, ...worker, ...bearer('system'));
    assert.deepEqual({ status, code: fields['grpc-status'] }, { status: 200, code: '12' });
  });
  await check('curl: what is not gRPC is told so in HTTP', async () => {
    const { status, fields } = await curl(frontend, `${SERVICE}/StartWorkflowExecution`, ...worker);
    assert.equal(status, 401);
    assert.match(fields['www-authenticate'], /^Bearer\b/);
  });
  await check('curl: no certificate gets no answer', async () => {
    await assert.rejects(curl(frontend, `${SERVICE}/GetSystemInfo`, ...grpc), ({ stdout }) => stdout.startsWith('000 '));
  });
}

/// With a frontend of its own: after a forged token, keys are not asked for again at once.
async function rotation(python) {
  const frontend = await startFrontend();
  const call = callWith(python, frontend, 'sdk');
  const before = await frontend.token('default:read');
  admitted(await call('DescribeNamespace', { token: before }));
  await frontend.issuer('rotate');
  await check('rotation: a token of the new key is accepted', async () => {
    admitted(await call('DescribeNamespace', { token: await frontend.token('default:read') }));
  });
  await check('rotation: a token of the old key is refused', async () => BAD(await call('DescribeNamespace', { token: before })));
}

async function outage(python) {
  const frontend = await startFrontend();
  const token = await frontend.token('default:read,default:write');
  await frontend.issuer('break-down');
  const sdk = callWith(python, frontend, 'sdk');
  await check('outage: the SDK connects', async () => admitted(await sdk('connect', { token })));
  await check('outage: a call is UNAVAILABLE', async () => UNAVAILABLE(await sdk('DescribeNamespace', { token })));
  await check('outage: the same for grpcio', async () => {
    UNAVAILABLE(await callWith(python, frontend, 'grpcio')('DescribeNamespace', { token }));
  });
  await check('outage: start_workflow is tried again until the provider is back', async () => {
    const answer = sdk('start_workflow', { token });
    await sleep(1000); // the SDK has a clock of its own
    await frontend.issuer('recover');
    const { seconds, ...rest } = await answer;
    started(rest);
    assert.ok(seconds > 1, `${seconds} s`);
  });
  await frontend.issuer('break-down');
  await check('outage: with keys that are known nobody notices', async () => admitted(await sdk('DescribeNamespace', { token })));
}

/// Everything is PERMISSION_DENIED, so the SDK cannot tell an outage from a refusal.
async function asTemporal(python, ...options) {
  const frontend = await startFrontend('--temporal', ...options);
  const call = callWith(python, frontend, 'sdk');
  const token = await frontend.token('default:read,default:write');
  const title = ['--temporal', ...options].join(' ');
  const denied = (answer) => {
    refused('PERMISSION_DENIED', null)(answer);
    assert.equal(answer.message, TEMPORAL);
  };
  const connectDenied = notConnected(/PermissionDenied, message: "Request unauthorized\."/);

  await frontend.issuer('break-down');
  await check(`${title}: an outage is told at the connect, and as a refusal`, async () => connectDenied(await call('connect', { token })));
  await frontend.issuer('recover');
  await check(`${title}: who may, may`, async () => {
    // After a fetch that failed the next one waits for a second, and until then everybody is denied.
    await eventually(async () => started(await call('start_workflow', { token })));
  });
  await check(`${title}: no token connects, and is denied`, async () => denied(await call('start_workflow')));
  await check(`${title}: a token that has ended does not connect`, async () => {
    connectDenied(await call('connect', { token: await frontend.token('default:read', '--expired') }));
  });
  await check(`${title}: a token that is bound to another certificate does not connect`, async () => {
    connectDenied(await call('connect', { token: await frontend.token('default:read', '--bound-to', 'other') }));
  });
  await check(`${title}: a reader is denied`, async () => {
    denied(await call('start_workflow', { token: await frontend.token('default:read') }));
  });
  await check(`${title}: a message for another namespace is denied`, async () => {
    const answer = await callWith(python, frontend, 'grpcio')('DescribeNamespace', {
      token, namespace: 'acme', metadata: [['temporal-namespace', 'default']],
    });
    denied(answer);
  });
}

await drive(async () => {
  const python = startPython();
  const frontend = await startFrontend();
  const stranger = await startFrontend();
  const token = await tokens(frontend);
  for (const client of ['sdk', 'grpcio']) {
    const call = callWith(python, frontend, client);
    await methods(client, call, token);
    await certificates(client, call, token, frontend, stranger);
  }
  await application(callWith(python, frontend, 'sdk'), token);
  await script(frontend, token);
  await metadata(callWith(python, frontend, 'grpcio'), token);
  await frames(frontend, token);
  await rotation(python);
  await outage(python);
  await asTemporal(python);
  await asTemporal(python, '--expose-authorizer-errors');
});
