#!/usr/bin/env node
// Logs real clients in to the guarded service with Basic.
import assert from 'node:assert/strict';

import { check, drive, startService } from '../common/driver.mjs';
import { startBrowser, visit } from './browser.mjs';
import { curl, python } from './clients.mjs';

/// See ../basic_guard.rs.
const ALICE = ['alice', 'wonderland'];
const EURO = ['älice', 'pä:ß€'];
const UMLAUTS = ['ümit', 'grün'];

const CHALLENGE = 'Basic realm="peers", charset="UTF-8"';

function admitted({ statuses, text }, name) {
  assert.deepEqual({ statuses, text }, { statuses: [200], text: name });
}

function refused({ statuses, challenge }) {
  assert.deepEqual({ statuses, challenge }, { statuses: [401], challenge: CHALLENGE });
}

/// Who it is is known, so there is nothing to ask for.
function denied({ statuses, challenge }) {
  assert.deepEqual({ statuses, challenge: challenge ?? undefined }, { statuses: [403], challenge: undefined });
}

const line = (credentials, charset) => `Basic ${Buffer.from(credentials.join(':'), charset).toString('base64')}`;
const at = (url, credentials) => url.replace('//', `//${credentials.map(encodeURIComponent).join(':')}@`);

async function curlCases(origin) {
  const who = `${origin}/whoami`;
  const user = (credentials) => ['-u', credentials.join(':')];
  await check('curl: a user', async () => admitted(await curl(...user(ALICE), who), 'alice'));
  await check('curl: UTF-8, and a colon in the password', async () => admitted(await curl(...user(EURO), who), 'älice'));
  await check('curl: credentials in the URL', async () => admitted(await curl(at(who, ALICE)), 'alice'));
  await check('curl: percent-encoded credentials in the URL', async () => admitted(await curl(at(who, EURO)), 'älice'));
  await check('curl: a header line in Latin-1 is refused, the same in UTF-8 is not', async () => {
    refused(await curl('-H', `Authorization: ${line(UMLAUTS, 'latin1')}`, who));
    admitted(await curl('-H', `Authorization: ${line(UMLAUTS, 'utf8')}`, who), 'ümit');
  });
  await check('curl --anyauth: asks first, and finds Basic in the challenge', async () => {
    const { statuses, text } = await curl('--anyauth', ...user(ALICE), who);
    assert.deepEqual({ statuses, text }, { statuses: [401, 200], text: 'alice' });
  });
  await check('curl --anyauth: with a wrong password is told so again', async () => {
    const { statuses, challenge } = await curl('--anyauth', ...user(['alice', 'wrong']), who);
    assert.deepEqual({ statuses, challenge }, { statuses: [401, 401], challenge: CHALLENGE });
  });
  for (const [name, ...options] of [
    ['no credentials'],
    ['a wrong password', ...user(['alice', 'Wonderland'])],
    ['the password of another user', ...user(['alice', 'grün'])],
    ['an empty password', ...user(['alice', ''])],
    ['an empty name', ...user(['', 'wonderland'])],
    ['an unknown user', ...user(['bob', 'wonderland'])],
    ['--digest, which is not offered', '--digest', ...user(ALICE)],
    ['--oauth2-bearer', '--oauth2-bearer', 'wonderland'],
  ]) {
    await check(`curl: refused: ${name}`, async () => refused(await curl(...options, who)));
  }
  await check('curl: a user without the permission is 403, without a challenge', async () => {
    denied(await curl(...user(ALICE), `${origin}/audit`));
    admitted(await curl(...user(EURO), `${origin}/audit`), 'älice');
    refused(await curl(`${origin}/audit`));
  });
  await check('curl: an open route asks nobody', async () => {
    admitted(await curl(`${origin}/open`), 'open');
    admitted(await curl(...user(['alice', 'wrong']), `${origin}/open`), 'open');
  });
}

