import type { ValuesOf } from './variable.ts';
import { alertVariables } from './variables-alerts.ts';
import { auditVariables } from './variables-audit.ts';
import { identityVariables } from './variables-identity.ts';
import { inferenceVariables } from './variables-inference.ts';
import { limitVariables } from './variables-limits.ts';
import { reservationVariables } from './variables-reservations.ts';
import { scoringVariables } from './variables-scoring.ts';
import { sealingVariables } from './variables-sealing.ts';
import { serverVariables } from './variables-server.ts';
import { webhookVariables } from './variables-webhooks.ts';
import { workVariables } from './variables-work.ts';

/** Every environment variable that GPUShield reads, by the name its value has in code. */
export const variables = {
  ...serverVariables,
  ...identityVariables,
  ...sealingVariables,
  ...limitVariables,
  ...webhookVariables,
  ...alertVariables,
  ...auditVariables,
  ...workVariables,
  ...scoringVariables,
  ...inferenceVariables,
  ...reservationVariables,
};

/** Their values. */
export type Values = ValuesOf<typeof variables>;
