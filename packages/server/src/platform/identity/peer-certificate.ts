import { TLSSocket } from 'node:tls';
import type { Socket } from 'node:net';
import type { X509Certificate } from 'node:crypto';

/** What of a certificate can be registered to a service account. */
export const certificateMatches = ['fingerprint', 'san_uri', 'san_dns'] as const;
export type CertificateMatch = (typeof certificateMatches)[number];

export interface CertificateName {
  readonly match: CertificateMatch;
  readonly value: string;
}

/** A client certificate that the TLS layer verified against the configured authorities. */
export interface PresentedCertificate {
  /** SHA-256 of its DER form, 64 lower-case hex characters. */
  readonly fingerprint: string;
  /** Everything of it that may be registered, the fingerprint first. */
  readonly names: readonly CertificateName[];
  readonly validFromMs: number;
  readonly validToMs: number;
}

/** One of ours has one or two; a certificate with more is cut, so that a look-up stays small. */
const maxAlternativeNames = 16;

/**
 * Alternative names as Node writes them: `URI:…, DNS:…`, with a value that holds anything odd in quotes. Quoted ones
 * are left out: nobody registers them, and what they hold must not be taken for a further name.
 */
export const parseAlternativeNames = (text: string): readonly CertificateName[] => {
  const names: CertificateName[] = [];
  for (const part of text.match(/(?:"(?:[^"\\]|\\.)*"|[^",])+/g) ?? []) {
    const [, kind, value] = /^\s*(URI|DNS):([^"\s]+)$/.exec(part) ?? [];
    if (kind === undefined || value === undefined || names.length >= maxAlternativeNames) continue;
    // Host names are compared without case (RFC 4343), URIs as they are (RFC 3986, section 6.2.1).
    names.push(
      kind === 'URI' ? { match: 'san_uri', value } : { match: 'san_dns', value: value.toLowerCase() },
    );
  }
  return names;
};

export const describeCertificate = (certificate: X509Certificate): PresentedCertificate => {
  const fingerprint = certificate.fingerprint256.replaceAll(':', '').toLowerCase();
  return {
    fingerprint,
    names: [
      { match: 'fingerprint', value: fingerprint },
      ...parseAlternativeNames(certificate.subjectAltName ?? ''),
    ],
    validFromMs: Date.parse(certificate.validFrom),
    validToMs: Date.parse(certificate.validTo),
  };
};

/**
 * Reads the certificate of a connection, once for each. A certificate that the TLS layer did not verify is as good as
 * none: the connection stays, and says nothing about who is asking.
 */
export const createPeerCertificates = (): ((socket: Socket) => PresentedCertificate | undefined) => {
  const known = new WeakMap<Socket, PresentedCertificate | null>();
  const read = (socket: Socket): PresentedCertificate | null => {
    if (!(socket instanceof TLSSocket) || !socket.authorized) return null;
    const certificate = socket.getPeerX509Certificate();
    return certificate === undefined ? null : describeCertificate(certificate);
  };
  return (socket) => {
    const kept = known.get(socket);
    if (kept !== undefined) return kept ?? undefined;
    const found = read(socket);
    known.set(socket, found);
    return found ?? undefined;
  };
};
