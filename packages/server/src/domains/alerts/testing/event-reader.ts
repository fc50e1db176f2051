export interface ReadEvent {
  readonly event: string;
  readonly id: string;
  readonly data: unknown;
}

/** Reads server-sent events one after the other over a real connection. */
export interface EventReader {
  next(): Promise<ReadEvent>;
  close(): Promise<void>;
}

const parse = (frame: string): ReadEvent | undefined => {
  const field = (name: string): string =>
    frame
      .split('\n')
      .filter((line) => line.startsWith(`${name}: `))
      .map((line) => line.slice(name.length + 2))
      .join('\n');
  const data = field('data');
  return data === ''
    ? undefined
    : { event: field('event'), id: field('id'), data: JSON.parse(data) as unknown };
};

/** Resolves once the stream says that it follows; what happens from then on comes. */
export const readEvents = async (url: string, who: string, lastEventId?: string): Promise<EventReader> => {
  const closing = new AbortController();
  const answer = await fetch(url, {
    headers: {
      authorization: `Bearer ${who}`,
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    },
    signal: closing.signal,
  });
  if (answer.status !== 200 || answer.body === null)
    throw new Error(`${String(answer.status)} ${await answer.text()}`);
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let buffered = '';
  const frame = async (): Promise<string> => {
    for (;;) {
      const end = buffered.indexOf('\n\n');
      if (end >= 0) {
        const found = buffered.slice(0, end);
        buffered = buffered.slice(end + 2);
        return found;
      }
      const { done, value } = await reader.read();
      if (done) throw new Error('The stream ended');
      buffered += value;
    }
  };
  while ((await frame()) !== ': following');
  return {
    next: async () => {
      for (;;) {
        const event = parse(await frame());
        if (event !== undefined) return event;
      }
    },
    close: async () => {
      closing.abort();
      await reader.cancel().catch(() => undefined);
    },
  };
};
