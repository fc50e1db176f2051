import { useState } from 'react';

interface Pages {
  /** What an operation is asked for this page. */
  readonly query: { readonly limit: number; readonly cursor?: string };
  readonly isFirst: boolean;
  forward(cursor: string): void;
  back(): void;
}

/** The pages that were walked through; another `of` (a filter, say) begins anew. */
export const usePages = (of: string, limit = 50): Pages => {
  const [walked, setWalked] = useState<{ of: string; cursors: readonly string[] }>({ of, cursors: [] });
  const cursors = walked.of === of ? walked.cursors : [];
  const cursor = cursors.at(-1);
  return {
    query: { limit, ...(cursor === undefined ? {} : { cursor }) },
    isFirst: cursors.length === 0,
    forward: (cursor) => setWalked({ of, cursors: [...cursors, cursor] }),
    back: () => setWalked({ of, cursors: cursors.slice(0, -1) }),
  };
};

export const Pager = ({ pages, next }: { pages: Pages; next: string | null }) => {
  if (pages.isFirst && next === null) return null;
  return (
    <div className="pager">
      <button type="button" disabled={pages.isFirst} onClick={pages.back}>
        Newer
      </button>
      <button type="button" disabled={next === null} onClick={() => next !== null && pages.forward(next)}>
        Older
      </button>
    </div>
  );
};
