import type { CursorCodec } from '../../../platform/http/cursor.ts';
import type { Route } from '../../../platform/http/route.ts';
import { createClientSecret, type ClientSecretDeps } from './create-client-secret.ts';
import { createServiceAccount } from './create-service-account.ts';
import { getServiceAccount } from './get-service-account.ts';
import { listCertificates } from './list-certificates.ts';
import { listClientSecrets } from './list-client-secrets.ts';
import { listServiceAccounts } from './list-service-accounts.ts';
import { registerCertificate } from './register-certificate.ts';
import { removeCertificate } from './remove-certificate.ts';
import { revokeClientSecret } from './revoke-client-secret.ts';
import { rotateClientSecret } from './rotate-client-secret.ts';
import { updateServiceAccount } from './update-service-account.ts';

/** Everything under /api/v1/service-accounts. */
export const serviceAccountRoutes = (
  deps: ClientSecretDeps & { readonly cursors: CursorCodec },
): readonly Route[] => [
  createServiceAccount(deps),
  listServiceAccounts(deps),
  getServiceAccount(),
  updateServiceAccount(deps),
  createClientSecret(deps),
  listClientSecrets(deps),
  rotateClientSecret(deps),
  revokeClientSecret(deps),
  registerCertificate(deps),
  listCertificates(deps),
  removeCertificate(),
];
