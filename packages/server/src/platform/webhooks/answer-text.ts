import { maskText } from '../observability/index.ts';

/** What is kept, and read, of an answer. */
export const answerMaxBytes = 1024;

// Receivers that echo what they got: signatures are worth hiding, and a whsec_ in an answer is somebody's.
const webhookSecret = /whsec_[A-Za-z0-9+/=_-]*/g;
const webhookSignature = /v1a?,[A-Za-z0-9+/=]{16,}/g;
const unstorable = /(?![\t\n\r])\p{Cc}/gu;

/** The first kilobyte of an answer as text that may be stored and shown: credentials masked, control characters gone. */
export const answerText = (body: Buffer): string | null => {
  if (body.length === 0) return null;
  const text = body.subarray(0, answerMaxBytes).toString('utf8').replace(unstorable, '\uFFFD');
  return maskText(
    text.replace(webhookSecret, 'whsec_***').replace(webhookSignature, 'v1,***'),
  ).toWellFormed();
};
