import { useState, type SyntheticEvent } from 'react';
import { useChange, useOperation, type Output } from '../data/use-operation.ts';
import { Pager, usePages } from './pager.tsx';
import { Secret } from './secret.tsx';
import { Badge, Card, Empty, Problem, Shown, Table, Time } from './ui.tsx';

type Key = Output<'listApiKeys'>['data'][number];

const stateOf = (key: Key): string => {
  if (key.revoked_at !== null) return 'revoked';
  return key.expires_at !== null && Date.parse(key.expires_at) <= Date.now() ? 'expired' : 'active';
};

const NewKey = () => {
  const create = useChange('createApiKey');
  const [description, setDescription] = useState('');
  const [days, setDays] = useState('30');
  const make = (event: SyntheticEvent): void => {
    event.preventDefault();
    const hours = days === '' ? null : Number(days) * 24;
    create.mutate(
      { body: { description, expires_in_hours: hours } },
      { onSuccess: () => setDescription('') },
    );
  };
  return (
    <>
      <form className="grid" onSubmit={make}>
        <label>
          What it is for
          <input
            required
            maxLength={200}
            value={description}
            onChange={(event) => setDescription(event.target.value)}
          />
        </label>
        <label>
          Days it works
          <input
            type="number"
            min={1}
            max={365}
            placeholder="for ever"
            value={days}
            onChange={(event) => setDays(event.target.value)}
          />
        </label>
        <button type="submit" className="main" disabled={create.isPending}>
          Make a key
        </button>
      </form>
      <p className="quiet">It may do what you may. For less, use npx gpushield keys create --scope …</p>
      <Problem error={create.error} />
      {create.data !== undefined && (
        <Secret name={`Key ${create.data.key_prefix}`} value={create.data.api_key} />
      )}
    </>
  );
};

/** The keys that one may see: one's own, or everybody's. */
export const Keys = ({ all }: { all: boolean }) => {
  const pages = usePages('keys');
  const keys = useOperation('listApiKeys', { query: pages.query });
  const revoke = useChange('revokeApiKey');
  return (
    <Card title={all ? 'API keys of everybody' : 'Your API keys'}>
      <NewKey />
      <Shown reading={keys}>
        {({ data, pagination }) => (
          <>
            {data.length === 0 ? (
              <Empty>No key.</Empty>
            ) : (
              <Table heads={['Key', 'For', 'Whose', 'May', 'Made', 'Last used', 'Ends', '']}>
                {data.map((key) => (
                  <tr key={key.id}>
                    <td className="mono">{key.key_prefix}…</td>
                    <td className="wide">{key.description}</td>
                    <td>{key.username}</td>
                    <td title={key.scopes?.join(' ')}>
                      {key.scopes === null ? 'all that they may' : `${String(key.scopes.length)} scopes`}
                    </td>
                    <td>
                      <Time at={key.created_at} />
                    </td>
                    <td>{key.last_used_at === null ? 'never' : <Time at={key.last_used_at} />}</td>
                    <td>{key.expires_at === null ? 'never' : <Time at={key.expires_at} />}</td>
                    <td>
                      {stateOf(key) === 'active' ? (
                        <button
                          type="button"
                          onClick={() =>
                            window.confirm(
                              `Revoke ${key.key_prefix}… of ${key.username}? What uses it stops at once.`,
                            ) && revoke.mutate({ path: { id: key.id } })
                          }
                        >
                          Revoke
                        </button>
                      ) : (
                        <Badge tone="ended">{stateOf(key)}</Badge>
                      )}
                    </td>
                  </tr>
                ))}
              </Table>
            )}
            <Pager pages={pages} next={pagination.cursor} />
          </>
        )}
      </Shown>
      <Problem error={revoke.error} />
    </Card>
  );
};
