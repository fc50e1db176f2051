import { setTimeout as sleep } from 'node:timers/promises';
import { isStatus, KubeError, type KubeApi, type Query } from './api.ts';
import { numberIn, objectIn, textIn, type Json } from './read.ts';

/** What is known of one kind of object, followed by a watch. */
export interface WatchCache<T> {
  /** False until everything was read once. */
  readonly synced: boolean;
  readonly items: ReadonlyMap<string, T>;
  /** Whether what is known can be relied on now: the watch is there, or was a moment ago. */
  isFresh(): boolean;
  stop(): Promise<void>;
}

export interface WatchOptions<T extends { readonly key: string }> {
  readonly api: KubeApi;
  readonly path: string;
  readonly query?: Query;
  readonly read: (value: unknown) => T | undefined;
  /** Told of each object that came, changed or went, and whether it is there now. */
  readonly onChange?: (item: T, isThere: boolean) => void;
  /** Told when a watch ends with an error; it goes on by itself. */
  readonly onError: (error: unknown) => void;
  readonly monotonicMs: () => number;
}

/** API servers end watches by themselves after this. */
const watchSeconds = 240;
/** They send bookmarks about once a minute: a watch that is silent for longer is dead, whatever TCP says. */
const quietMs = 150_000;
const staleMs = 20_000;
const longestPauseMs = 5_000;
const shortestWatchMs = 500;
const failuresUntilRead = 3;

/** Something the watch itself says of its end. */
const errorIn = (object: Json): KubeError =>
  new KubeError(numberIn(object, 'code') ?? 500, textIn(object, 'reason'), textIn(object, 'message'));

class Follower<T extends { readonly key: string }> implements WatchCache<T> {
  synced = false;
  items = new Map<string, T>();
  private version = '';
  private lostAtMs: number | undefined;
  private readonly options: WatchOptions<T>;
  private readonly stopping = new AbortController();
  private readonly running: Promise<void>;

  constructor(options: WatchOptions<T>) {
    this.options = options;
    this.lostAtMs = options.monotonicMs();
    this.running = this.run();
  }

  isFresh(): boolean {
    return (
      this.synced && (this.lostAtMs === undefined || this.options.monotonicMs() - this.lostAtMs < staleMs)
    );
  }

  private isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async readAll(): Promise<void> {
    const { api, path, query, read, onChange } = this.options;
    const { items, version } = await api.list(path, query);
    const before = this.items;
    this.items = new Map(
      items.flatMap((item) => {
        const found = read(item);
        return found === undefined ? [] : [[found.key, found] as const];
      }),
    );
    this.version = version;
    this.synced = true;
    this.lostAtMs = this.options.monotonicMs();
    for (const item of this.items.values()) onChange?.(item, true);
    for (const [key, item] of before) if (!this.items.has(key)) onChange?.(item, false);
  }

  private take(event: Json): void {
    const { read, onChange } = this.options;
    const type = textIn(event, 'type');
    const object = objectIn(event, 'object');
    if (type === 'ERROR') throw errorIn(object);
    const version = textIn(objectIn(object, 'metadata'), 'resourceVersion');
    if (version !== '') this.version = version;
    this.lostAtMs = undefined;
    const item = type === 'BOOKMARK' ? undefined : read(object);
    if (item === undefined) return;
    if (type === 'DELETED') this.items.delete(item.key);
    else this.items.set(item.key, item);
    onChange?.(item, type !== 'DELETED');
  }

  private async follow(): Promise<void> {
    const { api, path, query } = this.options;
    await api.follow(
      path,
      {
        ...query,
        watch: true,
        allowWatchBookmarks: true,
        resourceVersion: this.version,
        timeoutSeconds: watchSeconds,
      },
      {
        signal: this.stopping.signal,
        quietMs,
        onOpen: () => {
          this.lostAtMs = undefined;
        },
      },
      (event) => {
        this.take(event);
      },
    );
  }

  /** Reads everything, follows the changes, and begins again where it must: for ever. */
  private async run(): Promise<void> {
    let failures = 0;
    let mustRead = true;
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const beganMs = this.options.monotonicMs();
      try {
        if (mustRead) await this.readAll();
        mustRead = false;
        await this.follow();
        // One that ends as soon as it began would be asked for without pause.
        if (this.options.monotonicMs() - beganMs < shortestWatchMs) throw new Error('A watch ended at once');
        failures = 0;
      } catch (error) {
        this.lostAtMs ??= this.options.monotonicMs();
        // What was followed is forgotten by the server, or what was read cannot be followed: from the start then.
        mustRead = mustRead || error instanceof KubeError || failures >= failuresUntilRead;
        const isRoutine = isStatus(error, 410) || this.options.monotonicMs() - beganMs > longestPauseMs;
        failures = isRoutine ? 0 : failures + 1;
        if (!isRoutine && !this.isStopping()) this.options.onError(error);
        const asked = error instanceof KubeError ? error.retryAfterMs : undefined;
        const pauseMs = Math.min(longestPauseMs, asked ?? 50 * 2 ** Math.min(failures, 8));
        await sleep(pauseMs * (0.5 + Math.random()), undefined, { signal }).catch(() => undefined);
      }
    }
  }
}

/** Keeps what an API server has of one kind. It survives dropped watches, servers that restart, 410, 429 and 500. */
export const createWatchCache = <T extends { readonly key: string }>(
  options: WatchOptions<T>,
): WatchCache<T> => new Follower(options);
