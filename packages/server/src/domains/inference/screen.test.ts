import { expect, it } from 'vitest';
import type { Firewall } from './firewall-port.ts';
import { createStreamScreen } from './screen.ts';

/** Holds everything back until the end. */
const holding: Pick<Firewall, 'openOutput'> = {
  openOutput: () => {
    let held = '';
    return {
      push: (text) => {
        held += text;
        return { out: '', verdict: null };
      },
      end: () => ({ out: held, verdict: null }),
    };
  },
};
const context = { model: 'm', principalId: 'p', sessionId: null };

it('gives back of a stream that broke off what people read, and not what the model thought or called', () => {
  const screen = createStreamScreen(holding as Firewall, context);
  const delta = (index: number, said: object) => ({ choices: [{ index, delta: said, finish_reason: null }] });
  screen.chunk(delta(0, { reasoning_content: 'let me think' }));
  screen.chunk(delta(0, { tool_calls: [{ index: 0, function: { arguments: '{"a":' } }] }));
  screen.chunk(delta(0, { content: 'The sea' }));
  screen.chunk(delta(1, { content: 'The sky' }));
  expect(screen.rest()).toEqual({
    texts: [
      { index: 0, text: 'The sea' },
      { index: 1, text: 'The sky' },
    ],
    verdict: null,
  });
});
