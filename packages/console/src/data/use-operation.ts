import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Operations } from '@gpushield/sdk';
import { useSession } from '../session/session-context.tsx';

export type Name = keyof Operations;
export type Input<N extends Name> = Operations[N]['input'];
export type Output<N extends Name> = Operations[N]['output'];

export interface Reading {
  /** Milliseconds between two readings; unless told it is read once and after changes. */
  readonly everyMs?: number;
  readonly enabled?: boolean;
}

/** Reads one operation of the API, and again each `everyMs` while the tab is seen. */
export const useOperation = <N extends Name>(
  name: N,
  input: Input<N>,
  { everyMs, enabled = true }: Reading = {},
) => {
  const { client } = useSession();
  return useQuery({
    queryKey: [name, input],
    queryFn: async ({ signal }) => client.call(name, input, { signal }),
    enabled,
    ...(everyMs === undefined ? {} : { refetchInterval: everyMs }),
    placeholderData: (before) => before,
  });
};

/** Changes something by one operation; afterwards everything on the screen is read anew. */
export const useChange = <N extends Name>(name: N) => {
  const { client } = useSession();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (input: Input<N>) => client.call(name, input),
    onSettled: () => queries.invalidateQueries(),
  });
};
