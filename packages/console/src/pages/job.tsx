import { useState } from 'react';
import { useChange, useOperation, type Output } from '../data/use-operation.ts';
import { Risk } from '../parts/score-rows.tsx';
import { Terminal } from '../parts/terminal.tsx';
import { Badge, Card, Facts, Problem, Shown, Time } from '../parts/ui.tsx';
import { figure } from '../parts/format.ts';

type Job = Output<'getJob'>;

const isOver = ({ status }: Job): boolean => ['expired', 'cancelled', 'failed'].includes(status);

const Actions = ({ job }: { job: Job }) => {
  const path = { id: job.job_id };
  const cancel = useChange('cancelJob');
  const extend = useChange('extendJob');
  const enable = useChange('enableJupyter');
  const disable = useChange('disableJupyter');
  if (isOver(job)) return null;
  return (
    <>
      <div className="actions">
        {job.status === 'active' && (
          <button type="button" onClick={() => extend.mutate({ path, body: { extension_hours: 1 } })}>
            One hour more
          </button>
        )}
        {job.status === 'active' && (
          <button
            type="button"
            onClick={() => (job.jupyter_enabled ? disable : enable).mutate({ path, body: {} })}
          >
            {job.jupyter_enabled ? 'Stop Jupyter' : 'Start Jupyter'}
          </button>
        )}
        <button
          type="button"
          className="danger"
          onClick={() => window.confirm('End this job?') && cancel.mutate({ path, body: {} })}
        >
          End it
        </button>
      </div>
      <Problem error={cancel.error ?? extend.error ?? enable.error ?? disable.error} />
    </>
  );
};

const jupyterOf = ({ jupyter_url: url, jupyter_token: token }: Job): string | null => {
  if (url === null || !/^https?:\/\//.test(url)) return null;
  return token === null ? url : `${url}${url.includes('?') ? '&' : '?'}token=${encodeURIComponent(token)}`;
};

const Details = ({ job }: { job: Job }) => {
  const jupyter = jupyterOf(job);
  return (
    <Facts
      of={{
        Job: job.job_id,
        Person: job.user_id,
        GPUs: `${job.nodes > 1 ? `${String(job.nodes)} × ` : ''}${job.gpu_count > 0 ? `${String(job.gpu_count)} × ` : ''}${job.gpu_type}`,
        Node: job.node,
        Disk: job.disk_name,
        Place: job.queue_position,
        'Would start': job.status === 'queued' ? <Time at={job.estimated_start_time} /> : null,
        Started: job.started_at === null ? null : <Time at={job.started_at} />,
        Ends: job.expires_at === null || isOver(job) ? null : <Time at={job.expires_at} />,
        Ended: job.ended_at === null ? null : <Time at={job.ended_at} />,
        'Exit code': job.exit_code,
        'GPU-hours': figure(job.gpu_hours, 2),
        SSH: job.ssh_command === null ? null : <code>{job.ssh_command}</code>,
        Jupyter:
          jupyter === null ? (
            job.jupyter_error
          ) : (
            <a href={jupyter} target="_blank" rel="noreferrer">
              {job.jupyter_url}
            </a>
          ),
        'Out of memory': job.oom_count > 0 ? `${String(job.oom_count)} times` : null,
        Risk: job.risk === null ? null : <Risk score={job.risk.score} />,
      }}
    />
  );
};

const Logs = ({ job }: { job: Job }) => {
  const logs = useOperation(
    'getJobLogs',
    { path: { id: job.job_id }, query: { tail_bytes: 65_536 } },
    isOver(job) ? {} : { everyMs: 3000 },
  );
  return (
    <Card title="What it wrote">
      <Shown reading={logs}>{({ text }) => <pre>{text === '' ? 'Nothing yet.' : text}</pre>}</Shown>
    </Card>
  );
};

const Shell = ({ job }: { job: Job }) => {
  const [isOpen, setOpen] = useState(false);
  if (job.terminal_url === null || job.status !== 'active') return null;
  return (
    <Card
      title="Terminal"
      aside={
        <button type="button" className={isOpen ? '' : 'main'} onClick={() => setOpen(!isOpen)}>
          {isOpen ? 'Close' : 'Open a shell'}
        </button>
      }
    >
      {isOpen ? (
        <Terminal path={job.terminal_url} />
      ) : (
        <p className="quiet">Or: npx gpu-dev connect {job.job_id.slice(0, 8)}</p>
      )}
    </Card>
  );
};

const History = ({ job }: { job: Job }) => (
  <Card title="What happened">
    <ol className="history">
      {job.history.toReversed().map((event) => (
        <li key={event.at + event.message}>
          <Time at={event.at} /> {event.message}
        </li>
      ))}
    </ol>
    {job.estimate !== null && (
      <ul>
        {job.estimate.reasons.map(({ message }) => (
          <li key={message}>{message}</li>
        ))}
      </ul>
    )}
  </Card>
);

export const JobPage = ({ id }: { id: string }) => {
  const job = useOperation('getJob', { path: { id } }, { everyMs: 2000 });
  return (
    <Shown reading={job}>
      {(found) => (
        <>
          <h1>
            {found.name ?? `Job ${found.job_id.slice(0, 8)}`}{' '}
            <Badge tone={found.status}>{found.status}</Badge>
          </h1>
          {found.status_detail !== null && <p className="description">{found.status_detail}</p>}
          {found.warnings.map((warning) => (
            <p key={warning} className="problem">
              {warning}
            </p>
          ))}
          <Actions job={found} />
          <Details job={found} />
          <Shell job={found} />
          <Logs job={found} />
          <History job={found} />
        </>
      )}
    </Shown>
  );
};
