import { useState, type SyntheticEvent } from 'react';
import { useSearchParams } from 'wouter';
import { useChange, useOperation, type Output } from '../data/use-operation.ts';
import { Badge, Card, Facts, Problem, Shown, Time } from '../parts/ui.tsx';

const Answer = ({ device }: { device: Output<'getDeviceLogin'> }) => {
  const approve = useChange('approveDeviceLogin');
  const deny = useChange('denyDeviceLogin');
  const path = { user_code: device.user_code };
  return (
    <Card title="A device wants to sign in as you">
      <Facts
        of={{
          Code: <strong>{device.user_code}</strong>,
          'Says it is': device.client_id,
          Asked: <Time at={device.created_at} />,
          From: device.ip_address,
          Program: device.user_agent,
        }}
      />
      {device.status === 'pending' ? (
        <>
          <p>
            Only say yes if you have just started this sign-in yourself, and the code is the one that the
            device shows. It will be able to do whatever you may.
          </p>
          <div className="actions">
            <button type="button" className="main" onClick={() => approve.mutate({ path })}>
              Yes, it is me
            </button>
            <button type="button" className="danger" onClick={() => deny.mutate({ path })}>
              No
            </button>
          </div>
        </>
      ) : (
        <p>
          <Badge tone={device.status === 'denied' ? 'block' : 'allow'}>{device.status}</Badge>{' '}
          {device.status === 'denied' ? 'It gets nothing.' : 'Go back to the device.'}
        </p>
      )}
      <Problem error={approve.error ?? deny.error} />
    </Card>
  );
};

/** Where a person says whether a device without a browser may sign in as them (RFC 8628). */
export const DevicePage = () => {
  const [search, setSearch] = useSearchParams();
  const code = search.get('user_code') ?? '';
  const [typed, setTyped] = useState(code);
  const device = useOperation('getDeviceLogin', { path: { user_code: code } }, { enabled: code !== '' });
  const look = (event: SyntheticEvent): void => {
    event.preventDefault();
    setSearch({ user_code: typed.trim() });
  };
  return (
    <>
      <h1>Sign in a device</h1>
      <form className="filters" onSubmit={look}>
        <label>
          Its code{' '}
          <input
            required
            minLength={8}
            maxLength={16}
            placeholder="XXXX-XXXX"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        </label>
        <button type="submit">Look</button>
      </form>
      {code !== '' && <Shown reading={device}>{(found) => <Answer device={found} />}</Shown>}
    </>
  );
};
