/**
 * Words that make a field's name mean a credential. Names are compared without case and separators, so
 * `x-llm-token`, `apiKey`, `API_KEY` and `refreshToken` are all found.
 */
const credentialWords =
  /password|passwd|passphrase|pwd$|secret|token|apikey|authorization|cookie|credential|privatekey|accesskey|signingkey|sealingkey|agentkeys|xamzsignature/;

/** Counters of an inference service (`prompt_tokens`, `max_tokens`) are numbers that must stay readable. */
const counterName = /tokens$|tokencount$|count$/;

/** Longer names are not field names; they are searched as text instead. */
const nameMaxLength = 128;

/** Whether the value under this name must be hidden whatever it looks like. */
export const isSensitiveKey = (name: string): boolean =>
  name.length <= nameMaxLength && credentialWords.test(name.toLowerCase().replaceAll(/[^a-z0-9]/g, ''));

/** Whether a number under this sensitive-looking name is a count and may be shown. */
export const isCounterKey = (name: string): boolean =>
  counterName.test(name.toLowerCase().replaceAll(/[^a-z0-9]/g, ''));
