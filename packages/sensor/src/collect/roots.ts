import { join } from 'node:path';

/** Where the host's files are: the real ones, a mount of the host inside a container, or a test's fixture. */
export interface Roots {
  readonly proc: string;
  readonly sys: string;
  readonly etc: string;
  readonly modules: string;
  readonly firmware: string;
  readonly usr: string;
  readonly opt: string;
  readonly dev: string;
  /** Put before absolute paths that are reported as they are on the host, such as `extra_integrity_paths`. */
  readonly host: string;
}

/** The roots of a host whose file system is seen at `host` ('' is this machine). */
export const rootsAt = (host: string): Roots => ({
  proc: join(host, '/proc'),
  sys: join(host, '/sys'),
  etc: join(host, '/etc'),
  modules: join(host, '/lib/modules'),
  firmware: join(host, '/lib/firmware'),
  usr: join(host, '/usr'),
  opt: join(host, '/opt'),
  dev: join(host, '/dev'),
  host,
});
