import { AccountCertificate, RegisterCertificate } from '@gpushield/contracts';
import type { Clock } from '../../../platform/clock.ts';
import { AppError } from '../../../platform/errors.ts';
import { created, defineRoute, transactionOf } from '../../../platform/http/route.ts';
import { insertCertificate } from '../certificate-store.ts';
import { normalCertificateValue } from '../certificate-value.ts';
import { lockOwnedAccount } from '../owned-account.ts';
import { presentCertificate } from '../present.ts';
import { IdParams } from '../schemas.ts';

export const registerCertificate = (deps: { readonly clock: Clock; readonly newId: () => string }) =>
  defineRoute({
    method: 'POST',
    path: '/api/v1/service-accounts/:id/certificates',
    operationId: 'registerCertificate',
    summary: 'Let a client certificate speak for a service account, by its fingerprint or by one exact name',
    tag: 'Service accounts',
    access: { scope: 'keys:admin' },
    audit: { when: 'before', action: 'certificate.register', resource: 'user:{id}' },
    effect: 'transaction',
    schema: { params: IdParams, body: RegisterCertificate, responses: { 201: AccountCertificate } },
    errors: ['not_found', 'already_exists'],
    handler: async ({ params, body }, ctx) => {
      const tx = transactionOf(ctx);
      const value = normalCertificateValue(body.match, body.value);
      const account = await lockOwnedAccount(tx, params.id, ctx.principal);
      const row = await insertCertificate(tx, {
        id: deps.newId(),
        userId: account.id,
        match: body.match,
        value,
        description: body.description ?? '',
        at: new Date(deps.clock.nowMs()),
      });
      if (row === undefined) {
        throw new AppError('already_exists', { detail: `${body.match} ${value} is registered already` });
      }
      return created(presentCertificate(row));
    },
  });
