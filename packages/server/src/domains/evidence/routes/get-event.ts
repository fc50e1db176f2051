import { Type } from 'typebox';
import { SecurityEvent, Uuid } from '@gpushield/contracts';
import { AppError } from '../../../platform/errors.ts';
import { defineRoute, ok, type Route } from '../../../platform/http/route.ts';
import { findEvent } from '../event-store.ts';
import { presentEvent } from '../present.ts';

export const getEventRoute = (): Route =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/security-events/:id',
    operationId: 'getSecurityEvent',
    summary: 'One security event',
    tag: 'evidence',
    access: { scope: 'events:read' },
    audit: { when: 'with', action: 'security_event.read', resource: 'security_event:{id}' },
    effect: 'read',
    schema: { params: Type.Object({ id: Uuid }), responses: { 200: SecurityEvent } },
    errors: ['not_found'],
    handler: async ({ params }, ctx) => {
      const event = await findEvent(ctx.db, params.id);
      if (event === undefined)
        throw new AppError('not_found', { detail: 'There is no security event with this id' });
      return ok(presentEvent(event));
    },
  });
