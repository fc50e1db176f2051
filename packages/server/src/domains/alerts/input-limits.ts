import { AppError } from '../../platform/errors.ts';

/** Enough for a process tree or a list of hashes; a thousand of them still fit one request. */
export const maxEvidenceBytes = 16 * 1024;

const refuse = (field: string, message: string): AppError =>
  new AppError('validation_failed', { detail: `${field} ${message}`, errors: [{ field, message }] });

/** Throws `validation_failed` (422) unless the evidence is at most 16 KiB as JSON. `field` is its JSON pointer. */
export const checkEvidence = (evidence: unknown, field: string): void => {
  const bytes = Buffer.byteLength(JSON.stringify(evidence));
  if (bytes > maxEvidenceBytes) {
    throw refuse(field, `has ${String(bytes)} bytes as JSON; at most ${String(maxEvidenceBytes)} are taken`);
  }
};

/**
 * A date-time of the wire as a Date. Throws `validation_failed` (422) for what the format lets through and no
 * calendar has, such as a leap second in the wrong place.
 */
export const timeOf = (text: string, field: string): Date => {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) throw refuse(field, 'is not a date-time of the calendar');
  return time;
};

export const refuseField = refuse;
