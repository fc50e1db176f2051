import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { launch, type Browser, type Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { oneServer } from '../support/one-server.ts';
import { adminPassword } from '../support/gpushield-server.ts';

const chromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);
if (chromium === undefined)
  console.warn('SKIPPED: the console in a browser (install Debian’s package chromium)');
const isBuilt = existsSync(join(import.meta.dirname, '../../packages/console/dist/index.html'));
if (!isBuilt) console.warn('SKIPPED: the console is not built (npm run console)');

describe.skipIf(chromium === undefined || !isBuilt)('the console in a browser', () => {
  const running = oneServer();
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    browser = await launch({ executablePath: chromium ?? '', args: ['--no-sandbox'] });
    page = await browser.newPage();
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('response', (answer) => answer.status() === 403 && complaints.push(answer.url()));
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('dialog', (dialog) => void dialog.accept());
  });
  afterAll(() => browser.close());

  const see = (text: string) =>
    page.waitForFunction(`document.body.innerText.includes(${JSON.stringify(text)})`, { timeout: 20_000 });
  const click = (text: string) =>
    page.locator(`::-p-xpath(//*[self::a or self::button][normalize-space()="${text}"])`).click();

  it('asks for a login, and says why one was refused', async () => {
    await page.goto(`${running.url}/`);
    expect(page.url()).toBe(`${running.url}/console/`);
    await page.locator('input[autocomplete=username]').fill('admin');
    await page.locator('input[type=password]').fill('not the password');
    await click('Sign in');
    await see('Invalid');
    await page.locator('input[type=password]').fill(adminPassword);
    await click('Sign in');
    await see('Newest active alerts');
    // The refused login is the one complaint: nothing of the page breaks its own policy.
    expect(complaints.filter((text) => !text.includes('401'))).toEqual([]);
  });

  it('shows an alert, whose text is text whatever it says, and acknowledges it', async () => {
    const title = '<img src=x onerror=alert(1)> Fan stands still';
    const made = await running.admin.send('POST', '/api/v1/alerts', { title, severity: 'critical' });
    expect(made.status, made.text).toBe(201);
    await click('Alerts');
    await click(title);
    await click('Acknowledge');
    await see('admin: acknowledged');
    expect(await page.$('main img[src=x]')).toBeNull();
  });

  it('shows the fleet, what can be reserved, and the audit trail of all that', async () => {
    await click('Fleet');
    await see('What detection finds now');
    await click('Jobs');
    await see('What is free');
    await click('Audit');
    await see('alert.acknowledge');
    expect(complaints.filter((text) => !text.includes('401'))).toEqual([]);
  });

  it('lets a device sign in, whose code was typed', async () => {
    const begun = await fetch(`${running.url}/oauth/device_authorization`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: 'gpu-dev' }),
    });
    const {
      verification_uri: address,
      user_code: code,
      device_code: secret,
    } = (await begun.json()) as Record<string, string>;
    await page.goto(address ?? '');
    await page.locator('input[placeholder="XXXX-XXXX"]').fill((code ?? '').toLowerCase());
    await click('Look');
    await click('Yes, it is me');
    await see('Go back to the device.');
    const grant = { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: secret ?? '' };
    const answer = await fetch(`${running.url}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams(grant),
    });
    expect(answer.status).toBe(200);
    await click('Audit');
    await see('device.approve');
  });

  const fill = (label: string, text: string) =>
    page.locator(`::-p-xpath(//label[starts-with(normalize-space(), "${label}")]//input)`).fill(text);

  const secret = async () => String(await page.evaluate(`document.querySelector('code.secret').textContent`));

  it('makes a key, shows it once, and revokes it', async () => {
    await click('Access');
    await fill('What it is for', 'a test of the console');
    await click('Make a key');
    await see('shown this once');
    const key = await secret();
    const me = () => fetch(`${running.url}/api/v1/me`, { headers: { authorization: `Bearer ${key}` } });
    expect((await me()).status).toBe(200);
    await click('Fleet');
    await see('What detection finds now');
    expect(await page.content()).not.toContain(key);
    await click('Access');
    await see('a test of the console');
    await page
      .locator('::-p-xpath(//tr[contains(., "a test of the console")]//button[normalize-space()="Revoke"])')
      .click();
    await see('revoked');
    expect((await me()).status).toBe(403);
  });

  it('adds a person, who cannot sign in any more once disabled', async () => {
    await fill('Name', 'newcomer');
    await fill('First password', 'quartz-harbour-58-lantern');
    await click('Add');
    await see('newcomer');
    const logIn = () =>
      fetch(`${running.url}/auth/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ username: 'newcomer', password: 'quartz-harbour-58-lantern' }),
      });
    expect((await logIn()).status).toBe(200);
    await page
      .locator('::-p-xpath(//tr[contains(., "newcomer")]//button[normalize-space()="Disable"])')
      .click();
    await see('disabled');
    expect((await logIn()).status).toBeGreaterThanOrEqual(400);
  });

  it('makes a webhook, with the secret that its receiver verifies with, and deletes it', async () => {
    await click('Webhooks');
    await fill('Address', 'https://example.org/hooks');
    await click('Make');
    await see('verifies signatures with');
    expect(await secret()).toMatch(/^whsec_/);
    await click('https://example.org/hooks');
    await see('Deliveries to https://example.org/hooks');
    await click('Switch off');
    await see('off: manual');
    await click('Delete');
    await see('Nobody is told of anything.');
  });

  it.each(['viewer', 'analyst', 'researcher', 'operator'])(
    'offers %s nothing that is refused',
    async (role) => {
      const username = `a-${role}`;
      const password = 'quartz-harbour-58-lantern';
      const made = await running.admin.send('POST', '/api/v1/users', { username, password, roles: [role] });
      expect(made.status, made.text).toBe(201);
      await click('Sign out');
      await page.locator('input[autocomplete=username]').fill(username);
      await page.locator('input[type=password]').fill(password);
      complaints.length = 0;
      await click('Sign in');
      await see(username);
      const places = (await page.evaluate(
        `[...document.querySelectorAll('nav > a')].map((a) => a.textContent)`,
      )) as string[];
      expect(places).toContain(role === 'researcher' ? 'Jobs' : 'Alerts');
      for (const place of places) {
        await click(place);
        await page.waitForNetworkIdle({ idleTime: 300, concurrency: 1 });
        expect(await page.$('[role=alert]'), `${role} at ${place}`).toBeNull();
      }
      expect(complaints).toEqual([]);
    },
  );

  it('stays signed in when the page is read again, and forgets all at sign-out', async () => {
    await page.reload();
    await see('a-operator');
    await click('Sign out');
    await see('Password');
    expect(await page.evaluate('sessionStorage.length')).toBe(0);
  });
});
