/** `on`: what was committed survives a power cut. `off`: fast and forgetful, for test databases only. */
export type Durability = 'on' | 'off';

/** The port in the socket's name, and nothing else: each server has a socket directory of its own. */
export const socketPort = 5432;

const durabilitySettings = (durability: Durability): Record<string, string> =>
  durability === 'on'
    ? { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' }
    : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/** PostgreSQL's settings, as light at rest as one server process and its sensors need. */
export const serverSettings = (options: {
  durability: Durability;
  socketDirectory: string | undefined;
  port: number;
}): Record<string, string> => ({
  ...durabilitySettings(options.durability),
  ...(options.socketDirectory === undefined
    ? { listen_addresses: '127.0.0.1', unix_socket_directories: '' }
    : {
        listen_addresses: '',
        unix_socket_directories: options.socketDirectory,
        unix_socket_permissions: '0700',
      }),
  port: String(options.port),
  // The pool has 10; tests, the operator's CLI and a second server of a split installation need some too.
  max_connections: '60',
  // Touched only as data is; most reads are of the newest rows.
  shared_buffers: '64MB',
  max_wal_size: '1GB',
  checkpoint_timeout: '15min',
  // No replicas hang on this server, so the log need not carry what they would want.
  wal_level: 'minimal',
  max_wal_senders: '0',
  // Each worker process costs memory at rest and buys nothing on a small machine.
  io_method: 'sync',
  max_worker_processes: '4',
  max_parallel_workers: '2',
  max_parallel_workers_per_gather: '1',
  autovacuum_max_workers: '2',
  // Compiling a plan costs more than our short statements take.
  jit: 'off',
  huge_pages: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_destination: 'stderr',
  logging_collector: 'off',
  log_line_prefix: '%m [%p] ',
  // The server reports failed statements itself, with the request they belong to.
  log_min_messages: 'log',
  log_checkpoints: 'off',
});

export const toArguments = (settings: Readonly<Record<string, string>>): string[] =>
  Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
