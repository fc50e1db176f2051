/*
 * How well anomalies are found: recall by family of trouble, false alarms by family of work, on simulated GPUs. Detectors
 * were tuned on the families of set `tuning` alone; the figures that count are those of `held_out`.
 */
import { knownMetricNames } from '@gpushield/contracts';
import {
  deviceNames,
  devices,
  scenarioNames,
  scenarios,
  simulateCourse,
  type Course,
  type DeviceName,
  type Sample,
  type ScenarioInfo,
  type ScenarioName,
} from '@gpushield/simulator';
import { createDetectorModel } from '../packages/server/src/domains/detection/detectors/index.ts';
import { familyOf } from '../packages/server/src/domains/detection/families.ts';
import {
  addGpu,
  freshState,
  newGpuMemory,
  type NodeMemory,
} from '../packages/server/src/domains/detection/node-memory.ts';
import { createStepper, type Finding } from '../packages/server/src/domains/detection/step-record.ts';
import { gateOf } from '../packages/server/src/domains/detection/switches.ts';
import { describeMachine } from './support/machine.ts';
import { report } from './support/result.ts';

const intervalS = 10;
const hourS = 3600;
const dayS = 24 * hourS;
const beforeS = 2 * hourS;
/** A trouble counts as found within this long of its beginning; leaks have until they are full. */
const findWithinS = 2 * hourS;
const leakWithinS = 6 * hourS;
const runs = 24;
const quietGpuDays = 60;
const neighbours = 3;
const threshold = 0.7;

const stepper = createStepper(createDetectorModel());
const noRules = { switches: new Map(), maintenance: new Map() };
const gate = gateOf(noRules, stepper.model.detectors, threshold, '', '');
const values = new Float64Array(knownMetricNames.length);
const fill = (sample: Sample): void => {
  knownMetricNames.forEach((name, place) => {
    values[place] = sample[name] ?? Number.NaN;
  });
};

/** The alarms of a node's GPUs: which, of whom, when. */
interface Alarm {
  readonly gpu: number;
  readonly family: string;
  readonly detector: string;
  readonly atS: number;
}

/** Lets a node's GPUs run beside each other and answers what people would have been called for. */
const runNode = (courses: readonly Course[], seconds: number): readonly Alarm[] => {
  const gpus = courses.map(simulateCourse);
  const node: NodeMemory = {
    nodeId: 'n',
    token: '',
    gpus: new Map(),
    latestMs: 0,
    latestGpu: '',
    sharedUntilMs: 0,
    writeAtMs: 0,
    untold: [],
  };
  const memories = courses.map((_, index) => {
    const memory = newGpuMemory(String(index), freshState(stepper.model, stepper.stateLength), 0);
    addGpu(node, memory);
    return memory;
  });
  const alarms: Alarm[] = [];
  const active = new Set<string>();
  for (let atS = intervalS; atS <= seconds; atS += intervalS) {
    gpus.forEach((gpu, index) => {
      const sample = gpu.next(atS * 1000, intervalS * 1000);
      const memory = memories[index];
      if (sample === undefined || memory === undefined) return;
      fill(sample);
      const findings: Finding[] = [];
      const record = { timestampMs: 1.7e12 + atS * 1000, values, offset: 0 };
      stepper.step(node, memory, gate, record, findings);
      for (const { turn, detector, reasons } of findings) {
        const family = familyOf(reasons[0] ?? { detector, metric: '' });
        const key = `${index}:${family}`;
        if (turn === 'ended') active.delete(key);
        if (turn !== 'began' || active.has(key)) continue;
        active.add(key);
        alarms.push({ gpu: index, family, detector, atS });
      }
    });
  }
  return alarms;
};

const pick = <T>(from: readonly T[], index: number): T => {
  const found = from[index % from.length];
  if (found === undefined) throw new Error('Nothing to pick from');
  return found;
};

/** Devices that can show the trouble at all: a fan that dies needs a fan, and so on. */
const devicesFor = (name: ScenarioName): readonly DeviceName[] =>
  deviceNames.filter((device) => {
    const { hasFan, missing } = devices[device];
    const lacks = (metric: string): boolean => missing.some((each) => each === metric);
    if (name === 'dying-fan') return hasFan;
    if (name.startsWith('ecc')) return !lacks('ecc_corrected') && !lacks('ecc_enabled');
    if (name === 'failing') return !lacks('ecc_uncorrected');
    if (name === 'link-fails') return !lacks('pcie_replays');
    if (name === 'power-brake') return !lacks('throttle_power');
    return true;
  });

const honestNames = scenarioNames.filter((name) => scenarios[name].kind === 'honest');
const infoOf = (name: ScenarioName): ScenarioInfo => scenarios[name];

interface Row {
  readonly name: ScenarioName;
  readonly info: ScenarioInfo;
  readonly found: number;
  readonly runs: number;
  readonly falseAlarms: number;
  readonly gpuDays: number;
  readonly medianS: number;
  readonly why: Record<string, number>;
}

const tally = (why: Record<string, number>, { detector }: Alarm): void => {
  why[detector] = (why[detector] ?? 0) + 1;
};

