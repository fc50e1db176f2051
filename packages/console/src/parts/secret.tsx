import { useState } from 'react';

/** A secret that the server tells once. */
export const Secret = ({ name, value }: { name: string; value: string }) => {
  const [copied, setCopied] = useState(false);
  const copy = (): void => {
    void navigator.clipboard.writeText(value).then(() => setCopied(true));
  };
  return (
    <div className="answer" role="status">
      <p>
        {name}, shown this once: <code className="secret">{value}</code>
      </p>
      <button type="button" onClick={copy}>
        {copied ? 'Copied' : 'Copy'}
      </button>
    </div>
  );
};
