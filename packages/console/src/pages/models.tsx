import { useState } from 'react';
import { useMe } from '../data/use-me.ts';
import { useChange, useOperation } from '../data/use-operation.ts';
import { Badge, Card, Empty, Problem, Shown, Table } from '../parts/ui.tsx';
import { figure } from '../parts/format.ts';

const Models = () => {
  const models = useOperation('listModels', {}, { everyMs: 15_000 });
  return (
    <Card title="Models">
      <Shown reading={models}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty>
              No model can be used. Set OLLAMA_BASE_URL or OPENAI_API_KEY, or write a model catalogue.
            </Empty>
          ) : (
            <Table heads={['Model', 'Served by', 'Context', 'Most output', 'Falls back to']}>
              {data.map((model) => (
                <tr key={model.name}>
                  <td>{model.name}</td>
                  <td>
                    {model.targets.map((target) => (
                      <Badge key={target.upstream + target.model} tone={target.status}>
                        {target.upstream}: {target.status}
                      </Badge>
                    ))}
                  </td>
                  <td>{figure(model.context_tokens)}</td>
                  <td>{figure(model.max_output_tokens)}</td>
                  <td>{model.fallbacks.join(', ')}</td>
                </tr>
              ))}
            </Table>
          )
        }
      </Shown>
    </Card>
  );
};

const Usage = () => {
  const usage = useOperation('sumUsage', {}, { everyMs: 30_000 });
  return (
    <Card title="Used in the last 24 hours">
      <Shown reading={usage}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty>Nothing was used.</Empty>
          ) : (
            <Table
              heads={['What', 'Kind', 'Calls', 'Prompt tokens', 'Answered tokens', 'GPU-seconds', 'Cost']}
            >
              {data.map((sum) => (
                <tr key={sum.principal_id + sum.kind + sum.subject}>
                  <td>{sum.subject}</td>
                  <td>{sum.kind}</td>
                  <td>{figure(sum.calls)}</td>
                  <td>{figure(sum.prompt_tokens)}</td>
                  <td>{figure(sum.completion_tokens)}</td>
                  <td>{figure(sum.gpu_seconds)}</td>
                  <td>{figure(sum.cost, 4)}</td>
                </tr>
              ))}
            </Table>
          )
        }
      </Shown>
    </Card>
  );
};

/** What the firewall thinks of a text, with the places that made it think so. */
const Inspector = () => {
  const [text, setText] = useState('');
  const inspect = useChange('inspectFirewall');
  const verdict = inspect.data;
  return (
    <Card title="What would the firewall do?">
      <textarea
        aria-label="Text"
        placeholder="A prompt"
        rows={4}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <div className="actions">
        <button
          type="button"
          className="main"
          disabled={text === '' || inspect.isPending}
          onClick={() => inspect.mutate({ body: { text } })}
        >
          Ask
        </button>
      </div>
      <Problem error={inspect.error} />
      {verdict !== undefined && (
        <>
          <p>
            <Badge tone={verdict.action}>{verdict.action}</Badge> score {figure(verdict.score, 3)}
            {verdict.report_only && ' (report only: it would pass)'}, in {figure(verdict.duration_ms, 2)} ms
          </p>
          <ul>
            {verdict.findings.map((one) => (
              <li key={`${one.type} ${String(one.start)} ${one.path}`}>
                <strong>{one.kind}</strong> {one.type}: {one.reason}{' '}
                <q>{text.slice(one.start, Math.min(one.end, one.start + 200))}</q>
              </li>
            ))}
          </ul>
        </>
      )}
    </Card>
  );
};

export const ModelsPage = () => {
  const { may } = useMe();
  return (
    <>
      <h1>Models</h1>
      <Models />
      {may('usage:read', 'usage:read:own') && <Usage />}
      {may('firewall:read') && <Inspector />}
    </>
  );
};
