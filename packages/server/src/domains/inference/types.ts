import type { VaultPlace } from '../../platform/vault/index.ts';
import type { JsonObject } from './json.ts';

/** A server that runs models. */
export interface Upstream {
  readonly name: string;
  readonly kind: 'ollama' | 'openai';
  /** Without a slash at its end; for `openai` with `/v1` or what stands for it. */
  readonly url: string;
  /** Requests to it at once. */
  readonly concurrency: number;
  readonly timeoutMs: number;
  /** Hosts and networks beyond public addresses that the operator opened for it. */
  readonly allowPrivate: readonly string[];
  /** Models that it lists are served too. */
  readonly discover: boolean;
  /** A file with its key, read at each use: what Vault's agent renews is taken up at once. */
  readonly apiKeyFile: string | undefined;
  /** Where Vault keeps its key. */
  readonly apiKeyVault: VaultPlace | undefined;
}

/** A model of one upstream, and how often it is chosen beside the others of the same name. */
export interface Target {
  readonly upstream: string;
  readonly model: string;
  readonly weight: number;
}

export interface ModelLimits {
  readonly requestsPerMinute: number | undefined;
  readonly tokensPerMinute: number | undefined;
  readonly gpuSecondsPerHour: number | undefined;
}

/** A model as its users know it. */
export interface Model {
  readonly name: string;
  readonly targets: readonly Target[];
  /** Models that are asked, in order, when this one cannot answer. */
  readonly fallbacks: readonly string[];
  /** Tokens of prompt and answer together; undefined where nobody said. */
  readonly contextTokens: number | undefined;
  /** Answers have at most these, whatever is asked. */
  readonly maxOutputTokens: number;
  /** What is asked for where a request says nothing. */
  readonly defaultOutputTokens: number;
  /** The least bytes of text that make a token; 1 is safe for every tokenizer. */
  readonly bytesPerToken: number;
  /** Per million tokens, in the operator's currency. */
  readonly price: { readonly input: number; readonly output: number };
  /** GPUs that a second of this model occupies. */
  readonly gpuShare: number;
  /** Requests at once, over all users; undefined: the upstream's. */
  readonly concurrency: number | undefined;
  /** Who may use it; both empty: everybody. */
  readonly roles: readonly string[];
  readonly users: readonly string[];
  /** For the model as a whole. */
  readonly limits: ModelLimits;
  readonly created: number;
}

export interface Catalogue {
  readonly upstreams: readonly Upstream[];
  readonly models: readonly Model[];
}

/** Tokens as an upstream reports them; undefined where it does not. */
export interface ReportedUsage {
  readonly promptTokens: number | undefined;
  readonly completionTokens: number | undefined;
}

/** What an upstream says of the work: GPU time in seconds, and Ollama's durations in nanoseconds. */
export interface Timings {
  readonly gpuSeconds: number | undefined;
  readonly ollama: JsonObject | undefined;
}

/** Of an upstream that says nothing of the work. */
export const noTimings: Timings = { gpuSeconds: undefined, ollama: undefined };

/**
 * One call in canonical form, which is OpenAI's: `chat` is a body of /v1/chat/completions, `text` one of
 * /v1/completions, `embed` one of /v1/embeddings. `ollama` holds what only Ollama knows.
 */
export interface Call {
  readonly kind: 'chat' | 'text' | 'embed';
  readonly body: JsonObject;
  readonly ollama: JsonObject;
  readonly stream: boolean;
}

/** A whole answer: an OpenAI object of the call's kind. */
export interface WholeAnswer {
  readonly body: JsonObject;
  readonly usage: ReportedUsage;
  readonly timings: Timings;
}

/** A piece of a stream: an OpenAI chunk of the call's kind; the last ones carry usage and timings. */
export interface StreamPiece {
  readonly chunk: JsonObject;
  readonly usage: ReportedUsage | undefined;
  readonly timings: Timings | undefined;
}

/** How calls are put to one kind of upstream, and how its answers are read. */
export interface Adapter {
  request(call: Call, model: string): { readonly path: string; readonly body: JsonObject };
  whole(call: Call, model: string, answer: unknown): WholeAnswer;
  /** Throws `AppError` `upstream_failed` for what is not of the protocol. */
  pieces(call: Call, model: string, body: AsyncIterable<Buffer>): AsyncIterable<StreamPiece>;
}
