import { filePath } from './parsers.ts';
import { oldSealingKeys, sealingKeyText } from './sealing-parsers.ts';
import { defaulted, optional } from './variable.ts';

const whenUnset = 'a key derived from SECRET_KEY';

/** The keys that secrets in the database are sealed with. */
export const sealingVariables = {
  sealingKey: optional('GPUSHIELD_SEALING_KEY', {
    group: 'Secrets',
    description:
      'Key that secrets in the database are sealed with: 32 bytes in base64, if you like with a name and a colon before it. All replicas share it.',
    // For a shell. Where nothing expands it, it is refused.
    example: '"2026-10:$(openssl rand -base64 32)"',
    whenUnset,
    secret: true,
    parse: sealingKeyText,
  }),
  sealingKeyFile: optional('GPUSHIELD_SEALING_KEY_FILE', {
    group: 'Secrets',
    description: 'File that holds what GPUSHIELD_SEALING_KEY would.',
    example: '/run/secrets/gpushield-sealing-key',
    whenUnset,
    parse: filePath,
  }),
  sealingKeysOld: defaulted('GPUSHIELD_SEALING_KEYS_OLD', '[]', {
    group: 'Secrets',
    description:
      'Former sealing keys, with commas or as a JSON array, until everything is sealed with the current one. After a change of SECRET_KEY: secret-key: and the former SECRET_KEY.',
    example: '"secret-key:(the former SECRET_KEY)"',
    secret: true,
    parse: oldSealingKeys,
  }),
};
