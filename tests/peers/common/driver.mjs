// What every driver does: cases that are counted, the guarded service, and an end that leaves nothing behind.
import { spawn } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/// For the files of this run.
export const folder = mkdtempSync(join(tmpdir(), 'peer-'));
const logFile = join(folder, 'guard.log');
/// For what programs have to say; it is shown where a case failed.
export const log = openSync(logFile, 'a');
const count = { passed: 0, failed: 0 };
const endings = [];

process.on('exit', () => {
  endings.forEach((end) => end());
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});
['SIGHUP', 'SIGINT', 'SIGTERM'].forEach((signal) => process.on(signal, () => process.exit(1)));

/// Done however the run ends, while it can no longer wait for anything.
export function atEnd(end) {
  endings.push(end);
}

/// One case. It fails where it throws, and where it takes longer than a minute.
export async function check(name, run) {
  const limit = new AbortController();
  const late = sleep(60_000, undefined, { signal: limit.signal }).then(() => { throw new Error('no end in 60 s'); });
  try {
    await Promise.race([run(), late]);
    count.passed += 1;
    console.log(`ok   ${name}`);
  } catch (error) {
    count.failed += 1;
    console.log(`FAIL ${name}: ${error.message.replace(/\s+/g, ' ')}`);
  } finally {
    late.catch(() => {});
    limit.abort();
  }
}

/// Tries again, for 10 s at most.
export async function eventually(run) {
  for (const end = Date.now() + 10_000; ; await sleep(50)) {
    try {
      return await run();
    } catch (error) {
      if (Date.now() > end) throw error;
    }
  }
}

/// Starts a program that lives as long as this run, and whose complaints are kept.
export function start(program, args, options = {}) {
  const child = spawn(program, args, { stdio: ['ignore', log, log], ...options });
  atEnd(() => child.kill(options.killSignal));
  return child;
}

/// Starts the guarded service; gives back where it listens.
export async function startService(env = {}, ...args) {
  const environment = { ...process.env, NO_PROXY: '127.0.0.1', ...env };
  const options = { env: environment, stdio: ['ignore', 'pipe', log], killSignal: 'SIGKILL' };
  const child = start(process.env.GUARD, args, options);
  const limit = setTimeout(() => child.kill(), 10_000);
  for await (const line of createInterface(child.stdout)) {
    const [, address] = line.match(/^listening on (.+)$/) ?? [];
    if (!address) continue;
    clearTimeout(limit);
    return address;
  }
  clearTimeout(limit);
  throw new Error('the guard ended or was not ready in 10 s');
}

/// Runs the cases and ends the process.
export async function drive(main) {
  try {
    await main();
  } catch (error) {
    count.failed += 1;
    console.log(`FAIL cannot go on: ${error.stack}`);
  }
  if (count.failed > 0) process.stderr.write(`\nthe programs said:\n${readFileSync(logFile, 'utf8')}`);
  console.log(`${count.passed} passed, ${count.failed} failed`);
  process.exit(count.failed > 0 ? 1 : 0);
}
