import type { Upstream } from '../types.ts';

const timeoutMs = 120_000;

/** The operator named this very host: that is the explicit setting which opens it. */
const ownHost = (url: string): readonly string[] => {
  const host = URL.parse(url)?.hostname ?? '';
  return host === '' ? [] : [host.replace(/^\[(.*)\]$/, '$1')];
};

/** Upstreams of the environment: OLLAMA_BASE_URL and OPENAI_API_KEY. */
export const defaultUpstreams = (given: {
  readonly ollamaBaseUrl: string | undefined;
  readonly openaiBaseUrl: string;
  readonly hasOpenaiKey: boolean;
  readonly ollamaConcurrency: number;
}): readonly Upstream[] => {
  const { ollamaBaseUrl, openaiBaseUrl } = given;
  const common = { timeoutMs, discover: true, apiKeyFile: undefined, apiKeyVault: undefined };
  const ollama: Upstream[] =
    ollamaBaseUrl === undefined
      ? []
      : [
          {
            ...common,
            name: 'ollama',
            kind: 'ollama',
            url: ollamaBaseUrl.replace(/\/+$/, ''),
            concurrency: given.ollamaConcurrency,
            allowPrivate: ownHost(ollamaBaseUrl),
          },
        ];
  const openai: Upstream[] = given.hasOpenaiKey
    ? [
        {
          ...common,
          name: 'openai',
          kind: 'openai',
          url: openaiBaseUrl.replace(/\/+$/, ''),
          concurrency: 64,
          allowPrivate: openaiBaseUrl.startsWith('https://api.openai.com') ? [] : ownHost(openaiBaseUrl),
        },
      ]
    : [];
  return [...ollama, ...openai];
};
