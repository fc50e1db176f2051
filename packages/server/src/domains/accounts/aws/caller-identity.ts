import { AppError } from '../../../platform/errors.ts';

/** Who STS says that the caller is: an assumed role, in full. */
export interface AwsIdentity {
  readonly arn: string;
  readonly partition: string;
  readonly accountId: string;
  readonly roleName: string;
  /** The role's unique id (AROA…), which a role of the same name made later does not have. */
  readonly roleId: string;
  readonly session: string;
}

export interface AllowedRole {
  readonly partition: string;
  readonly accountId: string | undefined;
  readonly roleName: string;
}

const assumedRole =
  /^arn:(aws|aws-us-gov|aws-cn):sts::(\d{12}):assumed-role\/([\w+=,.@-]{1,64})\/([\w+=,.@-]{2,64})$/;
const userIdForm = /^(A[A-Z0-9]{15,127}):([\w+=,.@-]{2,64})$/;
const refused = (detail: string): AppError => new AppError('aws_role_refused', { detail });

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

/** Reads STS's JSON answer strictly: nothing that is not exactly an assumed role gets through. */
export const readCallerIdentity = (text: string): AwsIdentity => {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    throw new AppError('upstream_unavailable', { detail: 'STS did not answer with JSON' });
  }
  const result = field(field(answer, 'GetCallerIdentityResponse'), 'GetCallerIdentityResult');
  const [arn, account, userId] = ['Arn', 'Account', 'UserId'].map((name) => field(result, name));
  if (typeof arn !== 'string' || typeof userId !== 'string') throw refused('STS named no identity');
  const [, partition, accountId, roleName, session] = assumedRole.exec(arn) ?? [];
  const [, roleId, sameSession] = userIdForm.exec(userId) ?? [];
  if (partition === undefined || accountId === undefined || roleName === undefined || session === undefined)
    throw refused('Only assumed roles can log in');
  if (account !== accountId || roleId === undefined || sameSession !== session)
    throw refused('STS contradicts itself about the identity');
  return { arn, partition, accountId, roleName, roleId, session };
};

/** A role that is allowed by its name alone admits nobody: anyone can name a role so. Known before STS is asked. */
export const requireAccount = (allowed: AllowedRole): void => {
  if (allowed.accountId === undefined)
    throw new AppError('aws_login_disabled', {
      detail: 'ALLOWED_AWS_ROLE names a role without its account: the operator must give its ARN',
    });
};

/** Partition, account and role, all three exactly. */
export const requireRole = (identity: AwsIdentity, allowed: AllowedRole): void => {
  requireAccount(allowed);
  const matches =
    identity.partition === allowed.partition &&
    identity.accountId === allowed.accountId &&
    identity.roleName === allowed.roleName;
  if (!matches) throw refused(`Access denied. Required role: ${allowed.roleName}`);
};

/** The session's name as a user name: `.`, `_`, `-`, letters and digits. */
export const usernameOf = (session: string): string => {
  const name = session.replaceAll(/[^A-Za-z0-9._-]/g, '-').replace(/^[^A-Za-z0-9]+/, '');
  return name === '' ? 'aws-user' : name.slice(0, 50);
};
