import { AppError } from '../../../platform/errors.ts';
import { defineRoute, noContent, transactionOf } from '../../../platform/http/route.ts';
import { deleteCertificate } from '../certificate-store.ts';
import { lockOwnedAccount } from '../owned-account.ts';
import { CertificateParams } from '../schemas.ts';

export const removeCertificate = () =>
  defineRoute({
    method: 'DELETE',
    path: '/api/v1/service-accounts/:id/certificates/:certificate_id',
    operationId: 'removeCertificate',
    summary: 'A client certificate no longer speaks for a service account, on any replica',
    tag: 'Service accounts',
    access: { scope: 'keys:admin' },
    audit: { when: 'before', action: 'certificate.remove', resource: 'certificate:{certificate_id}' },
    effect: 'transaction',
    schema: { params: CertificateParams, responses: { 204: null } },
    errors: ['not_found'],
    handler: async ({ params }, ctx) => {
      const tx = transactionOf(ctx);
      await lockOwnedAccount(tx, params.id, ctx.principal);
      if (!(await deleteCertificate(tx, params.id, params.certificate_id))) {
        throw new AppError('not_found', { detail: `There is no certificate ${params.certificate_id}` });
      }
      return noContent();
    },
  });
