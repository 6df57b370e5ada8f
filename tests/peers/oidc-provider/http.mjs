// One request on a connection of its own, with a client certificate where one is given.
import http from 'node:http';
import https from 'node:https';

export function send(url, { method = 'GET', headers = {}, form, tls } = {}) {
  const body = form && new URLSearchParams(form).toString();
  const type = form && { 'content-type': 'application/x-www-form-urlencoded' };
  const { request } = url.startsWith('https:') ? https : http;
  return new Promise((resolve, reject) => {
    const options = { method, headers: { ...type, ...headers }, agent: false, timeout: 40_000, ...tls };
    const sent = request(url, options, (response) => {
      response.setEncoding('utf8');
      let text = '';
      response.on('data', (chunk) => { text += chunk; });
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
    });
    sent.on('timeout', () => sent.destroy(new Error(`${url}: no answer in 40 s`)));
    sent.on('error', reject);
    sent.end(body);
  });
}
