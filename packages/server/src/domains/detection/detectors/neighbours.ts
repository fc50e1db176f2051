import type { Frame } from './detector.ts';
import { at } from './numbers.ts';
import { picture } from './picture.ts';

/** What the other GPUs do, in the middle of them; NaN: fewer than `fewestPeers` report it. */
export interface Neighbours {
  power: number;
  temperature: number;
  clock: number;
  memory: number;
  utilization: number;
  /** Utilisation of the least busy of them. */
  leastUtilization: number;
}

const mostPeers = 15;
/** With fewer, nobody can say who of them is odd. */
export const fewestPeers = 3;
/** A neighbour that was silent for this long, or for three records, is not compared with, s. */
const freshS = 30;

/** Sorts what fresh neighbours have in a slot into `sorted`, and says how many there are. */
const gather = (sorted: Float64Array, frame: Frame, slot: number, withinMs: number): number => {
  const { peers } = frame;
  let count = 0;
  for (let index = 0; index < peers.length && count < mostPeers; index += 1) {
    const peer = peers[index];
    if (peer === undefined) continue;
    const ageMs = frame.timestampMs - at(peer, picture.lastMs);
    const value = at(peer, slot);
    if (!(ageMs <= withinMs && ageMs >= -withinMs) || Number.isNaN(value)) continue;
    let place = count;
    while (place > 0 && at(sorted, place - 1) > value) {
      sorted[place] = at(sorted, place - 1);
      place -= 1;
    }
    sorted[place] = value;
    count += 1;
  }
  return count;
};

const middleOf = (sorted: Float64Array, count: number): number => {
  if (count < fewestPeers) return NaN;
  const middle = count >> 1;
  return count % 2 === 1 ? at(sorted, middle) : (at(sorted, middle - 1) + at(sorted, middle)) / 2;
};

/** A function that looks at the neighbours; the object that it returns is the same one each time. */
export const createNeighbours = (): ((state: Float64Array, frame: Frame) => Readonly<Neighbours>) => {
  const sorted = new Float64Array(mostPeers);
  const seen: Neighbours = {
    power: NaN,
    temperature: NaN,
    clock: NaN,
    memory: NaN,
    utilization: NaN,
    leastUtilization: NaN,
  };
  return (state, frame) => {
    const withinMs = Math.max(freshS, 3 * at(state, picture.intervalS)) * 1000;
    seen.power = middleOf(sorted, gather(sorted, frame, picture.power, withinMs));
    seen.temperature = middleOf(sorted, gather(sorted, frame, picture.temperature, withinMs));
    seen.clock = middleOf(sorted, gather(sorted, frame, picture.clock, withinMs));
    seen.memory = middleOf(sorted, gather(sorted, frame, picture.memoryUsed, withinMs));
    seen.utilization = middleOf(sorted, gather(sorted, frame, picture.utilization, withinMs));
    seen.leastUtilization = Number.isNaN(seen.utilization) ? NaN : at(sorted, 0);
    return seen;
  };
};