async function pythonCases(origin) {
  const who = `${origin}/whoami`;
  const cases = [];
  const add = (name, task, see) => cases.push({ name: `${task.client}: ${name}`, task: { urls: [who], ...task }, see });
  for (const client of ['requests', 'httpx']) {
    add('a user', { client, credentials: ALICE }, ([answer]) => admitted(answer, 'alice'));
    add('credentials in the URL', { client, urls: [at(who, ALICE)] }, ([answer]) => admitted(answer, 'alice'));
    add('bytes in UTF-8', { client, credentials: EURO, encoding: 'utf-8' }, ([answer]) => admitted(answer, 'älice'));
    add('bytes in Latin-1 are refused', { client, credentials: UMLAUTS, encoding: 'latin-1' }, ([answer]) => refused(answer));
    add('no credentials', { client }, ([answer]) => refused(answer));
    add('a wrong password', { client, credentials: ['alice', 'wrong'] }, ([answer]) => refused(answer));
    add('an empty password', { client, credentials: ['alice', ''] }, ([answer]) => refused(answer));
    add('a session keeps its credentials', { client, credentials: ALICE, urls: [who, `${origin}/open`, who, `${origin}/audit`] },
      ([first, open, again, audit]) => {
        admitted(first, 'alice');
        admitted(open, 'open');
        admitted(again, 'alice');
        denied(audit);
      });
  }
  add('a text is sent in Latin-1 where it fits, which is refused', { client: 'requests', credentials: UMLAUTS }, ([answer]) => {
    assert.equal(answer.sent, line(UMLAUTS, 'latin1'));
    refused(answer);
  });
  add('a text that does not fit is not sent', { client: 'requests', credentials: EURO }, ([answer]) => {
    assert.equal(answer.raised, 'UnicodeEncodeError');
  });
  add('a text is sent in UTF-8', { client: 'httpx', credentials: UMLAUTS }, ([answer]) => {
    assert.equal(answer.sent, line(UMLAUTS, 'utf8'));
    admitted(answer, 'ümit');
  });
  add('a text that is not Latin-1', { client: 'httpx', credentials: EURO }, ([answer]) => admitted(answer, 'älice'));
  const answers = await python(cases.map(({ task }) => task));
  for (const [place, { name, see }] of cases.entries()) await check(name, async () => see(answers[place]));
}

async function browserCases(origin) {
  const browser = await startBrowser();
  const who = `${origin}/whoami`;
  const dialog = ([username, password]) => ({ username, password });
  for (const credentials of [ALICE, EURO, UMLAUTS]) {
    await check(`Chromium: the dialog answered by ${credentials[0]}`, async () => {
      admitted(await visit(browser, who, dialog(credentials)), credentials[0]);
    });
  }
  await check('Chromium: the dialog answered with a wrong password', async () => {
    refused(await visit(browser, who, dialog(['alice', 'wrong'])));
  });
  await check('Chromium: the dialog not answered', async () => {
    const answer = await visit(browser, who);
    refused(answer);
    assert.equal(answer.error, 'ERR_INVALID_AUTH_CREDENTIALS');
  });
  await check('Chromium: credentials in the URL', async () => {
    admitted(await visit(browser, at(who, EURO)), 'älice');
  });
  await check('Chromium: scripts of the page are logged in too, unless they leave the credentials out', async () => {
    const fetched = (page) => page.evaluate(async () => {
      const texts = [];
      for (const credentials of ['same-origin', 'omit']) {
        const answer = await fetch('/whoami', { credentials });
        texts.push(`${answer.status} ${await answer.text()}`);
      }
      return texts;
    });
    const answer = await visit(browser, who, dialog(ALICE), fetched);
    admitted(answer, 'alice');
    assert.deepEqual(answer.used, ['200 alice', '401 ']);
  });
  await check('Chromium: a user without the permission is 403, without a challenge', async () => {
    denied(await visit(browser, `${origin}/audit`, dialog(ALICE)));
    admitted(await visit(browser, `${origin}/audit`, dialog(EURO)), 'älice');
  });
  await check('Chromium: an open page asks nobody', async () => {
    admitted(await visit(browser, `${origin}/open`), 'open');
  });
  await browser.stop();
}

await drive(async () => {
  const origin = `http://${await startService()}`;
  await curlCases(origin);
  await pythonCases(origin);
  await browserCases(origin);
});
