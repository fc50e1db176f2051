import type { Detector, Frame } from './detector.ts';
import {
  distanceFromMean,
  expectedAt,
  learn,
  learnedS,
  lineSlots,
  priorShare,
  spreadOf,
  type LineShape,
} from './line.ts';
import { metric, say } from './metrics.ts';
import { at, follow, ramp, scoreOf, shareOf, sustain } from './numbers.ts';

/*
 * Heat out of proportion to power: a blocked airflow, a dead fan, dried paste, a pump that stopped. Each GPU has its own
 * line from its load (share of full power) to temperature, learned on the way; beside it stand the limits of silicon.
 */
const excessLevel = 0;
const absoluteLevel = 1;
const quickPower = 2;
const slowPower = 3;
const expectedSlot = 4;
const line = 5;

/** Heat follows power late, by how much depends on the cooler: the hotter of a quick and a slow answer is expected. */
const quickTauS = 20;
const slowTauS = 150;
const learnedEnoughS = 600;
const excessTauS = 60;
const absoluteTauS = 45;
/** A typical cooler lets a core rise by 45 °C from rest to full power. */
const shape: LineShape = { tauS: 3600, priorSlope: 45, priorDeviation: 0.08, floor: 1 };
const suspectExcess = 7;
const clearExcess = 12;
const spreads = 5;
/** Below this, however unexpected, it is no danger, °C. */
const warm = 45;
const hot = 58;
/** Cores slow down from about 90 °C on; HBM is specified to 95–105 °C, GDDR6X runs at up to 105 °C. */
const coreLimits = [86, 94] as const;
const memoryLimits = [104, 110] as const;

/** Evidence from the line; learns it too. */
const excess = (state: Float64Array, base: number, frame: Frame, temperature: number): number => {
  const power = at(frame.values, frame.offset + metric.power_usage) / frame.fullPower;
  follow(state, base + quickPower, power, shareOf(frame.dtS, quickTauS));
  follow(state, base + slowPower, power, shareOf(frame.dtS, slowTauS));
  const quick = at(state, base + quickPower);
  const slow = at(state, base + slowPower);
  const known = learnedS(state, base + line) >= learnedEnoughS;
  let evidence = NaN;
  if (known) {
    const load = Math.max(quick, slow);
    const expected = expectedAt(state, base + line, load, shape);
    state[base + expectedSlot] = expected;
    const unsure = priorShare(state, base + line, shape) * distanceFromMean(state, base + line, load);
    const slack = spreads * Math.max(0, spreadOf(state, base + line) - 1) + unsure * shape.priorSlope;
    const over = temperature - expected - slack;
    evidence = ramp(over, suspectExcess, clearExcess) * ramp(temperature, warm, hot);
  }
  learn(state, base + line, (quick + slow) / 2, temperature, frame.dtS, shape, frame.trust);
  return evidence;
};

export const heat: Detector = {
  name: 'heat',
  slots: line + lineSlots,
  distrusts: true,
  init(state, base) {
    state[base + quickPower] = NaN;
    state[base + slowPower] = NaN;
    state[base + expectedSlot] = NaN;
  },
  step(state, base, frame) {
    const temperature = at(frame.values, frame.offset + metric.temperature);
    const memory = at(frame.values, frame.offset + metric.memory_temperature);
    const unexpected = excess(state, base, frame, temperature);
    const core = ramp(temperature, coreLimits[0], coreLimits[1]);
    const beyond = ramp(memory, memoryLimits[0], memoryLimits[1]);
    const absolute = beyond > core || Number.isNaN(core) ? beyond : core;
    const first = sustain(state, base + excessLevel, unexpected, frame.dtS, excessTauS);
    const second = sustain(state, base + absoluteLevel, absolute, frame.dtS, absoluteTauS);
    return scoreOf(Math.max(first, second));
  },
  explain(state, base, frame) {
    const temperature = at(frame.values, frame.offset + metric.temperature);
    const memory = at(frame.values, frame.offset + metric.memory_temperature);
    const power = at(frame.values, frame.offset + metric.power_usage);
    const expected = at(state, base + expectedSlot);
    const byLine = at(state, base + excessLevel) >= at(state, base + absoluteLevel);
    const byMemory = !byLine && memory > memoryLimits[0] && !(temperature > coreLimits[0]);
    const limit = byMemory ? memoryLimits[0] : coreLimits[0];
    return {
      detector: 'heat',
      metric: byMemory ? 'memory_temperature' : 'temperature',
      observed: byMemory ? memory : temperature,
      expected: byLine ? expected : limit,
      unit: 'Cel',
      text: byLine
        ? `Temperature ${say(temperature, 'Cel')} at ${say(power, 'W')}; at this power this GPU is usually at ${say(expected, 'Cel')}: cooling fails`
        : byMemory
          ? `Memory temperature ${say(memory, 'Cel')}: above ${say(limit, 'Cel')} memory is out of its range`
          : `Temperature ${say(temperature, 'Cel')}: above ${say(limit, 'Cel')} a core slows down to save itself`,
    };
  },
};
