// curl, and what clients.py asks with.
import { execFile } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { folder } from '../common/driver.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const TIMEOUT = { timeout: 30_000 };
const run = promisify(execFile);

/// All statuses that curl was answered with, and the last challenge and text.
export async function curl(...args) {
  const heads = join(folder, 'heads');
  rmSync(heads, { force: true });
  const { stdout: text } = await run('curl', ['-q', '-sS', '--noproxy', '*', '-D', heads, ...args], TIMEOUT);
  const answers = readFileSync(heads, 'utf8').trim().split('\r\n\r\n');
  const [, challenge] = answers.at(-1).match(/^www-authenticate: (.+)$/im) ?? [];
  return { statuses: answers.map((head) => Number(head.split(' ')[1])), challenge, text };
}

/// What each of these tasks was answered with; see `answers` in clients.py.
export async function python(tasks) {
  const env = { ...process.env, PYTHONPATH: join(HERE, 'python_modules'), PYTHONUTF8: '1' };
  const { stdout } = await run('python3', ['-B', join(HERE, 'clients.py'), JSON.stringify(tasks)], { ...TIMEOUT, env });
  return JSON.parse(stdout);
}
