/** Metadata services by name: no setting opens them. */
const metadataNames = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'metadata.azure.internal',
  'metadata.tencentyun.com',
  'instance-data',
  'instance-data.ec2.internal',
]);

/** Endings that never name anything public (RFC 6761, 6762, 8375, 9476; ICANN's reservation of .internal). */
const internalEndings = new Set([
  'alt',
  'arpa',
  'corp',
  'home',
  'internal',
  'intranet',
  'invalid',
  'lan',
  'local',
  'localdomain',
  'localhost',
  'onion',
  'private',
  'test',
]);

export type NameKind = 'public' | 'internal' | 'never';

/** What a host name says of itself before anyone resolves it. Names of one label depend on a search list: internal. */
export const nameKind = (hostname: string): NameKind => {
  if (metadataNames.has(hostname)) return 'never';
  const labels = hostname.split('.');
  return labels.length === 1 || internalEndings.has(labels.at(-1) ?? '') ? 'internal' : 'public';
};
