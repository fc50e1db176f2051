import { Link } from 'wouter';
import { useMe } from '../data/use-me.ts';
import { useOperation } from '../data/use-operation.ts';
import { AvailabilityTable } from '../parts/availability-table.tsx';
import { AlertRows } from '../parts/alert-rows.tsx';
import { ScoreRows } from '../parts/score-rows.tsx';
import { Badge, Card, Empty, Figure, Shown } from '../parts/ui.tsx';
import { duration, figure } from '../parts/format.ts';

const active = ['open', 'acknowledged', 'investigating', 'reopened'] as const;

const AlertFigures = () => {
  const summary = useOperation('getAlertSummary', {}, { everyMs: 10_000 });
  return (
    <Shown reading={summary}>
      {({ active: count, by_severity: by }) => (
        <>
          <Figure label="active alerts" value={figure(count)} />
          {(['critical', 'high', 'medium'] as const).map((severity) => (
            <Figure
              key={severity}
              label={severity}
              value={figure(by[severity] ?? 0)}
              tone={by[severity] ? severity : ''}
            />
          ))}
        </>
      )}
    </Shown>
  );
};

const NewestAlerts = () => {
  const alerts = useOperation('queryAlerts', { body: { statuses: active, limit: 8 } }, { everyMs: 10_000 });
  return (
    <Card title="Newest active alerts" aside={<Link href="/alerts">All alerts</Link>}>
      <Shown reading={alerts}>
        {({ data }) =>
          data.length === 0 ? <Empty>Nothing needs a person now.</Empty> : <AlertRows alerts={data} />
        }
      </Shown>
    </Card>
  );
};

const RiskyProcesses = () => {
  const scores = useOperation('listScores', { query: { risk_min: 50, limit: 8 } }, { everyMs: 5000 });
  return (
    <Card title="Processes at risk 50 and above" aside={<Link href="/processes">All processes</Link>}>
      <Shown reading={scores}>
        {({ data }) =>
          data.length === 0 ? <Empty>No process is at risk now.</Empty> : <ScoreRows scores={data} />
        }
      </Shown>
    </Card>
  );
};

const Checks = () => {
  const health = useOperation('getHealthDetails', {}, { everyMs: 15_000 });
  return (
    <Card title="This installation">
      <Shown reading={health}>
        {({ version, uptime_seconds: up, checks }) => (
          <>
            <p className="quiet">
              Version {version}, up for {duration(up)}
            </p>
            <ul className="checks">
              {checks.map(({ name, status, detail }) => (
                <li key={name}>
                  <Badge tone={status}>{status}</Badge> <strong>{name}</strong>{' '}
                  <span className="quiet">{detail}</span>
                </li>
              ))}
            </ul>
          </>
        )}
      </Shown>
    </Card>
  );
};

const Gpus = () => {
  const availability = useOperation('getGpuAvailability', {}, { everyMs: 10_000 });
  return (
    <Card title="What can be reserved" aside={<Link href="/jobs">Reserve</Link>}>
      <Shown reading={availability}>{(answer) => <AvailabilityTable of={answer} />}</Shown>
    </Card>
  );
};

export const OverviewPage = () => {
  const { may } = useMe();
  return (
    <>
      <h1>Overview</h1>
      {may('alerts:read') && (
        <div className="figures">
          <AlertFigures />
        </div>
      )}
      {may('alerts:read') && <NewestAlerts />}
      {may('scores:read') && <RiskyProcesses />}
      <div className="columns">
        {may('cluster:read') && <Gpus />}
        {may('health:read') && <Checks />}
      </div>
    </>
  );
};
