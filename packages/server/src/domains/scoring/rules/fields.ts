import { decodeIoctl, type SyscallEventInput } from '@gpushield/contracts';

export type FieldValue = string | number | boolean;
export type Fields = Readonly<Record<string, FieldValue>>;

/** What rules may read of every event that tells it; metadata adds its own names (path, fd, flags, port …). */
export const eventFields = [
  'arch',
  'tid',
  'ppid',
  'ret',
  'comm',
  'exe',
  'exe_dir',
  'exe_name',
  'exe_sha256',
  'cmdline',
  'uid',
  'euid',
  'user',
  'in_container',
  'container_id',
  'image',
  'pod',
  'namespace',
  'job_id',
] as const;

const maxTextLength = 4096;
const maxMetadataFields = 64;
const metadataName = /^[a-z][a-z0-9_]{0,63}$/;
const taken: ReadonlySet<string> = new Set(eventFields);

const directoryOf = (path: string): string => path.slice(0, Math.max(1, path.lastIndexOf('/')));
const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

const put = (fields: Record<string, FieldValue>, name: string, value: FieldValue | undefined): void => {
  if (value === undefined) return;
  fields[name] = typeof value === 'string' ? value.slice(0, maxTextLength) : value;
};

const putPath = (fields: Record<string, FieldValue>, name: string, path: string | undefined): void => {
  if (path === undefined) return;
  put(fields, name, path);
  if (!path.startsWith('/')) return;
  put(fields, `${name}_dir`, directoryOf(path));
  put(fields, `${name}_name`, nameOf(path));
};

const putMetadata = (
  fields: Record<string, FieldValue>,
  metadata: Readonly<Record<string, unknown>>,
): void => {
  let room = maxMetadataFields;
  for (const name of Object.keys(metadata)) {
    const value = metadata[name];
    const plain =
      typeof value === 'string' ||
      typeof value === 'boolean' ||
      (typeof value === 'number' && Number.isFinite(value));
    // An agent's metadata never passes for what the event itself says.
    if (!plain || taken.has(name) || !metadataName.test(name)) continue;
    room -= 1;
    if (room < 0) return;
    if (name === 'path' && typeof value === 'string') putPath(fields, 'path', value);
    else put(fields, name, value);
  }
};

const putIoctl = (fields: Record<string, FieldValue>): void => {
  const { request, inner_command: inner } = fields;
  if (typeof request !== 'number') return;
  put(fields, 'ioctl', decodeIoctl(request, typeof inner === 'number' ? inner : undefined).name);
};

/** The flat fields of an event, for rules and for storage. Pure; texts are cut at 4,096 characters. */
export const fieldsOf = (event: Omit<SyscallEventInput, 'syscall'>, syscall: string): Fields => {
  const fields: Record<string, FieldValue> = {};
  if (event.arch !== undefined && event.arch !== 'x86_64') put(fields, 'arch', event.arch);
  put(fields, 'tid', event.tid);
  put(fields, 'ppid', event.ppid);
  put(fields, 'ret', event.return_value);
  put(fields, 'comm', event.command);
  putPath(fields, 'exe', event.executable);
  put(fields, 'exe_sha256', event.executable_sha256);
  put(fields, 'cmdline', event.arguments?.join(' '));
  put(fields, 'uid', event.user_id);
  put(fields, 'euid', event.effective_user_id);
  put(fields, 'user', event.user_name);
  if (event.container_id !== undefined && event.container_id !== '') put(fields, 'in_container', true);
  put(fields, 'container_id', event.container_id);
  put(fields, 'image', event.image);
  put(fields, 'pod', event.pod);
  put(fields, 'namespace', event.namespace);
  put(fields, 'job_id', event.job_id);
  if (event.metadata !== undefined) putMetadata(fields, event.metadata);
  if (syscall === 'ioctl') putIoctl(fields);
  return fields;
};
