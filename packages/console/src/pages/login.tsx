import { useState, type SyntheticEvent } from 'react';
import { useMutation } from '@tanstack/react-query';
import { Problem } from '../parts/ui.tsx';
import { useSession } from '../session/session-context.tsx';

export const LoginPage = () => {
  const session = useSession();
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const signIn = useMutation({ mutationFn: () => session.signIn(username, password) });
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    signIn.mutate();
  };
  return (
    <main className="login">
      <form onSubmit={submit}>
        <div className="brand">
          <img src="/console/favicon.svg" alt="" width="40" height="40" />
          GPUShield
        </div>
        <label>
          Username
          <input
            autoFocus
            required
            autoComplete="username"
            value={username}
            onChange={(event) => setUsername(event.target.value)}
          />
        </label>
        <label>
          Password
          <input
            type="password"
            required
            autoComplete="current-password"
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        </label>
        <button type="submit" className="main" disabled={signIn.isPending}>
          {signIn.isPending ? 'Signing in …' : 'Sign in'}
        </button>
        <Problem error={signIn.error} />
        <p className="quiet">The first start of the server printed the admin’s password.</p>
      </form>
    </main>
  );
};
