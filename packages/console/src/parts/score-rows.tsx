import { Link } from 'wouter';
import type { Output } from '../data/use-operation.ts';
import { Table, Time } from './ui.tsx';

type Score = Output<'listScores'>['data'][number];

export const riskTone = (score: number): string =>
  score >= 90 ? 'critical' : score >= 73 ? 'high' : score >= 47 ? 'medium' : score >= 21 ? 'low' : 'info';

export const Risk = ({ score }: { score: number }) => (
  <span className={`badge ${riskTone(score)}`}>{score.toFixed(1)}</span>
);

const reasons = ({ contributions }: Score): string =>
  [
    ...new Set(
      contributions.map(({ title, technique }) => (technique === null ? title : `${title} (${technique})`)),
    ),
  ]
    .slice(0, 3)
    .join(', ');

export const ScoreRows = ({ scores }: { scores: readonly Score[] }) => (
  <Table heads={['Risk', 'Process', 'Why', 'Agent', 'Job', 'Updated']}>
    {scores.map((score) => (
      <tr key={score.process_id}>
        <td>
          <Risk score={score.risk_score} />
        </td>
        <td>
          <Link href={`/processes/${encodeURIComponent(score.process_id)}`}>
            {score.command ?? score.executable ?? 'unknown'}
          </Link>{' '}
          <span className="quiet">{score.pid}</span>
        </td>
        <td className="wide">{reasons(score)}</td>
        <td>{score.agent_id}</td>
        <td>
          {score.job_id === null ? '–' : <Link href={`/jobs/${score.job_id}`}>{score.job_id.slice(-8)}</Link>}
        </td>
        <td>
          <Time at={score.updated_at} />
        </td>
      </tr>
    ))}
  </Table>
);
