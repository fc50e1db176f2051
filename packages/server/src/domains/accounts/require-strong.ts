import { AppError } from '../../platform/errors.ts';
import { checkPassword, type IsBreached } from '../../platform/identity/index.ts';

/** Errors: `weak_password`, saying why. */
export const requireStrong = async (
  password: string,
  username: string,
  isBreached?: IsBreached,
): Promise<void> => {
  const problem = await checkPassword(password, username, isBreached);
  if (problem !== undefined) throw new AppError('weak_password', { detail: problem });
};
