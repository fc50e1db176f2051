import type { AlertStreamEvent } from '@gpushield/contracts';
import type { ChangeFeed, FeedChange } from './change-feed.ts';
import { presentAlert } from './present.ts';

/** What a reader of the changes gets. `id` is where to resume behind it. */
export type Followed =
  | { readonly kind: 'change'; readonly id: string; readonly event: AlertStreamEvent }
  /** The place to resume from is not in the log any more: look at the list once, then follow from here. */
  | { readonly kind: 'reset'; readonly id: string };

const eventOf = ({ position, kind, action, actor, at, alert, silencedUntil }: FeedChange): Followed[] => {
  if (alert === undefined) return [];
  const event = { kind, action, actor, at: at.toISOString(), alert: presentAlert(alert, silencedUntil) };
  return [{ kind: 'change', id: String(position), event }];
};

/** A place that a client names; undefined where it names none, -1 (which no log has) where it is nonsense. */
const placeOf = (text: string | undefined): number | undefined => {
  if (text === undefined || text === '') return undefined;
  return /^\d{1,15}$/.test(text) ? Number(text) : -1;
};

/**
 * Every change that commits on any replica, in one order, until the signal aborts. The first batch, mostly empty, says
 * that it has begun: what commits from then on comes. Pulled, so nothing piles up.
 */
export async function* followChanges(
  feed: ChangeFeed,
  { after, signal }: { readonly after?: string | undefined; readonly signal: AbortSignal },
): AsyncGenerator<readonly Followed[]> {
  const { reader, position, missed } = await feed.open(placeOf(after));
  try {
    yield missed ? [{ kind: 'reset', id: String(position) }] : [];
    for (;;) {
      const changes = await reader.next(signal);
      if (signal.aborted) return;
      yield changes.flatMap(eventOf);
    }
  } finally {
    reader.close();
  }
}
