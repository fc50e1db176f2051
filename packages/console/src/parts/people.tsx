import { useState, type SyntheticEvent } from 'react';
import { useMe } from '../data/use-me.ts';
import { useChange, useOperation, type Input } from '../data/use-operation.ts';
import { Pager, usePages } from './pager.tsx';
import { Badge, Card, Problem, Shown, Table, Time } from './ui.tsx';

type Role = Input<'createUser'>['body']['roles'][number];
const roles: readonly Role[] = ['viewer', 'researcher', 'analyst', 'operator', 'admin'];

const NewPerson = () => {
  const create = useChange('createUser');
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [role, setRole] = useState<Role>('researcher');
  const make = (event: SyntheticEvent): void => {
    event.preventDefault();
    create.mutate(
      { body: { username, password, roles: [role] } },
      {
        onSuccess: () => {
          setUsername('');
          setPassword('');
        },
      },
    );
  };
  return (
    <>
      <form className="grid" onSubmit={make}>
        <label>
          Name
          <input
            required
            autoComplete="off"
            value={username}
            onChange={(event) => setUsername(event.target.value)}
          />
        </label>
        <label>
          First password
          <input
            required
            type="password"
            autoComplete="new-password"
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        </label>
        <label>
          Role
          <select value={role} onChange={(event) => setRole(event.target.value as Role)}>
            {roles.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <button type="submit" className="main" disabled={create.isPending}>
          Add
        </button>
      </form>
      <Problem error={create.error} />
    </>
  );
};

/** Who may come in, and as what. */
export const People = () => {
  const { me, may } = useMe();
  const pages = usePages('people');
  const people = useOperation('listUsers', { query: pages.query });
  const change = useChange('updateUser');
  const mayChange = may('users:write');
  return (
    <Card title="People">
      {mayChange && <NewPerson />}
      <Shown reading={people}>
        {({ data, pagination }) => (
          <>
            <Table heads={['Name', 'Roles', 'Kind', 'Made', 'Last login', '']}>
              {data.map((person) => (
                <tr key={person.id}>
                  <td>{person.username}</td>
                  <td>{person.roles.join(', ')}</td>
                  <td>{person.kind}</td>
                  <td>
                    <Time at={person.created_at} />
                  </td>
                  <td>{person.last_login_at === null ? 'never' : <Time at={person.last_login_at} />}</td>
                  <td>
                    {person.disabled && <Badge tone="ended">disabled</Badge>}{' '}
                    {mayChange && person.id !== me?.id && (
                      <button
                        type="button"
                        onClick={() =>
                          (person.disabled ||
                            window.confirm(
                              `Disable ${person.username}? Their sessions and keys stop at once.`,
                            )) &&
                          change.mutate({ path: { id: person.id }, body: { disabled: !person.disabled } })
                        }
                      >
                        {person.disabled ? 'Enable' : 'Disable'}
                      </button>
                    )}
                  </td>
                </tr>
              ))}
            </Table>
            <Pager pages={pages} next={pagination.cursor} />
          </>
        )}
      </Shown>
      <Problem error={change.error} />
    </Card>
  );
};
