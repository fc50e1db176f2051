import type { Firewall, FirewallContext, OutputScreen, Verdict } from './firewall-port.ts';
import { isObject, listOf, objectOf, textOf, type JsonObject } from './json.ts';

/** Whether a verdict is acted upon as a block. */
export const blocks = (verdict: Verdict | null): boolean =>
  verdict?.action === 'block' && !verdict.reportOnly;

/** Where a choice keeps text: what people read, what the model thought, what tools are called with. */
interface Slot {
  readonly channel: string;
  readonly holder: JsonObject;
  readonly key: string;
}

const slotsOf = (choice: JsonObject): readonly Slot[] => {
  const holder = isObject(choice['delta'])
    ? choice['delta']
    : isObject(choice['message'])
      ? choice['message']
      : choice;
  const texts = ['content', 'text', 'reasoning', 'reasoning_content', 'refusal']
    .filter((key) => typeof holder[key] === 'string' && holder[key] !== '')
    .map((key): Slot => ({ channel: key, holder, key }));
  const calls = listOf(holder['tool_calls']).flatMap((value, position): readonly Slot[] => {
    const call = objectOf(value);
    const called = objectOf(call['function']);
    const index = typeof call['index'] === 'number' ? call['index'] : position;
    return typeof called['arguments'] === 'string' && called['arguments'] !== ''
      ? [{ channel: `tool-${String(index)}`, holder: called, key: 'arguments' }]
      : [];
  });
  return [...texts, ...calls];
};

export const choicesOf = (body: JsonObject): readonly JsonObject[] =>
  listOf(body['choices']).filter(isObject);

/** Bytes of text that an answer, or a piece of one, holds. */
export const outputBytes = (body: JsonObject): number =>
  choicesOf(body)
    .flatMap(slotsOf)
    .reduce((sum, { holder, key }) => sum + Buffer.byteLength(textOf(holder[key]), 'utf8'), 0);

/** Screens a whole answer in place. Answers the verdict that blocks it, or the one with most to say. */
export const screenWhole = async (
  firewall: Firewall,
  context: FirewallContext,
  body: JsonObject,
): Promise<Verdict | null> => {
  let worst: Verdict | null = null;
  for (const choice of choicesOf(body)) {
    for (const { holder, key } of slotsOf(choice)) {
      const verdict = await firewall.inspectOutput({ ...context, text: textOf(holder[key]) });
      if (worst === null || verdict.score > worst.score || blocks(verdict)) worst = verdict;
      if (blocks(verdict)) return verdict;
      if (verdict.action !== 'mask' || verdict.reportOnly) continue;
      const [replacement] = verdict.masked.values();
      holder[key] = replacement ?? '';
      // The tokens would say what the text no longer does.
      if ('logprobs' in choice) choice['logprobs'] = null;
    }
  }
  return worst;
};

/** Keys of screens whose text is the answer itself, not what led to it. */
const readByPeople = / (?:content|text)$/;

/** Screens a stream: text is held back no longer than the firewall needs it. */
export interface StreamScreen {
  /** Changes the chunk in place. Answers the verdict that ends the stream, if there is one. */
  chunk(chunk: JsonObject): Verdict | null;
  /** What was held back of choices that never said that they ended, as text by choice: of what people read alone. */
  rest(): {
    readonly texts: readonly { readonly index: number; readonly text: string }[];
    readonly verdict: Verdict | null;
  };
  /** The verdict with the highest score so far. */
  worst(): Verdict | null;
}

/** The screens of one stream, by choice and channel, and what they found. */
const createScreens = (firewall: Firewall, context: FirewallContext) => {
  const screens = new Map<string, OutputScreen>();
  let worst: Verdict | null = null;

  const screenFor = (key: string): OutputScreen => {
    const known = screens.get(key);
    if (known !== undefined) return known;
    const made = firewall.openOutput(context);
    screens.set(key, made);
    return made;
  };
  const note = (verdict: Verdict | null): void => {
    if (verdict !== null && (worst === null || verdict.score > worst.score)) worst = verdict;
  };
  const push = (index: number, { channel, holder, key }: Slot): Verdict | null => {
    const { out, verdict } = screenFor(`${String(index)} ${channel}`).push(textOf(holder[key]));
    note(verdict);
    holder[key] = out;
    return blocks(verdict) ? verdict : null;
  };
  /** The end of a choice: what its screens still hold goes with it. */
  const flush = (index: number, choice: JsonObject): Verdict | null => {
    const holder = isObject(choice['delta']) ? choice['delta'] : choice;
    const key = holder === choice ? 'text' : 'content';
    for (const channel of ['content', 'text', 'reasoning', 'reasoning_content']) {
      const screen = screens.get(`${String(index)} ${channel}`);
      if (screen === undefined) continue;
      screens.delete(`${String(index)} ${channel}`);
      const { out, verdict } = screen.end();
      note(verdict);
      if (blocks(verdict)) return verdict;
      const name = channel === 'text' || channel === 'content' ? key : channel;
      if (out !== '') holder[name] = textOf(holder[name]) + out;
    }
    return flushCalls(index, holder);
  };
  const flushCalls = (index: number, holder: JsonObject): Verdict | null => {
    const prefix = `${String(index)} tool-`;
    for (const [name, screen] of screens) {
      if (!name.startsWith(prefix)) continue;
      screens.delete(name);
      const { out, verdict } = screen.end();
      note(verdict);
      if (blocks(verdict)) return verdict;
      if (out === '') continue;
      const call = { index: Number(name.slice(prefix.length)), function: { arguments: out } };
      const sent = listOf(holder['tool_calls']).find((one) => objectOf(one)['index'] === call.index);
      if (sent === undefined) holder['tool_calls'] = [...listOf(holder['tool_calls']), call];
      else {
        const called = objectOf(objectOf(sent)['function']);
        called['arguments'] = textOf(called['arguments']) + out;
      }
    }
    return null;
  };

  return { screens, note, push, flush, worst: () => worst };
};

export const createStreamScreen = (firewall: Firewall, context: FirewallContext): StreamScreen => {
  const { screens, note, push, flush, worst } = createScreens(firewall, context);
  return {
    chunk: (chunk) => {
      for (const choice of choicesOf(chunk)) {
        const index = typeof choice['index'] === 'number' ? choice['index'] : 0;
        for (const slot of slotsOf(choice)) {
          const verdict = push(index, slot);
          if (verdict !== null) return verdict;
        }
        const ended = choice['finish_reason'] !== null && choice['finish_reason'] !== undefined;
        const verdict = ended ? flush(index, choice) : null;
        if (verdict !== null) return verdict;
      }
      return null;
    },
    rest: () => {
      const texts: { index: number; text: string }[] = [];
      for (const [name, screen] of screens) {
        const { out, verdict } = screen.end();
        note(verdict);
        if (blocks(verdict)) return { texts: [], verdict };
        if (out !== '' && readByPeople.test(name))
          texts.push({ index: Number.parseInt(name, 10), text: out });
      }
      screens.clear();
      return { texts, verdict: null };
    },
    worst,
  };
};
