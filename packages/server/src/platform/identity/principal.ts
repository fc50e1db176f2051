import type { Role, Scope } from '@gpushield/contracts';
import type { PresentedCertificate } from './peer-certificate.ts';

/**
 * `user`: a person's login. `api_key`: a key, of whomever. `service`: a service account with an OAuth2 token,
 * `certificate`: the same with a client certificate. `agent`: an agent that signs its requests. `scoped_token`: a
 * token of a minute for one model, made with one of the others.
 */
export type PrincipalKind =
  'user' | 'api_key' | 'service' | 'certificate' | 'agent' | 'scoped_token' | 'anonymous';

/** What a scoped token allows beside its scopes: one model, and so many tokens in its whole life. */
export interface TokenGrant {
  readonly tokenId: string;
  /** A name of the catalogue, or `*`. */
  readonly model: string;
  readonly maxTokens: number;
  /** The credential that it was made with: the session that several of them belong to. */
  readonly parentId: string;
}

/** Who is asking, whatever credential said so. Every verifier returns this and nothing else. */
export interface Principal {
  /** Stable identity: the user's id, whatever credential is used; `agent:<id>`; `anonymous` where authentication is off. */
  readonly id: string;
  readonly kind: PrincipalKind;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly scopes: ReadonlySet<Scope>;
  /** The id of the session, key, token or certificate: what can be revoked. */
  readonly credentialId: string;
  readonly credentialExpiresAtMs: number | null;
  /** Networks (CIDR) from which alone the credential works; absent: from everywhere. What it makes works from no more. */
  readonly allowedAddresses?: readonly string[];
  /** Of scoped tokens alone. */
  readonly grant?: TokenGrant;
}

/** What an agent signs, and its signature. */
export interface SignedRequest {
  readonly agentId: string;
  readonly signature: string | undefined;
  /** Unix seconds as text; undefined in the plain form. */
  readonly timestamp: string | undefined;
  /** The raw bytes of the body. */
  readonly body: Buffer;
}

/** The credential of one request, as its headers give it. */
export interface CredentialSource {
  readonly authorization: string | undefined;
  readonly remoteAddress: string;
  /** `X-LLM-Token`, on routes that take one: a scoped token and nothing else. It goes before `authorization`. */
  readonly scopedToken?: string;
  /** Present on routes that take an agent's signature, where the request carries one. */
  readonly signed?: SignedRequest;
  /** The client certificate of the connection, verified by TLS. */
  readonly certificate?: PresentedCertificate;
}

/** Turns a request's credential into a principal. Throws an `AppError` (401 or 403) when it is wrong or missing. */
export interface Authenticator {
  authenticate(source: CredentialSource): Promise<Principal>;
}
