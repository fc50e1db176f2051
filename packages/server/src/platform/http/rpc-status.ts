/** google.rpc.Code by HTTP status (google/rpc/code.proto). */
const codes: Readonly<Record<number, number>> = { 401: 16, 403: 7, 404: 5, 429: 8, 503: 14, 504: 4, 507: 14 };
const invalidArgument = 3;
const internal = 13;

export const rpcCodeOf = (status: number): number =>
  codes[status] ?? (status >= 500 ? internal : invalidArgument);

export const protobufType = 'application/x-protobuf';

const varint = (value: number): number[] => {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return [...bytes, rest];
};

/** A protobuf field: its tag, its length and its bytes. */
const bytesField = (tag: number, bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from([tag, ...varint(bytes.length)]), bytes]);

const statusBytes = (code: number, message: string): Buffer =>
  Buffer.concat([Buffer.from([0x08, code]), bytesField(0x12, Buffer.from(message, 'utf8'))]);

const retryInfoType = 'type.googleapis.com/google.rpc.RetryInfo';

/** google.rpc.Status with a RetryInfo among its details: what gRPC carries in `grpc-status-details-bin`. */
export const rpcStatusToRetry = (code: number, message: string, afterSeconds: number): Buffer => {
  const delay = bytesField(0x0a, Buffer.from([0x08, ...varint(Math.ceil(afterSeconds))]));
  const detail = Buffer.concat([bytesField(0x0a, Buffer.from(retryInfoType)), bytesField(0x12, delay)]);
  return Buffer.concat([statusBytes(code, message), bytesField(0x1a, detail)]);
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
  return { contentType: protobufType, body: statusBytes(code, message) };
};
