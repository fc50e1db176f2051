import { useState } from 'react';
import { Link } from 'wouter';
import { useMe } from '../data/use-me.ts';
import { useChange, useOperation, type Output } from '../data/use-operation.ts';
import { Evidence } from '../parts/reasons.tsx';
import { Badge, Card, Facts, Problem, Shown, Time } from '../parts/ui.tsx';
import { words } from '../parts/format.ts';

type Alert = Output<'getAlert'>;

const isClosed = ({ status }: Alert): boolean => status === 'resolved' || status === 'false_positive';

/** The changes that an alert can take now; each takes the note that stands beside them. */
const Actions = ({ alert }: { alert: Alert }) => {
  const { me } = useMe();
  const [note, setNote] = useState('');
  const changes = {
    acknowledge: useChange('acknowledgeAlert'),
    investigate: useChange('investigateAlert'),
    resolve: useChange('resolveAlert'),
    falsePositive: useChange('markAlertFalsePositive'),
    reopen: useChange('reopenAlert'),
    assign: useChange('assignAlert'),
    comment: useChange('commentAlert'),
  };
  const path = { id: alert.id };
  const said = note.trim() === '' ? {} : { note: note.trim() };
  const done = { onSuccess: () => setNote('') };
  const body = said;
  return (
    <Card title="What to do">
      <textarea
        aria-label="Note"
        placeholder="A note for whoever reads this next"
        maxLength={2000}
        value={note}
        onChange={(event) => setNote(event.target.value)}
      />
      <div className="actions">
        {alert.status === 'open' || alert.status === 'reopened' ? (
          <button
            type="button"
            className="main"
            onClick={() => changes.acknowledge.mutate({ path, body }, done)}
          >
            Acknowledge
          </button>
        ) : null}
        {!isClosed(alert) && alert.status !== 'investigating' && (
          <button type="button" onClick={() => changes.investigate.mutate({ path, body }, done)}>
            Investigate
          </button>
        )}
        {!isClosed(alert) && (
          <>
            <button type="button" onClick={() => changes.resolve.mutate({ path, body }, done)}>
              Resolve
            </button>
            <button type="button" onClick={() => changes.falsePositive.mutate({ path, body }, done)}>
              False alarm
            </button>
          </>
        )}
        {isClosed(alert) && (
          <button type="button" onClick={() => changes.reopen.mutate({ path, body }, done)}>
            Reopen
          </button>
        )}
        {me?.username && alert.assignee !== me.username && (
          <button
            type="button"
            onClick={() => changes.assign.mutate({ path, body: { ...body, assignee: me.username } }, done)}
          >
            Take it
          </button>
        )}
        {note.trim() !== '' && (
          <button
            type="button"
            onClick={() => changes.comment.mutate({ path, body: { body: note.trim() } }, done)}
          >
            Only say so
          </button>
        )}
      </div>
      {Object.entries(changes).map(([name, { error }]) => (
        <Problem key={name} error={error} />
      ))}
    </Card>
  );
};

const History = ({ id }: { id: string }) => {
  const history = useOperation('listAlertHistory', { path: { id }, query: { limit: 50 } });
  const comments = useOperation('listAlertComments', { path: { id }, query: { limit: 50 } });
  return (
    <Card title="What happened">
      <Shown reading={history}>
        {({ data }) => (
          <ol className="history">
            {[
              ...data
                .filter(({ action }) => action !== 'commented')
                .map(({ id: key, at, actor, action, note }) => ({
                  key,
                  at,
                  text: `${actor}: ${words(action)}`,
                  note,
                })),
              ...(comments.data?.data ?? []).map(({ id: key, at, author, body }) => ({
                key,
                at,
                text: `${author} said`,
                note: body,
              })),
            ]
              .sort((one, other) => Date.parse(other.at) - Date.parse(one.at))
              .map(({ key, at, text, note }) => (
                <li key={key}>
                  <Time at={at} /> {text}
                  {note !== null && <blockquote>{note}</blockquote>}
                </li>
              ))}
          </ol>
        )}
      </Shown>
    </Card>
  );
};

const Details = ({ alert }: { alert: Alert }) => (
  <Facts
    of={{
      Status: words(alert.status),
      'Given to': alert.assignee,
      Source: alert.source,
      Times: alert.occurrences,
      'First seen': <Time at={alert.first_seen_at} />,
      'Last seen': <Time at={alert.last_seen_at} />,
      Node: alert.node_id === null ? null : <Link href={`/fleet/${alert.node_id}`}>{alert.node_id}</Link>,
      'Silenced until': alert.silenced_until,
      'Muted until': alert.muted_until,
      'Closed by': alert.resolved_by,
    }}
  />
);

export const AlertPage = ({ id }: { id: string }) => {
  const { may } = useMe();
  const alert = useOperation('getAlert', { path: { id } }, { everyMs: 15_000 });
  return (
    <Shown reading={alert}>
      {(found) => (
        <>
          <h1>
            <Badge tone={found.severity}>{found.severity}</Badge> {found.title}
          </h1>
          {found.description !== '' && <p className="description">{found.description}</p>}
          <div className="columns">
            <Card title="The alert">
              <Details alert={found} />
            </Card>
            {may('alerts:write') && <Actions alert={found} />}
          </div>
          <Card title="Why">
            <Evidence of={found.evidence} />
          </Card>
          <History id={id} />
        </>
      )}
    </Shown>
  );
};
