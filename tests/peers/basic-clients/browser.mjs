// Chromium without a window.
import { execFileSync } from 'node:child_process';

import { chromium } from 'playwright-core';

import { atEnd, folder } from '../common/driver.mjs';

// It asks nobody but the service; root gets no sandbox from it.
const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];

export async function startBrowser() {
  // Where its profile goes.
  process.env.TMPDIR = folder;
  const server = await chromium.launchServer({
    executablePath: execFileSync('sh', ['-c', 'command -v chromium'], { encoding: 'utf8' }).trim(),
    args: FLAGS,
    handleSIGHUP: false,
    handleSIGINT: false,
    handleSIGTERM: false,
  });
  const { pid } = server.process();
  atEnd(() => {
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {} // it has ended
  });
  const browser = await chromium.connect(server.wsEndpoint());
  return Object.assign(browser, { stop: () => server.close() });
}

/// Opens a page in a profile of its own, where a dialog for credentials is answered with these; `use` goes on with it.
export async function visit(browser, url, httpCredentials, use = async () => {}) {
  const context = await browser.newContext({ httpCredentials });
  try {
    const page = await context.newPage();
    const answered = page.waitForEvent('response', { timeout: 20_000 });
    // Where nobody is let in, Chromium calls it an error that there is no page.
    const error = await page.goto(url, { timeout: 20_000 }).then(() => undefined, (failure) => failure.message);
    const answer = await answered;
    return {
      statuses: [answer.status()],
      challenge: (await answer.allHeaders())['www-authenticate'],
      text: await page.innerText('body'),
      error: error?.match(/net::(\S+)/)?.[1],
      used: await use(page),
    };
  } finally {
    await context.close();
  }
}
