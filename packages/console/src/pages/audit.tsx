import { useState } from 'react';
import { useOperation } from '../data/use-operation.ts';
import { Pager, usePages } from '../parts/pager.tsx';
import { Badge, Empty, Shown, Table, Time } from '../parts/ui.tsx';

export const AuditPage = () => {
  const [refused, setRefused] = useState(false);
  const pages = usePages(String(refused));
  const query = {
    ...(refused ? { granted: false } : {}),
    ...pages.query,
  };
  const entries = useOperation('listAuditEntries', { query });
  return (
    <>
      <h1>Audit</h1>
      <div className="filters">
        <label>
          <input type="checkbox" checked={refused} onChange={(event) => setRefused(event.target.checked)} />{' '}
          refusals only
        </label>
        <button type="button" onClick={() => void entries.refetch()}>
          Read again
        </button>
      </div>
      <Shown reading={entries}>
        {({ data, pagination }) => (
          <>
            {data.length === 0 ? (
              <Empty>Nothing was decided yet.</Empty>
            ) : (
              <Table heads={['When', 'Who', 'Action', 'On', 'Decision', 'From']}>
                {data.map((entry) => (
                  <tr key={entry.id}>
                    <td>
                      <Time at={entry.occurred_at} />
                    </td>
                    <td title={entry.principal_id}>{entry.principal_name ?? entry.principal_kind}</td>
                    <td>{entry.action}</td>
                    <td className="wide mono">{entry.resource}</td>
                    <td>
                      <Badge tone={entry.granted ? 'allow' : 'block'}>
                        {entry.granted ? 'granted' : 'refused'}
                      </Badge>{' '}
                      <span className="quiet">{entry.reason}</span>
                    </td>
                    <td>{entry.ip_address}</td>
                  </tr>
                ))}
              </Table>
            )}
            <Pager pages={pages} next={pagination.cursor} />
          </>
        )}
      </Shown>
    </>
  );
};
