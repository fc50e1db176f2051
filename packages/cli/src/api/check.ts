import type { Static, TSchema } from 'typebox';
import { Check, Errors } from 'typebox/value';
import { CliError } from '../cli-error.ts';

/** The answer as its contract says, or an error that names the first difference. */
export const checked = <S extends TSchema>(schema: S, value: unknown): Static<S> => {
  if (Check(schema, value)) return value;
  const [first] = Errors(schema, value);
  const where = first === undefined || first.instancePath === '' ? 'the answer' : first.instancePath;
  throw new CliError({
    title: 'The server answered something unexpected',
    detail: `${where} ${first?.message ?? 'does not have the expected form'}`,
    remediation:
      'Check that --url names a GPUShield server of the same version as this command; --json shows the answer as it is.',
  });
};
