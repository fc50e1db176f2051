import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';

/** Somebody whom STS knows. */
export interface StsIdentity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly account: string;
  readonly role: string;
  readonly session: string;
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Whether a request is signed with the identity's secret, as AWS describes Signature Version 4. */
const isSigned = (
  request: IncomingMessage,
  body: string,
  { accessKeyId, secretAccessKey }: StsIdentity,
): boolean => {
  const [, id, scope = '', names = '', signature] =
    /^AWS4-HMAC-SHA256 Credential=(\w+)\/([\w/-]+), ?SignedHeaders=([\w;-]+), ?Signature=(\w{64})$/.exec(
      request.headers.authorization ?? '',
    ) ?? [];
  const headers = names.split(';').map((name) => `${name}:${String(request.headers[name])}`);
  const canonical = [request.method, request.url, '', ...headers, '', names, sha256(body)].join('\n');
  const text = `AWS4-HMAC-SHA256\n${String(request.headers['x-amz-date'])}\n${scope}\n${sha256(canonical)}`;
  const key = scope
    .split('/')
    .reduce<string | Buffer>((derived, part) => hmac(derived, part), `AWS4${secretAccessKey}`);
  return id === accessKeyId && signature === hmac(key, text).toString('hex');
};

/** A stand-in for AWS's STS that knows one identity, checks signatures, and answers as STS does. */
export const startFakeSts = async (
  known: StsIdentity,
): Promise<{ readonly url: string; readonly close: () => Promise<void> }> => {
  const server = createServer((request, response) => {
    void (async () => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      const good =
        isSigned(request, body, known) && request.headers['x-amz-security-token'] === known.sessionToken;
      const { account, role, session } = known;
      const result = {
        Arn: `arn:aws:sts::${account}:assumed-role/${role}/${session}`,
        Account: account,
        UserId: `AROAOFTHETESTSOFOURS:${session}`,
      };
      response.writeHead(good ? 200 : 403, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify(
          good
            ? { GetCallerIdentityResponse: { GetCallerIdentityResult: result } }
            : { Error: { Code: 'SignatureDoesNotMatch' } },
        ),
      );
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
