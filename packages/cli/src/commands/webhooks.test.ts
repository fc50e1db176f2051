import { describe, expect, it } from 'vitest';
import { createCliStage } from '../testing/cli-stage.ts';
import { page } from '../testing/fake-server.ts';

const at = '2026-01-31T12:00:00.000Z';
const id = '019c0000-0000-7000-8000-000000000001';
const messageId = '019c0000-0000-7000-8000-000000000002';
const webhook = {
  id,
  url: 'https://hooks.example.com/a',
  description: '',
  event_types: ['alert.*'],
  labels: {},
  ordered: false,
  rate_limit_per_second: null,
  enabled: true,
  disabled_reason: null,
  disabled_at: null,
  failing_since: null,
  created_at: at,
  updated_at: at,
};

const stage = createCliStage();
const start = (...args: string[]) => stage.say('webhooks', ...args);

describe('gpushield webhooks', () => {
  it('creates an endpoint and prints its secret alone on stdout', async () => {
    stage.server.routes.set('POST /api/v1/webhooks', () => ({
      status: 201,
      body: { ...webhook, secret: 'whsec_x' },
    }));
    const { code, out } = await start('create', webhook.url, '--event', 'alert.*', '--ordered');
    expect({ code, out }).toEqual({ code: 0, out: 'whsec_x\n' });
    expect(stage.server.seen.at(-1)?.body).toEqual({
      url: webhook.url,
      event_types: ['alert.*'],
      ordered: true,
    });
  });

  it('lists endpoints and says which are off and why', async () => {
    const off = { ...webhook, enabled: false, disabled_reason: 'gone', disabled_at: at };
    stage.server.routes.set('GET /api/v1/webhooks', () => page([webhook, { ...off, id: messageId }]));
    const { out } = await start('list');
    expect(out).toMatch(/hooks\.example\.com\/a +on +alert\.\*/);
    expect(out).toContain('off (gone)');
  });

  it('shows attempts, rotates the secret, sends again and deletes', async () => {
    const attempt = {
      id: messageId,
      message_id: messageId,
      attempt: 2,
      at,
      duration_ms: 12,
      succeeded: false,
      status: 503,
      error: 'http_status',
      response: 'busy',
    };
    stage.server.routes.set(`GET /api/v1/webhooks/${id}/attempts`, () => page([attempt]));
    expect((await start('attempts', id)).out).toMatch(/503 +12 ms +busy/);
    stage.server.routes.set(`POST /api/v1/webhooks/${id}/secret/rotate`, () => ({
      body: { secret: 'whsec_y', previous_expires_at: at },
    }));
    expect((await start('rotate-secret', id)).out).toBe('whsec_y\n');
    stage.server.routes.set(`POST /api/v1/webhooks/${id}/resend`, () => ({
      status: 202,
      body: { resent: 1, has_more: false },
    }));
    expect((await start('resend', id, '--message', messageId)).out).toContain('1 messages are sent again');
    expect((await start('resend', id)).code).toBe(2);
    stage.server.routes.set(`DELETE /api/v1/webhooks/${id}`, () => ({ status: 204 }));
    expect((await start('delete', id, '--yes')).code).toBe(0);
  });
});
