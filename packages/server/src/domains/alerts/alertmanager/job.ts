import { Severity, Uuid } from '@gpushield/contracts';
import { Type, type Static } from 'typebox';
import { Check } from 'typebox/value';

/** The queue that waits for Alertmanagers. */
export const alertmanagerQueue = 'alertmanager';

/** `was`: the severity under which Alertmanager knew the alert, which is another alert to it and has to end. */
const AlertmanagerJob = Type.Object({
  alerts: Type.Array(Type.Object({ id: Uuid, was: Type.Optional(Severity) }), { maxItems: 1_000 }),
});
export type AlertmanagerJob = Static<typeof AlertmanagerJob>;

/** Undefined for what this version did not write. */
export const parseJob = (body: unknown): AlertmanagerJob | undefined =>
  Check(AlertmanagerJob, body) ? body : undefined;
