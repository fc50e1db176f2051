import { useState, type SyntheticEvent } from 'react';
import { useMe } from '../data/use-me.ts';
import { useChange, useOperation, type Output } from '../data/use-operation.ts';
import { Pager, usePages } from '../parts/pager.tsx';
import { Secret } from '../parts/secret.tsx';
import { Badge, Card, Empty, Problem, Shown, Table, Time } from '../parts/ui.tsx';

type Webhook = Output<'listWebhooks'>['data'][number];

const NewWebhook = () => {
  const create = useChange('createWebhook');
  const [url, setUrl] = useState('');
  const [types, setTypes] = useState('');
  const make = (event: SyntheticEvent): void => {
    event.preventDefault();
    const asked = types.split(/[\s,]+/).filter((type) => type !== '');
    create.mutate(
      { body: { url, ...(asked.length === 0 ? {} : { event_types: asked }) } },
      { onSuccess: () => setUrl('') },
    );
  };
  return (
    <Card title="A new one">
      <form className="grid" onSubmit={make}>
        <label>
          Address
          <input
            required
            type="url"
            placeholder="https://example.org/hooks"
            value={url}
            onChange={(event) => setUrl(event.target.value)}
          />
        </label>
        <label>
          Of these events
          <input placeholder="all of them" value={types} onChange={(event) => setTypes(event.target.value)} />
        </label>
        <button type="submit" className="main" disabled={create.isPending}>
          Make
        </button>
      </form>
      <Problem error={create.error} />
      {create.data !== undefined && (
        <Secret name={`What ${create.data.url} verifies signatures with`} value={create.data.secret} />
      )}
    </Card>
  );
};

/** What was tried lately, newest first: what the other end answered is its own text. */
const Attempts = ({ webhook }: { webhook: Webhook }) => {
  const pages = usePages(webhook.id, 20);
  const attempts = useOperation(
    'listWebhookAttempts',
    { path: { id: webhook.id }, query: pages.query },
    { everyMs: 5000 },
  );
  return (
    <Card title={`Deliveries to ${webhook.url}`}>
      <Shown reading={attempts}>
        {({ data, pagination }) => (
          <>
            {data.length === 0 ? (
              <Empty>Nothing was sent to it yet. “Test” sends something.</Empty>
            ) : (
              <Table heads={['When', 'Attempt', 'Result', 'Took', 'Answer']}>
                {data.map((one) => (
                  <tr key={one.id}>
                    <td>
                      <Time at={one.at} />
                    </td>
                    <td>{one.attempt}</td>
                    <td>
                      <Badge tone={one.succeeded ? 'allow' : 'block'}>
                        {one.status ?? one.error ?? 'no answer'}
                      </Badge>
                    </td>
                    <td>{Math.round(one.duration_ms)} ms</td>
                    <td className="wide mono">{(one.error ?? one.response ?? '').slice(0, 200)}</td>
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

const Row = ({ of, onShow }: { of: Webhook; onShow: () => void }) => {
  const { may } = useMe();
  const [test, enable, disable, remove] = [
    useChange('testWebhook'),
    useChange('enableWebhook'),
    useChange('disableWebhook'),
    useChange('deleteWebhook'),
  ];
  const path = { id: of.id };
  const problem = test.error ?? enable.error ?? disable.error ?? remove.error;
  return (
    <tr>
      <td className="wide">
        <button type="button" className="link" onClick={onShow}>
          {of.url}
        </button>
        <Problem error={problem} />
      </td>
      <td>{of.event_types.length === 0 ? 'all' : of.event_types.join(', ')}</td>
      <td>
        <Badge tone={of.enabled ? (of.failing_since === null ? 'allow' : 'degraded') : 'ended'}>
          {of.enabled ? (of.failing_since === null ? 'works' : 'fails') : `off: ${of.disabled_reason ?? ''}`}
        </Badge>{' '}
        {of.enabled && of.failing_since !== null && <Time at={of.failing_since} />}
      </td>
      <td>
        {may('webhooks:write') && (
          <div className="actions">
            <button
              type="button"
              disabled={!of.enabled}
              onClick={() => test.mutate({ path }, { onSuccess: onShow })}
            >
              Test
            </button>
            <button type="button" onClick={() => (of.enabled ? disable : enable).mutate({ path })}>
              {of.enabled ? 'Switch off' : 'Switch on'}
            </button>
            <button
              type="button"
              onClick={() => window.confirm(`Delete ${of.url}?`) && remove.mutate({ path })}
            >
              Delete
            </button>
          </div>
        )}
      </td>
    </tr>
  );
};

export const WebhooksPage = () => {
  const { may } = useMe();
  const pages = usePages('webhooks');
  const webhooks = useOperation('listWebhooks', { query: pages.query }, { everyMs: 10_000 });
  const [shown, setShown] = useState<string>();
  const open = webhooks.data?.data.find(({ id }) => id === shown);
  return (
    <>
      <h1>Webhooks</h1>
      {may('webhooks:write') && <NewWebhook />}
      <Card title="Who is told">
        <Shown reading={webhooks}>
          {({ data, pagination }) => (
            <>
              {data.length === 0 ? (
                <Empty>Nobody is told of anything.</Empty>
              ) : (
                <Table heads={['Address', 'Events', 'State', '']}>
                  {data.map((one) => (
                    <Row key={one.id} of={one} onShow={() => setShown(one.id)} />
                  ))}
                </Table>
              )}
              <Pager pages={pages} next={pagination.cursor} />
            </>
          )}
        </Shown>
      </Card>
      {open !== undefined && <Attempts webhook={open} />}
    </>
  );
};
