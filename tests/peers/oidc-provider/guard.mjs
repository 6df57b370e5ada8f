// Starts and asks the guarded service (../guard.rs).
import { startService } from '../common/driver.mjs';
import { send } from './http.mjs';

/// A guarded service that trusts an issuer; over TLS where certificates are given.
export async function startGuard({ issuer, audience, certificates }) {
  const address = await startService({
    GUARD_ISSUER: issuer,
    GUARD_AUDIENCE: audience,
    ...(certificates && {
      GUARD_TLS_CHAIN: certificates.server.files.cert,
      GUARD_TLS_KEY: certificates.server.files.key,
      GUARD_TLS_CLIENT_CA: certificates.authority.files.cert,
    }),
  });
  return new Guard(`${certificates ? 'https' : 'http'}://${address}/whoami`);
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
