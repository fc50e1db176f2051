import { useEffect, useState, type ReactNode } from 'react';
import { ApiError } from '@gpushield/sdk';
import { relative } from './format.ts';

export const Badge = ({ tone, children }: { tone: string; children: ReactNode }) => (
  <span className={`badge ${tone}`}>{children}</span>
);

export const Card = ({
  title,
  aside,
  children,
}: {
  title: string;
  aside?: ReactNode;
  children: ReactNode;
}) => (
  <section className="card">
    <header>
      <h2>{title}</h2>
      {aside}
    </header>
    {children}
  </section>
);

export const Figure = ({ label, value, tone = '' }: { label: string; value: ReactNode; tone?: string }) => (
  <div className={`figure ${tone}`}>
    <strong>{value}</strong>
    <span>{label}</span>
  </div>
);

/** A time beside now, with the exact one on the pointer. */
export const Time = ({ at }: { at: string | null }) => {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 5000);
    return () => clearInterval(timer);
  }, []);
  return (
    <time dateTime={at ?? undefined} title={at ?? undefined}>
      {relative(at, now)}
    </time>
  );
};

/** What went wrong, and the way out that the server names. */
export const Problem = ({ error }: { error: unknown }) => {
  if (error === null || error === undefined) return null;
  const problem = error instanceof ApiError ? error.problem : undefined;
  return (
    <div className="problem" role="alert">
      <strong>{problem?.title ?? 'The server cannot be reached'}</strong>
      <p>{problem?.detail ?? (error instanceof Error ? error.message : 'Something unknown went wrong.')}</p>
      {problem?.errors?.map(({ field, message }) => (
        <p key={field + message}>
          <code>{field}</code> {message}
        </p>
      ))}
      {problem !== undefined && <p className="quiet">{problem.remediation}</p>}
    </div>
  );
};

/** Shows a reading: that it is awaited, what went wrong with it, or what it brought. */
export const Shown = <T,>({
  reading,
  children,
}: {
  reading: { readonly data: T | undefined; readonly error: unknown };
  children: (data: T) => ReactNode;
}) => (
  <>
    <Problem error={reading.error} />
    {reading.data === undefined
      ? reading.error === null && <p className="quiet">Reading …</p>
      : children(reading.data)}
  </>
);

export const Empty = ({ children }: { children: ReactNode }) => <p className="empty">{children}</p>;

export const Table = ({ heads, children }: { heads: readonly string[]; children: ReactNode }) => (
  <div className="scroll">
    <table>
      <thead>
        <tr>
          {heads.map((head) => (
            <th key={head}>{head}</th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  </div>
);

/** Facts by name; what is null is left out. */
export const Facts = ({ of }: { of: Readonly<Record<string, ReactNode>> }) => (
  <dl>
    {Object.entries(of)
      .filter(([, value]) => value !== null && value !== undefined && value !== '')
      .map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
  </dl>
);
