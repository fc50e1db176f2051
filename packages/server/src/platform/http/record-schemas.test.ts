import { EvidenceInput, Labels, Metrics } from '@gpushield/contracts';
import { Type, type TSchema } from 'typebox';
import { describe, expect, it } from 'vitest';
import { createValidatorFactory } from './validation.ts';

const bodyOf = (schema: TSchema) =>
  createValidatorFactory().validatorsFor({ body: Type.Object({ record: schema }), responses: {} }, 1024).body;

describe('records with patterned keys', () => {
  it.each([
    ['labels', Labels, { '!!! bad': 'x' }, { rack: 'r1' }],
    ['metrics', Metrics, { 'BAD KEY': 1, temperature: 1 }, { temperature: 1 }],
    ['evidence', EvidenceInput, { ['k'.repeat(65)]: 1 }, { path: '/x' }],
  ])('of %s refuse keys that do not fit the pattern, whatever their value', (_name, schema, bad, good) => {
    const validate = bodyOf(schema);
    expect(validate({ record: good })).toEqual({ record: good });
    expect(() => validate({ record: bad })).toThrow();
  });
});
