import { filePath, httpUrl, matching, wholeNumber } from './parsers.ts';
import { issuedSecret } from './secret-parsers.ts';
import { defaulted, optional } from './variable.ts';

const group = 'Inference';
const most = 1_000_000_000;

/** Model servers, and how much of them each user gets. */
export const inferenceVariables = {
  ollamaBaseUrl: optional('OLLAMA_BASE_URL', {
    group,
    description: 'Ollama server that models are served from.',
    example: 'http://localhost:11434',
    whenUnset: 'no Ollama models',
    parse: httpUrl,
  }),
  openaiApiKey: optional('OPENAI_API_KEY', {
    group,
    description: 'Key for OpenAI’s models.',
    example: '(your key)',
    whenUnset: 'no OpenAI models',
    secret: true,
    parse: issuedSecret,
  }),
  openaiBaseUrl: defaulted('OPENAI_BASE_URL', 'https://api.openai.com/v1', {
    group,
    description: 'Where OPENAI_API_KEY is good: OpenAI, or a server that speaks its protocol.',
    parse: httpUrl,
  }),
  modelsFile: optional('GPUSHIELD_MODELS_FILE', {
    group,
    description: 'The model catalogue, YAML: servers and models beside those of the variables above.',
    example: '/etc/gpushield/models.yaml',
    whenUnset: 'what the servers list is served',
    parse: filePath,
  }),
  vaultAddress: optional('VAULT_ADDR', {
    group,
    description: 'HashiCorp Vault, where the catalogue says that keys of model servers are (api_key_vault).',
    example: 'https://vault.example.com:8200',
    whenUnset: 'no keys from Vault',
    parse: httpUrl,
  }),
  vaultNamespace: optional('VAULT_NAMESPACE', {
    group,
    description: 'Namespace of Vault Enterprise.',
    example: 'team-a',
    whenUnset: 'the root namespace',
    parse: matching(/^[A-Za-z0-9][A-Za-z0-9_/-]{0,255}$/, 'must be the name of a namespace'),
  }),
  vaultToken: optional('VAULT_TOKEN', {
    group,
    description: 'Token for VAULT_ADDR; it is renewed before it ends, where it may be.',
    example: '(your token)',
    whenUnset: 'VAULT_ROLE_ID signs in',
    secret: true,
    parse: issuedSecret,
  }),
  vaultRoleId: optional('VAULT_ROLE_ID', {
    group,
    description: 'AppRole that signs in to VAULT_ADDR, with VAULT_SECRET_ID.',
    example: '9d1f2c3e-1c2b-4d5e-8f90-a1b2c3d4e5f6',
    whenUnset: 'VAULT_TOKEN signs in',
    parse: matching(/^[A-Za-z0-9_-]{1,128}$/, 'must be the id of an AppRole'),
  }),
  vaultSecretId: optional('VAULT_SECRET_ID', {
    group,
    description: 'What VAULT_ROLE_ID signs in with.',
    example: '(your secret id)',
    whenUnset: 'VAULT_TOKEN signs in',
    secret: true,
    parse: issuedSecret,
  }),
  firewallGuardModel: optional('GPUSHIELD_FIREWALL_GUARD_MODEL', {
    group,
    description:
      'A guard model of the catalogue that answers “safe” or “unsafe”, asked about prompts that the firewall is unsure of.',
    example: 'llama-guard3:1b',
    whenUnset: 'the firewall decides alone',
    parse: matching(/^[A-Za-z0-9][A-Za-z0-9.:/_-]{0,199}$/, 'must be the name of a model'),
  }),
  ollamaConcurrency: defaulted('GPUSHIELD_OLLAMA_CONCURRENCY', '4', {
    group,
    description: 'Requests that OLLAMA_BASE_URL gets at once; the others wait in a fair queue.',
    parse: wholeNumber(1, 10_000),
  }),
  llmRequestsPerMinute: defaulted('GPUSHIELD_LLM_REQUESTS_PER_MINUTE', '30', {
    group,
    description: 'Model calls of one user in a minute.',
    parse: wholeNumber(1, most),
  }),
  llmTokensPerMinute: defaulted('GPUSHIELD_LLM_TOKENS_PER_MINUTE', '200000', {
    group,
    description: 'Tokens, of prompts and answers, of one user in a minute.',
    parse: wholeNumber(1, most),
  }),
  llmGpuSecondsPerHour: defaulted('GPUSHIELD_LLM_GPU_SECONDS_PER_HOUR', '3600', {
    group,
    description: 'Seconds of one GPU that one user’s model calls may take in an hour.',
    parse: wholeNumber(1, most),
  }),
  llmDeadlineSeconds: defaulted('GPUSHIELD_LLM_DEADLINE_SECONDS', '120', {
    group,
    description: 'Seconds that one model call may take, its wait included.',
    parse: wholeNumber(1, 600),
  }),
  llmMaxPromptBytes: defaulted('GPUSHIELD_LLM_MAX_PROMPT_BYTES', '1000000', {
    group,
    description: 'Bytes of text that one model call may bring.',
    parse: wholeNumber(1000, 16_000_000),
  }),
};
