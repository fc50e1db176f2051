import { useState } from 'react';
import { useOperation } from '../data/use-operation.ts';
import { Pager, usePages } from '../parts/pager.tsx';
import { ScoreRows } from '../parts/score-rows.tsx';
import { Empty, Shown } from '../parts/ui.tsx';

const floors = {
  'any risk': 0,
  '21 and above': 21,
  '50 and above': 50,
  '73 and above': 73,
  '90 and above': 90,
} as const;

export const ProcessesPage = () => {
  const [floor, setFloor] = useState<keyof typeof floors>('21 and above');
  const pages = usePages(floor);
  const query = {
    risk_min: floors[floor],
    ...pages.query,
  };
  const scores = useOperation('listScores', { query }, { everyMs: 5000 });
  return (
    <>
      <h1>Processes</h1>
      <div className="filters" role="group" aria-label="Risk">
        {(Object.keys(floors) as (keyof typeof floors)[]).map((name) => (
          <button key={name} type="button" aria-pressed={name === floor} onClick={() => setFloor(name)}>
            {name}
          </button>
        ))}
      </div>
      <Shown reading={scores}>
        {({ data, pagination }) => (
          <>
            {data.length === 0 ? <Empty>No process has that risk now.</Empty> : <ScoreRows scores={data} />}
            <Pager pages={pages} next={pagination.cursor} />
          </>
        )}
      </Shown>
    </>
  );
};
