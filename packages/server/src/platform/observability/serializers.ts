/**
 * What a line says of a request or a reply. Their objects are the framework's and hold every header, the socket
 * and the body; only these facts may reach the log.
 */
export const summarise = (fields: object): object => {
  const copy: Record<string, unknown> = { ...fields };
  for (const [name, summary] of Object.entries(summaries)) {
    if (typeof copy[name] === 'object' && copy[name] !== null) copy[name] = summary(copy[name]);
  }
  return copy;
};

const requestSummary = (request: object): object => ({
  method: field(request, 'method'),
  url: field(request, 'url'),
  ip: field(request, 'ip'),
});

const replySummary = (reply: object): object => ({ statusCode: field(reply, 'statusCode') });

const summaries: Readonly<Record<string, (value: object) => object>> = {
  req: requestSummary,
  request: requestSummary,
  res: replySummary,
  reply: replySummary,
};

const field = (value: object, name: string): unknown =>
  name in value ? (value as Record<string, unknown>)[name] : undefined;

const asItIs = (value: unknown): unknown => value;

/** pino's own serialisers would run on what is already summarised and masked; these leave it alone. */
export const serializers: Readonly<Record<string, (value: unknown) => unknown>> = {
  req: asItIs,
  res: asItIs,
  err: asItIs,
};
