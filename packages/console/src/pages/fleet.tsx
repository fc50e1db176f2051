import { Link } from 'wouter';
import { useOperation } from '../data/use-operation.ts';
import { Pager, usePages } from '../parts/pager.tsx';
import { Badge, Card, Empty, Shown, Table, Time } from '../parts/ui.tsx';

const Nodes = () => {
  const pages = usePages('nodes');
  const nodes = useOperation('listNodes', { query: pages.query }, { everyMs: 10_000 });
  return (
    <Card title="Nodes">
      <Shown reading={nodes}>
        {({ data, pagination }) => (
          <>
            {data.length === 0 ? (
              <Empty>No node is registered. A sensor registers its own: npx gpushield sensor --help</Empty>
            ) : (
              <Table heads={['Node', 'Status', 'GPUs', 'Sensors', 'System', 'Cluster', 'Last seen']}>
                {data.map((node) => (
                  <tr key={node.id}>
                    <td>
                      <Link href={`/fleet/${node.id}`}>{node.name}</Link>
                    </td>
                    <td>
                      <Badge tone={node.status}>{node.status}</Badge>
                    </td>
                    <td>{node.gpu_count}</td>
                    <td>{node.sensor_count}</td>
                    <td>{node.operating_system ?? '–'}</td>
                    <td>{node.cluster_id}</td>
                    <td>
                      <Time at={node.last_seen_at} />
                    </td>
                  </tr>
                ))}
              </Table>
            )}
            <Pager pages={pages} next={pagination.cursor} />
          </>
        )}
      </Shown>
    </Card>
  );
};

const Findings = () => {
  const findings = useOperation(
    'listDetectionFindings',
    { query: { active: true, limit: 20 } },
    { everyMs: 10_000 },
  );
  return (
    <Card title="What detection finds now">
      <Shown reading={findings}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty>No GPU behaves unusually.</Empty>
          ) : (
            <Table heads={['Score', 'What', 'Why', 'GPU', 'Node', 'Since']}>
              {data.map((finding) => (
                <tr key={finding.gpu_id + finding.family}>
                  <td>{finding.score.toFixed(2)}</td>
                  <td>
                    <Link href={`/alerts/${finding.alert_id}`}>{finding.family.replaceAll('_', ' ')}</Link>
                  </td>
                  <td className="wide">{finding.reasons[0]?.text}</td>
                  <td>{finding.gpu_name}</td>
                  <td>
                    <Link href={`/fleet/${finding.node_id}`}>
                      {finding.node_name ?? 'a node that is gone'}
                    </Link>
                  </td>
                  <td>
                    <Time at={finding.first_at} />
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

export const FleetPage = () => (
  <>
    <h1>Fleet</h1>
    <Findings />
    <Nodes />
  </>
);
