import { AppError } from '../errors.ts';
import type { Route } from './route.ts';

interface Pattern {
  readonly method: string;
  readonly test: RegExp;
}

const patternOf = (route: Route): Pattern => ({
  method: route.method,
  test: new RegExp(
    `^${route.path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/::|:\w+/g, (part) => (part === '::' ? ':' : '[^/]+'))}/?$`,
  ),
});

/** Answers 405 with `Allow` where the path exists for other methods, 404 otherwise. */
export const createNotFound = (routes: readonly Route[]): ((method: string, path: string) => AppError) => {
  const patterns = routes.map(patternOf);
  return (method, path) => {
    const allowed = [
      ...new Set(patterns.filter(({ test }) => test.test(path)).map((pattern) => pattern.method)),
    ];
    if (allowed.length === 0) return new AppError('not_found', { detail: `There is nothing at ${path}` });
    const allow = [...allowed, ...(allowed.includes('GET') ? ['HEAD'] : [])].join(', ');
    return new AppError('method_not_allowed', {
      detail: `${method} is not one of ${allow}`,
      headers: { allow },
    });
  };
};
