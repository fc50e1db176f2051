import type { FastifyRequest } from 'fastify';
import type { Authenticator, CredentialSource, SignedRequest } from '../identity/principal.ts';
import type { PresentedCertificate } from '../identity/peer-certificate.ts';
import { passGate, type Admitted, type GateDeps } from './gate.ts';
import { requireAuthorization, type ResourceRef } from '../identity/authorize.ts';
import type { Route } from './route.ts';

export interface AdmitDeps extends GateDeps {
  /** The verified client certificate of a request's connection, where there is one. */
  readonly certificateOf?: ((request: FastifyRequest) => PresentedCertificate | undefined) | undefined;
}

const single = (value: string | string[] | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;

/** True for a request that a signature over its body authenticates: it is admitted once the body has been read. */
export const isSigned = (route: Route, request: FastifyRequest): boolean =>
  'scope' in route.access &&
  route.access.credential === 'agent-or-bearer' &&
  request.headers.authorization === undefined &&
  request.headers['x-agent-id'] !== undefined;

const signedPart = (request: FastifyRequest, body: Buffer): SignedRequest => ({
  agentId: single(request.headers['x-agent-id']) ?? '',
  signature: single(request.headers['x-agent-signature']),
  timestamp: single(request.headers['x-agent-timestamp']),
  body,
});

/** `X-LLM-Token` (seed 3), on routes that take one. */
const scopedTokenOf = (route: Route, request: FastifyRequest): string | undefined =>
  'scope' in route.access && route.access.credential === 'scoped-or-bearer'
    ? single(request.headers['x-llm-token'])
    : undefined;

/** The gate asks for a bearer credential; what else this request carries stands beside it. */
const withFurther = (
  authenticator: Authenticator,
  further: Pick<CredentialSource, 'signed' | 'certificate' | 'scopedToken'>,
): Authenticator => ({
  authenticate: (source) => authenticator.authenticate({ ...source, ...further }),
});

/** Who is asking, and may they: the gate, with every kind of credential. `body` is given for signed requests. */
export const admit = async (
  deps: AdmitDeps,
  route: Route,
  request: FastifyRequest,
  body?: Buffer,
): Promise<Admitted> => {
  const { state } = request;
  const certificate = 'scope' in route.access ? deps.certificateOf?.(request) : undefined;
  const signed = body === undefined ? undefined : signedPart(request, body);
  const scopedToken = scopedTokenOf(route, request);
  const plain = certificate === undefined && signed === undefined && scopedToken === undefined;
  const authenticator = plain
    ? deps.authenticator
    : withFurther(deps.authenticator, {
        ...(certificate === undefined ? {} : { certificate }),
        ...(signed === undefined ? {} : { signed }),
        ...(scopedToken === undefined ? {} : { scopedToken }),
      });
  return passGate(plain ? deps : { ...deps, authenticator }, route, request, (principal) => {
    state.principal = principal;
  });
};

/**
 * Throws unless what was let in before would be let in again, and to this resource where one is given: a long answer
 * outlives keys and rights. No limit counts it.
 */
export const readmit = async (
  deps: Pick<AdmitDeps, 'authenticator' | 'certificateOf'>,
  route: Route,
  request: FastifyRequest,
  resource?: ResourceRef,
): Promise<void> => {
  if (!('scope' in route.access)) return;
  const certificate = deps.certificateOf?.(request);
  const principal = await deps.authenticator.authenticate({
    authorization: request.headers.authorization,
    remoteAddress: request.state.subject.remoteAddress,
    ...(certificate === undefined ? {} : { certificate }),
  });
  requireAuthorization(principal, route.access.scope, resource);
};
