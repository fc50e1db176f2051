import { RegisterSensor, Sensor, type SensorConfiguration } from '@gpushield/contracts';
import { AppError } from '../../../platform/errors.ts';
import { created, defineRoute, ok, transactionOf } from '../../../platform/http/route.ts';
import { findNode } from '../node-store.ts';
import { findSensor, presentSensor, upsertSensor } from '../sensor-store.ts';
import { written, type RegisterDeps } from './shared.ts';

export interface RegisterSensorDeps extends RegisterDeps {
  /** What a new sensor is told to do. */
  readonly defaultConfiguration: SensorConfiguration;
}

const unknownNode = (nodeId: string): AppError =>
  new AppError('unknown_reference', {
    detail: `There is no node ${nodeId}`,
    errors: [{ field: '/node_id', message: 'names no registered node' }],
  });

const othersSensor = (name: string): AppError =>
  new AppError('already_exists', {
    detail: `Sensor ${name} of this node was registered by someone else`,
    remediation: 'Register under another name, or use a credential with the scope sensors:write.',
  });

export const registerSensor = ({ newId, defaultConfiguration }: RegisterSensorDeps) =>
  defineRoute({
    method: 'POST',
    path: '/api/v1/sensors',
    operationId: 'registerSensor',
    summary: 'Register a sensor, or update the one with this node_id and name',
    tag: 'Sensors',
    access: { scope: 'sensors:write' },
    audit: { when: 'before', action: 'sensor.register', resource: 'sensors' },
    effect: 'transaction',
    schema: { body: RegisterSensor, responses: { 200: Sensor, 201: Sensor } },
    errors: ['already_exists', 'unknown_reference'],
    handler: async ({ body }, ctx) => {
      const tx = transactionOf(ctx);
      const node = await findNode(tx, body.node_id);
      if (node === undefined) throw unknownNode(body.node_id);
      ctx.authorize({ ownerId: node.registered_by });
      const sensor = {
        id: newId(),
        registeredBy: ctx.principal.id,
        onlyOwnerId: ctx.ownOnly ? ctx.principal.id : null,
        configuration: defaultConfiguration,
      };
      const id = await upsertSensor(tx, sensor, body);
      if (id === undefined) throw othersSensor(body.name);
      const answer = presentSensor(written(await findSensor(tx, id), `Sensor ${id}`));
      return id === sensor.id ? created(answer, `/api/v1/sensors/${id}`) : ok(answer);
    },
  });
