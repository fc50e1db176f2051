import { plain, words } from './format.ts';

const textsOf = (value: unknown): readonly string[] => {
  if (!Array.isArray(value)) return [];
  return value.flatMap((one: unknown) => {
    if (typeof one === 'string') return [one];
    if (typeof one === 'object' && one !== null && 'text' in one && typeof one.text === 'string')
      return [one.text];
    return [];
  });
};

/** An alert's evidence: its reasons in words first, then its fields as they are. */
export const Evidence = ({ of }: { of: Readonly<Record<string, unknown>> }) => {
  const reasons = textsOf(of['reasons']);
  const fields = Object.entries(of).filter(([name]) => name !== 'reasons' || reasons.length === 0);
  return (
    <>
      {reasons.length > 0 && (
        <ul className="reasons">
          {reasons.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      )}
      <dl>
        {fields.map(([name, value]) => (
          <div key={name}>
            <dt>{words(name)}</dt>
            <dd className="mono">{plain(value)}</dd>
          </div>
        ))}
      </dl>
    </>
  );
};
