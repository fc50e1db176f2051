import { Link } from 'wouter';
import { useOperation, type Output } from '../data/use-operation.ts';
import { Risk } from '../parts/score-rows.tsx';
import { Card, Empty, Facts, Shown, Table, Time } from '../parts/ui.tsx';
import { figure, plain } from '../parts/format.ts';

type Process = Output<'getProcess'>;

const Line = ({ process }: { process: Process }) => (
  <li>
    <Link href={`/processes/${encodeURIComponent(process.process_id)}`}>
      {process.command ?? process.executable ?? 'unknown'}
    </Link>{' '}
    <span className="quiet">{process.pid}</span> <Risk score={process.risk_score} />
  </li>
);

const Tree = ({ id }: { id: string }) => {
  const tree = useOperation('getProcessTree', { path: { id } });
  return (
    <Card title="Who started it, what it started">
      <Shown reading={tree}>
        {({ ancestors, process, descendants, truncated }) => (
          <ul className="tree">
            {ancestors.map((one) => (
              <Line key={one.process_id} process={one} />
            ))}
            <li>
              <strong>{process.command ?? process.executable ?? 'this process'}</strong>
              <ul>
                {descendants.map((one) => (
                  <Line key={one.process_id} process={one} />
                ))}
                {truncated && <li className="quiet">There are more than are shown.</li>}
              </ul>
            </li>
          </ul>
        )}
      </Shown>
    </Card>
  );
};

const Contributions = ({ id }: { id: string }) => {
  const score = useOperation('getProcessScore', { path: { id } }, { everyMs: 5000 });
  return (
    <Card title="Why it has this risk">
      <Shown reading={score}>
        {({ contributions, half_life_seconds: half }) =>
          contributions.length === 0 ? (
            <Empty>Nothing that it did counts now.</Empty>
          ) : (
            <>
              <Table heads={['What', 'Technique', 'Tactic', 'Weight', 'Now', 'When']}>
                {contributions.map((one) => (
                  <tr key={one.rule + (one.event_id ?? one.timestamp)}>
                    <td>{one.title}</td>
                    <td>{one.technique ?? '–'}</td>
                    <td>{one.tactic ?? '–'}</td>
                    <td>{figure(one.weight)}</td>
                    <td>{figure(one.decayed_weight)}</td>
                    <td>
                      <Time at={one.timestamp} />
                    </td>
                  </tr>
                ))}
              </Table>
              <p className="quiet">A weight halves each {figure(half / 60)} minutes.</p>
            </>
          )
        }
      </Shown>
    </Card>
  );
};

const Events = ({ id }: { id: string }) => {
  const events = useOperation('listProcessEvents', { path: { id }, query: { limit: 50 } }, { everyMs: 5000 });
  return (
    <Card title="Its newest syscalls">
      <Shown reading={events}>
        {({ data }) => (
          <Table heads={['When', 'Syscall', 'Arguments']}>
            {data.map((event) => (
              <tr key={event.id}>
                <td>
                  <Time at={event.timestamp} />
                </td>
                <td>{event.syscall}</td>
                <td className="wide mono">{plain(event.metadata)}</td>
              </tr>
            ))}
          </Table>
        )}
      </Shown>
    </Card>
  );
};

export const ProcessPage = ({ id: encoded }: { id: string }) => {
  const id = decodeURIComponent(encoded);
  const process = useOperation('getProcess', { path: { id } }, { everyMs: 5000 });
  return (
    <Shown reading={process}>
      {(found) => (
        <>
          <h1>
            {found.command ?? found.executable ?? 'Process'} <Risk score={found.risk_score} />
          </h1>
          <Facts
            of={{
              Pid: found.pid,
              Executable: found.executable,
              'SHA-256': found.executable_sha256,
              User: found.user_name ?? found.user_id,
              Agent: found.agent_id,
              Container: found.container_id,
              Image: found.image,
              Pod: found.pod,
              Job: found.job_id === null ? null : <Link href={`/jobs/${found.job_id}`}>{found.job_id}</Link>,
              Node:
                found.node_id === null ? null : <Link href={`/fleet/${found.node_id}`}>{found.node_id}</Link>,
              Alert:
                found.alert_id === null ? null : (
                  <Link href={`/alerts/${found.alert_id}`}>open the alert</Link>
                ),
              'Last seen': <Time at={found.last_seen_at} />,
            }}
          />
          <Contributions id={id} />
          <Tree id={id} />
          <Events id={id} />
        </>
      )}
    </Shown>
  );
};
