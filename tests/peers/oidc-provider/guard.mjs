// Starts and asks the guarded service (../guard.rs).
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

import { send } from './http.mjs';

const running = new Set();

export function killGuards() {
  running.forEach((child) => child.kill('SIGKILL'));
}

/// A guarded service that trusts an issuer; over TLS where certificates are given.
export async function startGuard({ issuer, audience, certificates, log }) {
  const child = spawn(process.env.GUARD, {
    stdio: ['ignore', 'pipe', log],
    env: {
      ...process.env,
      GUARD_ISSUER: issuer,
      GUARD_AUDIENCE: audience,
      NO_PROXY: '127.0.0.1',
      ...(certificates && {
        GUARD_TLS_CHAIN: certificates.server.files.cert,
        GUARD_TLS_KEY: certificates.server.files.key,
        GUARD_TLS_CLIENT_CA: certificates.authority.files.cert,
      }),
    },
  });
  running.add(child);
  child.on('exit', () => running.delete(child));
  const limit = setTimeout(() => child.kill(), 10_000);
  for await (const line of createInterface(child.stdout)) {
    const [, address] = line.match(/^listening on (.+)$/) ?? [];
    if (!address) continue;
    clearTimeout(limit);
    return new Guard(`${certificates ? 'https' : 'http'}://${address}/whoami`);
  }
  clearTimeout(limit);
  throw new Error('the guard ended or was not ready in 10 s');
}

class Guard {
  constructor(url) {
    this.url = url;
  }

  /// The answer to a request with this token, or with none.
  async ask(token, tls) {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const { status, headers: answered, text } = await send(this.url, { headers, tls });
    return {
      status,
      text,
      challenge: answered['www-authenticate'],
      retryAfter: answered['retry-after'],
    };
  }
}
