import type { FastifyInstance } from 'fastify';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { openApiDocument } from './openapi.ts';
import type { Route } from './route.ts';

/** For Swagger UI's own pages. Nothing is upgraded to https: the page must also work where the API speaks plain HTTP. */
const pageCsp =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; " +
  "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** The OpenAPI document at both of its addresses, and Swagger UI at both of its own (seeds 1 and 4). */
export const registerDocs = async (
  app: FastifyInstance,
  routes: readonly Route[],
  version: string,
): Promise<void> => {
  const document = openApiDocument(routes, { version });
  const text = JSON.stringify(document);
  for (const url of ['/openapi.json', '/api/v1/openapi.json']) {
    app.get(url, async (_request, reply) => reply.type('application/json; charset=utf-8').send(text));
  }
  for (const prefix of ['/docs', '/api/v1/docs']) {
    await app.register(async (scope) => {
      await scope.register(swagger, { mode: 'static', specification: { document: document as never } });
      await scope.register(swaggerUi, {
        routePrefix: prefix,
        staticCSP: pageCsp,
        theme: { title: 'GPUShield API' },
        uiConfig: {
          layout: 'BaseLayout',
          persistAuthorization: false,
          docExpansion: 'list',
          defaultModelsExpandDepth: 0,
        },
      });
    });
  }
};
