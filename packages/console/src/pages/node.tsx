import { useCallback, useState } from 'react';
import { useOperation } from '../data/use-operation.ts';
import { Plot } from '../parts/plot.tsx';
import { Badge, Card, Empty, Facts, Shown, Table, Time } from '../parts/ui.tsx';
import { figure, words } from '../parts/format.ts';

const metrics = ['gpu_utilization', 'temperature', 'power_usage', 'memory_used'] as const;
const spans = { '15 min': 900, '1 h': 3600, '6 h': 21_600, '1 d': 86_400, '7 d': 604_800 } as const;

/** UCUM's names of units, as people write them. */
const unitOf = (unit: string): string => (unit === 'Cel' ? '°C' : unit);

const Gpus = ({ nodeId }: { nodeId: string }) => {
  const gpus = useOperation('listGpus', { query: { node_id: nodeId, limit: 100 } }, { everyMs: 30_000 });
  const latest = useOperation('latestTelemetryRecords', { query: { node_id: nodeId } }, { everyMs: 5000 });
  const records = new Map(latest.data?.data.map((record) => [record.gpu_id, record]));
  return (
    <Card title="GPUs">
      <Shown reading={gpus}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty>This node has no GPU that its sensor can see.</Empty>
          ) : (
            <Table
              heads={['GPU', 'Place', 'Utilisation', 'Memory', 'Temperature', 'Power', 'Anomaly', 'Read']}
            >
              {data.map((gpu) => {
                const { metrics: now, anomaly_score: score, timestamp } = records.get(gpu.id) ?? {};
                return (
                  <tr key={gpu.id}>
                    <td title={gpu.uuid}>{gpu.model}</td>
                    <td>{gpu.device_id}</td>
                    <td>{figure(now?.['gpu_utilization'])} %</td>
                    <td>
                      {figure(now?.['memory_used'], 0)} / {figure(gpu.memory_total, 0)} MiB
                    </td>
                    <td>{figure(now?.['temperature'])} °C</td>
                    <td>{figure(now?.['power_usage'])} W</td>
                    <td>{figure(score, 2)}</td>
                    <td>
                      <Time at={timestamp ?? null} />
                    </td>
                  </tr>
                );
              })}
            </Table>
          )
        }
      </Shown>
    </Card>
  );
};

const Plots = ({ nodeId }: { nodeId: string }) => {
  const [span, setSpan] = useState<keyof typeof spans>('1 h');
  const gpus = useOperation('listGpus', { query: { node_id: nodeId, limit: 100 } });
  const [until, setUntil] = useState(() => Date.now());
  const since = new Date(until - spans[span] * 1000).toISOString();
  const series = useOperation(
    'readTelemetrySeries',
    {
      query: {
        node_id: nodeId,
        metrics: metrics.join(','),
        since,
        until: new Date(until).toISOString(),
        points: 240,
      },
    },
    { enabled: (gpus.data?.data.length ?? 0) > 0 },
  );
  const names = gpus.data?.data;
  const nameOf = useCallback(
    (gpuId: string) => names?.find(({ id }) => id === gpuId)?.device_id ?? gpuId.slice(-8),
    [names],
  );
  if ((names?.length ?? 0) === 0) return null;
  return (
    <Card
      title="Over time"
      aside={
        <div className="filters">
          {(Object.keys(spans) as (keyof typeof spans)[]).map((name) => (
            <button key={name} type="button" aria-pressed={name === span} onClick={() => setSpan(name)}>
              {name}
            </button>
          ))}
          <button type="button" onClick={() => setUntil(Date.now())}>
            To now
          </button>
        </div>
      }
    >
      <Shown reading={series}>
        {(answer) => (
          <div className="plots">
            {metrics.map((metric) => {
              const these = answer.series.filter((one) => one.metric === metric);
              return these.length === 0 ? null : (
                <figure key={metric}>
                  <figcaption>
                    {words(metric)} ({unitOf(these[0]?.unit ?? '')})
                  </figcaption>
                  <Plot series={these} nameOf={nameOf} />
                </figure>
              );
            })}
          </div>
        )}
      </Shown>
    </Card>
  );
};

const Sensors = ({ nodeId }: { nodeId: string }) => {
  const sensors = useOperation('listSensors', { query: { node_id: nodeId, limit: 20 } }, { everyMs: 10_000 });
  return (
    <Card title="Sensors">
      <Shown reading={sensors}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty>No sensor watches this node.</Empty>
          ) : (
            <Table heads={['Sensor', 'Status', 'Health', 'Version', 'Waiting records', 'Last heard']}>
              {data.map((sensor) => (
                <tr key={sensor.id}>
                  <td>{sensor.name}</td>
                  <td>
                    <Badge tone={sensor.status}>{words(sensor.status)}</Badge>
                  </td>
                  <td className="wide">
                    {sensor.health ?? '–'} <span className="quiet">{sensor.health_detail}</span>
                  </td>
                  <td>{sensor.version}</td>
                  <td>{sensor.spooled_records}</td>
                  <td>
                    <Time at={sensor.last_heartbeat_at} />
                  </td>
                </tr>
              ))}
            </Table>
          )
        }
      </Shown>
    </Card>
  );
};

export const NodePage = ({ id }: { id: string }) => {
  const node = useOperation('getNode', { path: { id } }, { everyMs: 10_000 });
  return (
    <Shown reading={node}>
      {(found) => (
        <>
          <h1>
            {found.name} <Badge tone={found.status}>{found.status}</Badge>
          </h1>
          <Facts
            of={{
              Cluster: found.cluster_id,
              Address: found.ip_address,
              System: found.operating_system,
              Kernel: found.kernel_version,
              Labels: Object.entries(found.labels)
                .map(([name, value]) => `${name}=${value}`)
                .join(' '),
              'Last seen': <Time at={found.last_seen_at} />,
            }}
          />
          <Gpus nodeId={id} />
          <Plots nodeId={id} />
          <Sensors nodeId={id} />
        </>
      )}
    </Shown>
  );
};
