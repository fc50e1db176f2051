import { useState } from 'react';
import { AlertRows } from '../parts/alert-rows.tsx';
import { Pager, usePages } from '../parts/pager.tsx';
import { Empty, Shown } from '../parts/ui.tsx';
import { words } from '../parts/format.ts';
import { useOperation } from '../data/use-operation.ts';

const views = {
  active: ['open', 'acknowledged', 'investigating', 'reopened'],
  mine: ['open', 'acknowledged', 'investigating', 'reopened'],
  closed: ['resolved', 'false_positive'],
  all: [],
} as const;
const severities = ['critical', 'high', 'medium', 'low', 'info'] as const;

export const AlertsPage = () => {
  const [view, setView] = useState<keyof typeof views>('active');
  const [severity, setSeverity] = useState<(typeof severities)[number] | ''>('');
  const pages = usePages(`${view} ${severity}`);
  const { data: me } = useOperation('getMe', {});
  const alerts = useOperation(
    'queryAlerts',
    {
      body: {
        statuses: views[view],
        ...(severity === '' ? {} : { severities: [severity] }),
        ...(view === 'mine' && me?.username ? { assignees: [me.username] } : {}),
        ...pages.query,
      },
    },
    { everyMs: 15_000 },
  );
  return (
    <>
      <h1>Alerts</h1>
      <div className="filters" role="group" aria-label="Which alerts">
        {(Object.keys(views) as (keyof typeof views)[]).map((name) => (
          <button key={name} type="button" aria-pressed={name === view} onClick={() => setView(name)}>
            {name === 'mine' ? 'given to me' : words(name)}
          </button>
        ))}
        <select
          aria-label="Severity"
          value={severity}
          onChange={(event) => setSeverity(severities.find((one) => one === event.target.value) ?? '')}
        >
          <option value="">every severity</option>
          {severities.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </div>
      <Shown reading={alerts}>
        {({ data, pagination }) => (
          <>
            {data.length === 0 ? <Empty>No alert is like that.</Empty> : <AlertRows alerts={data} />}
            <Pager pages={pages} next={pagination.cursor} />
          </>
        )}
      </Shown>
    </>
  );
};
