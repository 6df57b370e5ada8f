// Frontends of this run, and what calls them.
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

import { folder as runFolder, log, start, startService } from '../common/driver.mjs';

const run = promisify(execFile);
const here = import.meta.dirname ?? new URL('.', import.meta.url).pathname;
let frontends = 0;

/// Starts one with an authority and an issuer of its own.
export async function startFrontend(...options) {
  frontends += 1;
  const folder = join(runFolder, `frontend-${frontends}`);
  const order = async (...words) => (await run(process.env.GUARD, ['--folder', folder, ...words])).stdout.trim();
  const address = await startService({}, '--folder', folder, '--listen', '127.0.0.1:0', ...options);
  const client = (name) => ({ cert: join(folder, `${name}.pem`), key: join(folder, `${name}-key.pem`) });
  return {
    address,
    folder,
    ca: join(folder, 'ca.pem'),
    worker: client('worker'),
    other: client('other'),
    token: (permissions, ...words) => order('token', '--permissions', permissions, ...words),
    issuer: (word) => order('issuer', word),
  };
}

const pythonEnvironment = { ...process.env, PYTHONPATH: join(here, 'python_modules'), NO_PROXY: '*' };

/// What the script of the example prints.
export async function hello(frontend, token) {
  const script = join(here, '../../../examples/temporal_frontend/hello.py');
  const env = { ...pythonEnvironment, TOKEN: token };
  return (await run('python3', [script, frontend.address, frontend.folder], { env, timeout: 30_000 })).stdout;
}

/// The script that calls with the SDK or with grpcio, one call after the other.
export function startPython() {
  const python = start('python3', [join(here, 'calls.py')], {
    env: pythonEnvironment,
    stdio: ['pipe', 'pipe', log],
    killSignal: 'SIGKILL',
  });
  const answers = createInterface(python.stdout)[Symbol.asyncIterator]();
  return async (task) => {
    python.stdin.write(`${JSON.stringify(task)}\n`);
    const { value, done } = await answers.next();
    if (done) throw new Error('the script has ended');
    return JSON.parse(value);
  };
}

/// The options by which curl sends a message of no bytes. Only calls that are admitted have one: curl 7.88 takes it
/// amiss when it is answered before it has sent everything (RFC 9113, section 8.1).
export function message() {
  const file = join(runFolder, 'empty');
  writeFileSync(file, Buffer.alloc(5));
  return ['--data-binary', `@${file}`];
}

/// A call by curl. The fields before the body and those after it are apart.
export async function curl(frontend, path, ...options) {
  const [head, answer] = ['head', 'answer'].map((name) => join(runFolder, `curl-${name}`));
  const { stdout } = await run('curl', [
    '--silent', '--http2', '--noproxy', '*', '--max-time', '10', '--cacert', frontend.ca, '--request', 'POST',
    '--dump-header', head, '--output', answer, '--write-out', '%{http_code} %{http_version} %{size_download}', ...options,
    `https://${frontend.address}${path}`,
  ]);
  const [status, version, size] = stdout.split(' ').map(Number);
  const [fields, trailers] = readFileSync(head, 'utf8').split('\r\n\r\n').map(fieldsOf);
  return { status, version, size, fields, trailers };
}

function fieldsOf(text) {
  const lines = text.split('\r\n').filter((line) => line.includes(': '));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]));
}
