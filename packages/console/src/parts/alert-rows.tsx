import { Link } from 'wouter';
import type { Output } from '../data/use-operation.ts';
import { Badge, Table, Time } from './ui.tsx';
import { words } from './format.ts';

type Alert = Output<'queryAlerts'>['data'][number];

export const AlertRows = ({ alerts }: { alerts: readonly Alert[] }) => (
  <Table heads={['Severity', 'Alert', 'Status', 'Source', 'Times', 'Last seen']}>
    {alerts.map((alert) => (
      <tr key={alert.id}>
        <td>
          <Badge tone={alert.severity}>{alert.severity}</Badge>
        </td>
        <td className="wide">
          <Link href={`/alerts/${alert.id}`}>{alert.title}</Link>
        </td>
        <td>{words(alert.status)}</td>
        <td>{alert.source}</td>
        <td>{alert.occurrences}</td>
        <td>
          <Time at={alert.last_seen_at} />
        </td>
      </tr>
    ))}
  </Table>
);
