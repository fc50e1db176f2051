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
