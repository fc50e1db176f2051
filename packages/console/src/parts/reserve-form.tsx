import { useState, type SyntheticEvent } from 'react';
import { useLocation } from 'wouter';
import { useChange, useOperation, type Input, type Output } from '../data/use-operation.ts';
import { Problem, Time } from './ui.tsx';
import { figure } from './format.ts';

interface Wish {
  readonly type: string;
  readonly gpus: string;
  readonly hours: string;
  readonly disk: string;
  readonly name: string;
  readonly command: string;
  readonly jupyter: boolean;
}

const bodyOf = (wish: Wish): Input<'submitJob'>['body'] => ({
  instance_type: wish.type,
  gpu_type: wish.type,
  duration_hours: Number(wish.hours),
  ...(wish.gpus === '' ? {} : { gpu_count: Number(wish.gpus) }),
  ...(wish.disk === '' ? {} : { disk_name: wish.disk }),
  ...(wish.name === '' ? {} : { name: wish.name }),
  ...(wish.command === '' ? {} : { command: wish.command }),
  ...(wish.jupyter ? { jupyter_enabled: true } : {}),
});

const Estimate = ({ of }: { of: Output<'submitJob'>['estimate'] }) => (
  <div className="answer">
    {of.start_time === null ? (
      'Nobody can say when.'
    ) : (
      <>
        It would start <Time at={of.start_time} />, and use {figure(of.gpu_hours, 2)} GPU-hours.
      </>
    )}
    <ul>
      {of.reasons.map(({ message }) => (
        <li key={message}>{message}</li>
      ))}
    </ul>
  </div>
);

/** Asks for a job, and before that when it would start and why then. */
export const ReserveForm = ({ types }: { types: readonly string[] }) => {
  const [, go] = useLocation();
  const disks = useOperation('listDisks', {});
  const submit = useChange('submitJob');
  const ask = useChange('submitJob');
  const [wish, setWish] = useState<Wish>({
    type: '',
    gpus: '',
    hours: '1',
    disk: '',
    name: '',
    command: '',
    jupyter: false,
  });
  const type =
    wish.type === '' ? (types.find((name) => name.startsWith('cpu')) ?? types[0] ?? '') : wish.type;
  const change = (part: Partial<Wish>): void => setWish({ ...wish, type, ...part });
  const reserve = (event: SyntheticEvent): void => {
    event.preventDefault();
    submit.mutate(
      { body: bodyOf({ ...wish, type }) },
      { onSuccess: ({ job_id: id }) => id !== null && go(`/jobs/${id}`) },
    );
  };
  return (
    <form onSubmit={reserve} className="grid">
      <label>
        Type
        <select value={type} onChange={(event) => change({ type: event.target.value })}>
          {types.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <label>
        GPUs
        <input
          type="number"
          min="0"
          max="1024"
          placeholder="as the type has it"
          value={wish.gpus}
          onChange={(event) => change({ gpus: event.target.value })}
        />
      </label>
      <label>
        Hours
        <input
          type="number"
          min="0.1"
          max="72"
          step="any"
          required
          value={wish.hours}
          onChange={(event) => change({ hours: event.target.value })}
        />
      </label>
      <label>
        Disk
        <input
          list="disks"
          pattern="[A-Za-z0-9_-]{1,50}"
          placeholder="none: the home goes with the job"
          value={wish.disk}
          onChange={(event) => change({ disk: event.target.value })}
        />
        <datalist id="disks">
          {disks.data?.disks
            .filter(({ is_deleted: gone }) => !gone)
            .map(({ disk_name: name }) => (
              <option key={name}>{name}</option>
            ))}
        </datalist>
      </label>
      <label>
        Name
        <input maxLength={100} value={wish.name} onChange={(event) => change({ name: event.target.value })} />
      </label>
      <label>
        Command
        <input
          maxLength={32_768}
          placeholder="none: a shell waits for you"
          value={wish.command}
          onChange={(event) => change({ command: event.target.value })}
        />
      </label>
      <label className="line">
        <input
          type="checkbox"
          checked={wish.jupyter}
          onChange={(event) => change({ jupyter: event.target.checked })}
        />{' '}
        Jupyter
      </label>
      <div className="actions">
        <button type="submit" className="main" disabled={submit.isPending || type === ''}>
          Reserve
        </button>
        <button
          type="button"
          disabled={ask.isPending || type === ''}
          onClick={() => ask.mutate({ body: { ...bodyOf({ ...wish, type }), dry_run: true } })}
        >
          When would it start?
        </button>
      </div>
      {ask.data !== undefined && <Estimate of={ask.data.estimate} />}
      <Problem error={submit.error ?? ask.error} />
    </form>
  );
};
