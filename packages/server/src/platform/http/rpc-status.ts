/** google.rpc.Code by HTTP status (google/rpc/code.proto). */
const codes: Readonly<Record<number, number>> = { 401: 16, 403: 7, 404: 5, 429: 8, 503: 14, 504: 4, 507: 14 };
const invalidArgument = 3;
const internal = 13;

export const rpcCodeOf = (status: number): number =>
  codes[status] ?? (status >= 500 ? internal : invalidArgument);

export const protobufType = 'application/x-protobuf';

/** A protobuf field: its tag, its length and its bytes. */
const bytesField = (tag: number, bytes: Buffer): Buffer => {
  const length: number[] = [];
  let rest = bytes.length;
  for (; rest >= 128; rest = Math.floor(rest / 128)) length.push((rest % 128) | 0x80);
  length.push(rest);
  return Buffer.concat([Buffer.from([tag, ...length]), bytes]);
};

/** google.rpc.Status in the encoding of the request that it answers: protobuf where that was, JSON otherwise. */
export const rpcStatus = (
  status: number,
  message: string,
  requestType: string | undefined,
): { readonly contentType: string; readonly body: object | Buffer } => {
  const code = rpcCodeOf(status);
  if (requestType === undefined || !/protobuf/i.test(requestType))
    return { contentType: 'application/json; charset=utf-8', body: { code, message } };
  const body = Buffer.concat([Buffer.from([0x08, code]), bytesField(0x12, Buffer.from(message, 'utf8'))]);
  return { contentType: protobufType, body };
};