const troubleRow = (name: ScenarioName): Row => {
  const info = infoOf(name);
  const withinS = info.finds.includes('leak') ? leakWithinS : findWithinS;
  const why: Record<string, number> = {};
  const delays: number[] = [];
  const missed: Record<string, number> = {};
  let falseAlarms = 0;
  for (let run = 0; run < runs; run += 1) {
    const device = pick(devicesFor(name), run);
    // Held-out trouble follows held-out work: nothing of the run was seen before.
    const usual = pick(
      honestNames.filter((honest) => infoOf(honest).set === info.set),
      run,
    );
    const courses = Array.from({ length: 1 + neighbours }, (_, gpu): Course => {
      const seed = run * 1009 + gpu * 17 + name.length * 7919;
      return gpu === 0
        ? { device, scenario: name, seed, before: { scenario: usual, untilS: beforeS } }
        : { device, scenario: usual, seed };
    });
    const alarms = runNode(courses, beforeS + withinS);
    const hit = alarms.find(
      ({ gpu, family, atS }) => gpu === 0 && atS > beforeS && info.finds.includes(family),
    );
    if (hit !== undefined) delays.push(hit.atS - beforeS);
    else missed[`${device} after ${usual}`] = (missed[`${device} after ${usual}`] ?? 0) + 1;
    for (const alarm of alarms)
      if (alarm.gpu !== 0 || alarm.atS <= beforeS) {
        falseAlarms += 1;
        tally(why, alarm);
      }
  }
  if (info.set === 'tuning' && Object.keys(missed).length > 0) console.log(`${name} missed:`, missed);
  delays.sort((a, b) => a - b);
  const gpuDays = (runs * (neighbours * (beforeS + withinS) + beforeS)) / dayS;
  const medianS = delays[delays.length >> 1] ?? Number.NaN;
  return { name, info, found: delays.length, runs, falseAlarms, gpuDays, medianS, why };
};

const quietRow = (name: ScenarioName): Row => {
  const why: Record<string, number> = {};
  const nodes = Math.ceil(quietGpuDays / (1 + neighbours));
  let falseAlarms = 0;
  for (let run = 0; run < nodes; run += 1) {
    const device = pick(deviceNames, run);
    const courses = Array.from({ length: 1 + neighbours }, (_, gpu): Course => {
      return { device, scenario: name, seed: 500_000 + run * 1009 + gpu * 17 };
    });
    for (const alarm of runNode(courses, dayS)) {
      falseAlarms += 1;
      tally(why, alarm);
    }
  }
  return {
    name,
    info: infoOf(name),
    found: 0,
    runs: 0,
    falseAlarms,
    gpuDays: nodes * (1 + neighbours),
    medianS: Number.NaN,
    why,
  };
};

const rows = scenarioNames.map((name) =>
  infoOf(name).kind === 'honest' ? quietRow(name) : troubleRow(name),
);
const sumOf = (set: ScenarioInfo['set'], value: (row: Row) => number): number =>
  rows.filter(({ info }) => info.set === set).reduce((sum, row) => sum + value(row), 0);
const recallOf = (set: ScenarioInfo['set']): number =>
  sumOf(set, (row) => row.found) / sumOf(set, (row) => row.runs);
const alarmsOf = (set: ScenarioInfo['set']): number =>
  sumOf(set, (row) => row.falseAlarms) / sumOf(set, (row) => row.gpuDays);

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const rowsOf = (set: ScenarioInfo['set']): readonly (readonly string[])[] =>
  rows
    .filter(({ info }) => info.set === set)
    .map(({ name, info, found, runs: of, falseAlarms, gpuDays, medianS, why }) => [
      name,
      info.kind,
      of === 0 ? '–' : `${found} of ${of}`,
      Number.isNaN(medianS) ? '–' : `${Math.max(1, Math.round(medianS / 60))} min`,
      `${falseAlarms} in ${gpuDays.toFixed(0)} GPU-days`,
      Object.entries(why)
        .map(([detector, times]) => `${detector} ${times}`)
        .join(', '),
    ]);
const columns = ['family', 'kind', 'found', 'after (median)', 'false alarms', 'by'];

report({
  bench: 'detection-quality',
  machine: describeMachine(),
  figures: [
    {
      name: 'recall on held-out families',
      target: '≥ 95 %',
      measured: percent(recallOf('held_out')),
      met: recallOf('held_out') >= 0.95,
    },
    {
      name: 'false alarms per GPU-day on held-out families',
      target: '≤ 0.05',
      measured: alarmsOf('held_out').toFixed(4),
      met: alarmsOf('held_out') <= 0.05,
    },
  ],
  tables: [
    { title: 'Held-out families', columns, rows: rowsOf('held_out') },
    { title: 'Families that detectors were tuned on', columns, rows: rowsOf('tuning') },
  ],
  notes: [
    `Tuning families, for comparison: recall ${percent(recallOf('tuning'))}, ${alarmsOf('tuning').toFixed(4)} false alarms per GPU-day.`,
    `Each run is a node of ${1 + neighbours} GPUs with a record each ${intervalS} s; trouble begins after ${beforeS / hourS} h of honest work of the same set and has ${findWithinS / hourS} h to be found (a leak ${leakWithinS / hourS} h), by an alarm of its own family.`,
    'Alarms of neighbours, and of the GPU before its trouble, count as false. Devices that cannot show a trouble (a fan without a fan) are left out.',
    'All families are generated by packages/simulator: this is evidence about these models of GPUs, not about any fleet.',
    'The family notebook was held out at first; its false alarms led to a change of memory_leak, so it counts as tuning since. The first run also showed that mining after other work was missed, in both sets; the fix was made on the tuning families.',
  ],
});
