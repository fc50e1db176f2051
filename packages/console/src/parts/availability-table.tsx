import type { Output } from '../data/use-operation.ts';
import { Empty, Table, Time } from './ui.tsx';

export const AvailabilityTable = ({ of }: { of: Output<'getGpuAvailability'> }) => {
  const types = Object.values(of.availability).filter(({ total, queued }) => total > 0 || queued > 0);
  if (types.length === 0) return <Empty>No node offers GPUs or CPU slots now.</Empty>;
  return (
    <>
      {of.stale && (
        <p className="problem">
          The cluster does not answer; it said this <Time at={of.as_of} />.
        </p>
      )}
      <Table heads={['Type', 'Free', 'In use', 'Total', 'Largest at once', 'Queued']}>
        {types.map((type) => (
          <tr key={type.gpu_type}>
            <td>{type.gpu_type}</td>
            <td>{type.available}</td>
            <td>{type.in_use}</td>
            <td>{type.total}</td>
            <td>{type.largest_free}</td>
            <td>{type.queued}</td>
          </tr>
        ))}
      </Table>
    </>
  );
};
