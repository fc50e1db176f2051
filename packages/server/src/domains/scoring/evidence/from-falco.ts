import { integerAt, isLoose, objectAt, textAt, told, type Loose } from './loose.ts';

const notContainers: ReadonlySet<string> = new Set(['host', '<NA>', '']);
const maxOutput = 1000;

const imageOf = (fields: Loose | undefined): string | undefined => {
  const repository = textAt(fields, 'container.image.repository', 400);
  const tag = textAt(fields, 'container.image.tag', 100);
  if (repository === undefined) return textAt(fields, 'container.image', 512);
  return tag === undefined ? repository : `${repository}:${tag}`;
};

const metadataOf = (event: Loose, fields: Loose | undefined) =>
  told({
    falco_rule: textAt(event, 'rule', 200),
    falco_priority: textAt(event, 'priority', 20)?.toLowerCase(),
    falco_output: textAt(event, 'output', maxOutput),
    falco_tags: Array.isArray(event['tags'])
      ? event['tags']
          .filter((tag) => typeof tag === 'string')
          .join(',')
          .slice(0, maxOutput)
      : undefined,
    path: textAt(fields, 'fd.name', 4096),
    port: integerAt(fields, 'fd.rport') ?? integerAt(fields, 'fd.sport'),
    address: textAt(fields, 'fd.rip', 64) ?? textAt(fields, 'fd.sip', 64),
    hostname: textAt(event, 'hostname', 253),
  });

const nsPerMs = 1e6;
const latestMs = Date.parse('9999-12-31T00:00:00Z');

/** Falco's nanoseconds since the epoch, beyond what JSON numbers hold exactly: read alike as a number and as a text. */
const startAt = (fields: Loose | undefined, name: string): string | undefined => {
  const value = fields?.[name];
  if (typeof value !== 'number' && typeof value !== 'string') return undefined;
  const ms = Math.floor(Number(value) / nsPerMs);
  return ms > 0 && ms < latestMs ? new Date(ms).toISOString() : undefined;
};

/**
 * One alert of Falco, as its JSON output and falcosidekick's webhook give it, as an event of ours. Fields:
 * https://falco.org/docs/reference/rules/supported-fields/. What Falco did not tell is left out, and the check of events
 * says so where it is needed (a pid).
 */
export const fromFalco = (event: unknown): unknown => {
  if (!isLoose(event)) return event;
  const fields = objectAt(event, 'output_fields');
  const container = textAt(fields, 'container.id', 128);
  const cmdline = textAt(fields, 'proc.cmdline', 4096);
  const type = textAt(fields, 'evt.type', 64)?.toLowerCase();
  return told({
    id: textAt(event, 'uuid', 128),
    pid: integerAt(fields, 'proc.pid') ?? integerAt(fields, 'proc.vpid'),
    tid: integerAt(fields, 'thread.tid'),
    ppid: integerAt(fields, 'proc.ppid'),
    // Sources other than syscalls, such as the audit log of Kubernetes, name no type of ours.
    syscall: type !== undefined && /^[a-z_][a-z0-9_]{0,63}$/.test(type) ? type : 'falco_event',
    timestamp: textAt(event, 'time', 40),
    process_started_at: startAt(fields, 'proc.pid.ts'),
    parent_started_at: startAt(fields, 'proc.ppid.ts'),
    command: textAt(fields, 'proc.name', 256),
    executable: textAt(fields, 'proc.exepath', 4096),
    arguments: cmdline === undefined ? undefined : [cmdline],
    user_id: integerAt(fields, 'user.uid'),
    user_name: textAt(fields, 'user.name', 64),
    container_id: container === undefined || notContainers.has(container) ? undefined : container,
    image: imageOf(fields),
    pod: textAt(fields, 'k8s.pod.name', 253),
    namespace: textAt(fields, 'k8s.ns.name', 253),
    metadata: metadataOf(event, fields),
  });
};
