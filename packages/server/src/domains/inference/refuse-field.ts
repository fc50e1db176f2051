import { AppError } from '../../platform/errors.ts';

/** What a field of a call's body may not be; `field` is a JSON pointer. */
export const refuseField = (field: string, message: string): AppError =>
  new AppError('validation_failed', { detail: `${field} ${message}`, errors: [{ field, message }] });
