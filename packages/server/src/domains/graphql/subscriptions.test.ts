import { describe, expect, it } from 'vitest';
import { graphqlStage, type Result } from './testing/graphql-stage.ts';

const { nodes, gpus, raise, url } = graphqlStage();

const dataOf = (frame: string): Result => {
  const text = /^data: (.+)$/m.exec(frame)?.[1];
  return text === undefined ? {} : (JSON.parse(text) as Result);
};

describe('subscriptions', () => {
  const subscribe = async (query: string, who = 'viewer') => {
    const closing = new AbortController();
    const answer = await fetch(url(), {
      method: 'POST',
      headers: {
        authorization: `Bearer ${who}`,
        accept: 'text/event-stream',
        'content-type': 'application/json',
      },
      body: JSON.stringify({ query }),
      signal: closing.signal,
    });
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    let buffered = '';
    const next = async (): Promise<{ event: string; data: Result }> => {
      for (;;) {
        const end = buffered.indexOf('\n\n');
        if (end < 0) {
          const piece = await reader?.read();
          if (piece?.value === undefined) throw new Error('The stream ended');
          buffered += piece.value;
          continue;
        }
        const frame = buffered.slice(0, end);
        buffered = buffered.slice(end + 2);
        const event = /^event: (.*)$/m.exec(frame)?.[1];
        if (event !== undefined) return { event, data: dataOf(frame) };
      }
    };
    return { status: answer.status, next, close: () => closing.abort() };
  };

  it('bring changes of alerts, with what stands behind them', async () => {
    const stream = await subscribe(
      `subscription { alerts(nodeId: "${nodes[1] ?? ''}", severity: high) { action alert { id node { name } } } }`,
    );
    let raised = '';
    // What was raised before the stream had begun is not told: raise until one is.
    const raising = setInterval(() => {
      void raise(nodes[1] ?? '', 'high').then(({ alertId }) => {
        raised = alertId;
      });
    }, 50);
    const { event, data } = await stream.next();
    clearInterval(raising);
    expect(raised).not.toBe('');
    expect(event).toBe('next');
    expect(data.data).toMatchObject({ alerts: { action: 'created', alert: { node: { name: 'node-1' } } } });
    stream.close();
  });

  it('bring the newest telemetry of a node at once', async () => {
    const stream = await subscribe(
      `subscription { telemetry(nodeId: "${nodes[2] ?? ''}") { gpuId metrics } }`,
    );
    const ids = [await stream.next(), await stream.next()].map(
      ({ data }) => (data.data?.['telemetry'] as { gpuId: string }).gpuId,
    );
    expect(ids.toSorted()).toEqual(gpus.slice(4, 6).toSorted());
    stream.close();
  });

  it('that the caller may not have, or that are none, end with their reason', async () => {
    const refused = await subscribe('subscription { alerts { action } }', 'narrow');
    expect((await refused.next()).data.errors?.[0]?.extensions?.code).toBe('insufficient_scope');
    expect((await refused.next()).event).toBe('complete');
    const query = await subscribe('{ __typename }');
    expect((await query.next()).data.data).toEqual({ __typename: 'Query' });
    expect((await query.next()).event).toBe('complete');
    expect((await subscribe('subscription { nothing }')).status).toBe(400);
  });
});
