// An authority and what it has signed, made by openssl for one run.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const MACHINE = 'urn:example:machine';

const EXTENSIONS = `
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:true
[server]
subjectAltName = IP:127.0.0.1
extendedKeyUsage = serverAuth
[machine]
subjectAltName = URI:${MACHINE}
extendedKeyUsage = clientAuth
[other]
subjectAltName = URI:${MACHINE}:other
extendedKeyUsage = clientAuth
`;

/// For each certificate its files and the options that node's TLS takes.
export function makeCertificates(folder) {
  const config = join(folder, 'openssl.cnf');
  writeFileSync(config, EXTENSIONS);
  const files = (name) => ({ cert: join(folder, `${name}.pem`), key: join(folder, `${name}-key.pem`) });
  const authority = files('authority');
  const make = (name, signer = []) => {
    const { cert, key } = files(name);
    execFileSync('openssl', [
      'req', '-x509', '-config', config, '-extensions', name, '-subj', `/CN=${name}`, '-days', '2',
      '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key, '-out', cert, ...signer,
    ], { stdio: 'pipe' });
    const ca = readFileSync(authority.cert);
    return { files: { cert, key }, tls: { ca, cert: readFileSync(cert), key: readFileSync(key) } };
  };
  const signed = (name) => make(name, ['-CA', authority.cert, '-CAkey', authority.key]);
  return { authority: make('authority'), server: signed('server'), machine: signed('machine'), other: signed('other') };
}
