import { useState } from 'react';
import { useChange, useOperation } from '../data/use-operation.ts';
import { Badge, Card, Empty, Problem, Shown, Table, Time } from './ui.tsx';

const Content = ({ name }: { name: string }) => {
  const content = useOperation('getDiskContent', { path: { name } });
  return (
    <Shown reading={content}>
      {({ content: tree, snapshot_date: at, message }) => (
        <>
          <p className="quiet">
            {name}, {at === null ? 'never listed' : <Time at={at} />} {message}
          </p>
          {tree !== null && <pre>{tree}</pre>}
        </>
      )}
    </Shown>
  );
};

/** One's own disks: what is on them, and the way to lose and get back one. */
export const Disks = () => {
  const disks = useOperation('listDisks', {}, { everyMs: 10_000 });
  const remove = useChange('deleteDisk');
  const restore = useChange('restoreDisk');
  const [shown, setShown] = useState<string>();
  return (
    <Card title="Disks">
      <Shown reading={disks}>
        {({ disks: found }) =>
          found.length === 0 ? (
            <Empty>No disk. A reservation that names one makes it.</Empty>
          ) : (
            <Table heads={['Disk', 'Status', 'GB', 'Snapshots', 'Last used', '']}>
              {found.map((disk) => {
                const path = { name: disk.disk_name };
                return (
                  <tr key={disk.disk_name}>
                    <td>
                      <button type="button" className="link" onClick={() => setShown(disk.disk_name)}>
                        {disk.disk_name}
                      </button>
                    </td>
                    <td>
                      <Badge tone={disk.status}>{disk.in_use ? 'in use' : disk.status}</Badge>
                    </td>
                    <td>{disk.size_gb}</td>
                    <td>{disk.snapshot_count}</td>
                    <td>
                      <Time at={disk.last_used} />
                    </td>
                    <td>
                      {disk.is_deleted ? (
                        <button type="button" onClick={() => restore.mutate({ path, body: {} })}>
                          Get back
                        </button>
                      ) : (
                        <button
                          type="button"
                          disabled={disk.in_use}
                          onClick={() =>
                            window.confirm(`Delete ${disk.disk_name}? It can be had back for 30 days.`) &&
                            remove.mutate({ path })
                          }
                        >
                          Delete
                        </button>
                      )}
                    </td>
                  </tr>
                );
              })}
            </Table>
          )
        }
      </Shown>
      <Problem error={remove.error ?? restore.error} />
      {shown !== undefined && <Content name={shown} />}
    </Card>
  );
};
