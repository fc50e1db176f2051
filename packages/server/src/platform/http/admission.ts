import { AppError } from '../errors.ts';

export interface AdmissionLimits {
  /** Requests under way at once. */
  readonly maxInFlight: number;
  /** Bytes of request bodies held at once, counted by what they announce. */
  readonly maxBodyBytes: number;
  /** The share of both that one address may hold: who opens bodies and never sends them blocks nobody else. */
  readonly addressShare: number;
}

/** Memory stays bounded whatever arrives: 64 bodies of 4 MiB, or 16 of 16 MiB, and no more. */
export const defaultAdmissionLimits: AdmissionLimits = {
  maxInFlight: 4000,
  maxBodyBytes: 256 * 1024 * 1024,
  addressShare: 0.5,
};

export interface Admission {
  /** Takes a place for a request, or throws `overloaded` (429). The answer gives the place back, once. */
  enter(address: string, bodyBytes: number): () => void;
}

interface Held {
  requests: number;
  bytes: number;
}

const fits = (held: Held, bytes: number, maxRequests: number, maxBytes: number): boolean =>
  held.requests < maxRequests && held.bytes + bytes <= maxBytes;

const add = (held: Held, requests: number, bytes: number): void => {
  held.requests += requests;
  held.bytes += bytes;
};

/** Counts what is under way and refuses what would not fit. */
export const createAdmission = (limits: AdmissionLimits = defaultAdmissionLimits): Admission => {
  const all: Held = { requests: 0, bytes: 0 };
  const byAddress = new Map<string, Held>();
  const shareOf = (total: number): number => Math.max(1, Math.floor(total * limits.addressShare));

  return {
    enter: (address, bodyBytes) => {
      const own = byAddress.get(address) ?? { requests: 0, bytes: 0 };
      const room = fits(all, bodyBytes, limits.maxInFlight, limits.maxBodyBytes);
      if (!room || !fits(own, bodyBytes, shareOf(limits.maxInFlight), shareOf(limits.maxBodyBytes))) {
        throw new AppError('overloaded', { retryAfterSeconds: 1 });
      }
      byAddress.set(address, own);
      for (const held of [all, own]) add(held, 1, bodyBytes);
      let left = false;
      return () => {
        if (left) return;
        left = true;
        for (const held of [all, own]) add(held, -1, -bodyBytes);
        if (own.requests === 0) byAddress.delete(address);
      };
    },
  };
};
