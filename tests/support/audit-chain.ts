import { listAll, type Client } from './client.ts';

/** What is wrong with the links of the audit trail as the API shows it; empty when every chain is whole. */
export const brokenLinks = async (client: Client): Promise<string[]> => {
  const chains = new Map<unknown, Record<string, unknown>[]>();
  for (const entry of await listAll(client, '/api/v1/audit')) {
    const chain = chains.get(entry['writer_id']) ?? [];
    chain.push(entry);
    chains.set(entry['writer_id'], chain);
  }
  return [...chains.values()].flatMap((chain) => {
    const ordered = chain.sort((a, b) => Number(a['sequence']) - Number(b['sequence']));
    return ordered.flatMap((entry, index) => {
      const before = index === 0 ? '0'.repeat(64) : ordered[index - 1]?.['hash'];
      const isNext = entry['sequence'] === index + 1 && entry['previous_hash'] === before;
      return isNext ? [] : [`${String(entry['writer_id'])} ${String(entry['sequence'])}`];
    });
  });
};
