import { DiskName } from '@gpushield/contracts';
import { Check } from 'typebox/value';
import { usageError } from '../cli-error.ts';

const isDiskName = (text: string): boolean => Check(DiskName, text);

/** The name as it was given, if a disk can have it: nothing else is sent. `more`: what else may be given there. */
export const diskName = (given: string, more = ''): string => {
  if (isDiskName(given)) return given;
  throw usageError(`"${given}" is no name of a disk`, `At most 50 of A-Z a-z 0-9 _ and -${more}.`);
};
