import { accepted, refused, type Parser } from './parsed.ts';

/** The IAM role that may log in. Without an account nothing can match: anyone can name a role in their own. */
export interface AwsRole {
  readonly partition: string;
  readonly accountId: string | undefined;
  readonly roleName: string;
}

// IAM: role names have 1 to 64 characters of this set; account ids have 12 digits.
const roleName = /^[\w+=,.@-]{1,64}$/;
const roleArn =
  /^arn:(aws|aws-us-gov|aws-cn):iam::(\d{12}):role\/(?:[\x21-\x7e]{1,512}\/)?([\w+=,.@-]{1,64})$/;

/** A role's name, or its ARN. */
export const awsRole: Parser<AwsRole> = (text) => {
  const [, partition, accountId, name] = roleArn.exec(text.trim()) ?? [];
  if (partition !== undefined && accountId !== undefined && name !== undefined) {
    return accepted({ partition, accountId, roleName: name });
  }
  return roleName.test(text.trim())
    ? accepted({ partition: 'aws', accountId: undefined, roleName: text.trim() })
    : refused('must be the name or the ARN of an IAM role');
};
