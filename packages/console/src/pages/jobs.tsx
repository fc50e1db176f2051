import { useState } from 'react';
import { Link } from 'wouter';
import { useMe } from '../data/use-me.ts';
import { useOperation } from '../data/use-operation.ts';
import { AvailabilityTable } from '../parts/availability-table.tsx';
import { ReserveForm } from '../parts/reserve-form.tsx';
import { Disks } from '../parts/disks.tsx';
import { Badge, Card, Empty, Shown, Table, Time } from '../parts/ui.tsx';
import { figure } from '../parts/format.ts';

const running = 'pending,queued,preparing,active';

const Jobs = () => {
  const { may } = useMe();
  const [ended, setEnded] = useState(false);
  const [everyone, setEveryone] = useState(false);
  const query = {
    limit: 100,
    ...(ended ? {} : { status: running }),
    user: everyone ? ('all' as const) : ('me' as const),
  };
  const jobs = useOperation('listJobs', { query }, { everyMs: 3000 });
  return (
    <Card
      title="Jobs"
      aside={
        <div className="filters">
          <label>
            <input type="checkbox" checked={ended} onChange={(event) => setEnded(event.target.checked)} />{' '}
            ended ones too
          </label>
          {may('jobs:read') && (
            <label>
              <input
                type="checkbox"
                checked={everyone}
                onChange={(event) => setEveryone(event.target.checked)}
              />{' '}
              everyone’s
            </label>
          )}
        </div>
      }
    >
      <Shown reading={jobs}>
        {({ jobs: found }) =>
          found.length === 0 ? (
            <Empty>No job. Reserve one above, or by the command line: npx gpu-dev reserve</Empty>
          ) : (
            <Table heads={['Job', 'Status', 'GPUs', 'Where', 'Person', 'Ends', 'GPU-hours', '']}>
              {found.map((job) => (
                <tr key={job.job_id}>
                  <td>
                    <Link href={`/jobs/${job.job_id}`}>{job.name ?? job.job_id.slice(0, 8)}</Link>
                  </td>
                  <td>
                    <Badge tone={job.status}>{job.status}</Badge>
                  </td>
                  <td>
                    {job.nodes > 1 ? `${String(job.nodes)} × ` : ''}
                    {job.gpu_count > 0 ? `${String(job.gpu_count)} × ` : ''}
                    {job.gpu_type}
                  </td>
                  <td>
                    {job.node ?? (job.queue_position === null ? '–' : `place ${String(job.queue_position)}`)}
                  </td>
                  <td>{job.user_id}</td>
                  <td>
                    <Time at={job.ended_at ?? job.expires_at} />
                  </td>
                  <td>{figure(job.gpu_hours, 2)}</td>
                  <td className="wide quiet">{job.status_detail}</td>
                </tr>
              ))}
            </Table>
          )
        }
      </Shown>
    </Card>
  );
};

export const JobsPage = () => {
  const { may } = useMe();
  const availability = useOperation(
    'getGpuAvailability',
    {},
    { everyMs: 5000, enabled: may('cluster:read') },
  );
  return (
    <>
      <h1>Jobs</h1>
      <div className="columns">
        {may('cluster:read') && (
          <Card title="What is free">
            <Shown reading={availability}>{(answer) => <AvailabilityTable of={answer} />}</Shown>
          </Card>
        )}
        {may('jobs:write', 'jobs:write:own') && (
          <Card title="Reserve">
            <ReserveForm types={Object.keys(availability.data?.availability ?? {})} />
          </Card>
        )}
      </div>
      <Jobs />
      {may('disks:read', 'disks:read:own') && <Disks />}
    </>
  );
};
