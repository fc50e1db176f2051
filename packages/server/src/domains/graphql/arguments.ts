import { uuidPattern } from '@gpushield/contracts';
import { AppError } from '../../platform/errors.ts';

export const defaultFirst = 25;
export const maxFirst = 100;
const maxTextLength = 256;

const refuse = (name: string, message: string): AppError =>
  new AppError('validation_failed', {
    detail: `${name} ${message}`,
    errors: [{ field: `/${name}`, message }],
  });

export const idOf = (name: string, value: unknown): string => {
  if (typeof value === 'string' && uuidPattern.test(value.toLowerCase())) return value.toLowerCase();
  throw refuse(name, 'must be a UUID');
};

export const timeOf = (name: string, value: unknown): string => {
  const time = typeof value === 'string' ? Date.parse(value) : NaN;
  if (Number.isNaN(time)) throw refuse(name, 'must be a date-time of RFC 3339');
  return new Date(time).toISOString();
};

export const textOf = (name: string, value: unknown): string => {
  if (typeof value === 'string' && value !== '' && value.length <= maxTextLength && !value.includes('\0')) {
    return value;
  }
  throw refuse(name, `must be a text of 1 to ${String(maxTextLength)} characters`);
};

export const integerOf = (name: string, value: unknown, min: number, max: number): number => {
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
  throw refuse(name, `must be ${String(min)} to ${String(max)}`);
};

/** Lists are as long as those of the REST API. */
const maxListLength = 100;

export const listOf = <T>(name: string, value: unknown, one: (name: string, value: unknown) => T): T[] => {
  if (!Array.isArray(value) || value.length > maxListLength) {
    throw refuse(name, `must be a list of at most ${String(maxListLength)}`);
  }
  return value.map((item) => one(name, item));
};

export type Arguments = Readonly<Record<string, unknown>>;

/** `{ [to]: read(value) }` where the argument was given, else nothing. */
export const given = <K extends string, T>(
  args: Arguments,
  from: string,
  to: K,
  read: (name: string, value: unknown) => T,
): Partial<Readonly<Record<K, T>>> => {
  const value = args[from];
  return value === undefined || value === null ? {} : ({ [to]: read(from, value) } as Record<K, T>);
};
