import { useMe } from '../data/use-me.ts';
import { Keys } from '../parts/keys.tsx';
import { People } from '../parts/people.tsx';

export const AccessPage = () => {
  const { may } = useMe();
  return (
    <>
      <h1>Access</h1>
      {may('users:read') && <People />}
      {may('keys:own') && <Keys all={may('keys:admin')} />}
    </>
  );
};
