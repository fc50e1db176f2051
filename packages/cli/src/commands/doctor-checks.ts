import { Health, HealthDetails, Me, Sensor } from '@gpushield/contracts';
import { checked } from '../api/check.ts';
import { CliError, describeError } from '../cli-error.ts';
import type { CommandContext } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';

export interface Finding {
  readonly level: 'ok' | 'warn' | 'fail';
  readonly subject: string;
  readonly text: string;
  /** The way out, where there is something to get out of. */
  readonly remediation?: string;
}

const requiredNodeMajor = 26;
/** Sensors looked at, and names said of those that are away. */
const maxSensors = 1000;
const maxNamedSensors = 5;

export const checkVersions = (cliVersion: string, nodeVersion: string): Finding => {
  const text = `gpushield ${cliVersion}, Node ${nodeVersion}`;
  const major = Number(/^v?(\d+)/.exec(nodeVersion)?.[1] ?? 0);
  if (major >= requiredNodeMajor) return { level: 'ok', subject: 'versions', text };
  return {
    level: 'fail',
    subject: 'versions',
    text,
    remediation: `Run it through the launcher, which brings Node ${requiredNodeMajor}: npx gpushield.`,
  };
};

const failed = (subject: string, error: unknown): Finding => {
  if (!(error instanceof CliError))
    return { level: 'fail', subject, text: error instanceof Error ? error.message : 'unknown error' };
  const [text = '', remediation] = describeError(error);
  return { level: 'fail', subject, text, ...(remediation === undefined ? {} : { remediation }) };
};

export const checkServer = async (ctx: CommandContext): Promise<Finding> => {
  try {
    const url = await ctx.url();
    const transport = await ctx.transport();
    const health = checked(Health, (await transport({ method: 'GET', path: '/health' })).body);
    const text = `${url} is ${health.status}, its database ${health.database}`;
    if (health.status === 'healthy') return { level: 'ok', subject: 'server', text };
    const level = health.status === 'degraded' ? 'warn' : 'fail';
    return {
      level,
      subject: 'server',
      text,
      remediation: 'See `gpushield health --details` and the server’s log.',
    };
  } catch (error) {
    return failed('server', error);
  }
};

export const checkSignIn = async (ctx: CommandContext): Promise<Finding> => {
  try {
    const me = checked(Me, await (await ctx.api()).get('/api/v1/me'));
    const text = `${me.username ?? me.id} (${me.kind}; ${me.roles.join(', ') || 'no role'})`;
    if (me.kind !== 'anonymous') return { level: 'ok', subject: 'sign-in', text };
    return {
      level: 'warn',
      subject: 'sign-in',
      text,
      remediation: 'The server asks nobody who they are: set REQUIRE_AUTH=true unless this is a test.',
    };
  } catch (error) {
    return failed('sign-in', error);
  }
};

const judgeSensors = (sensors: readonly Sensor[]): Finding => {
  const away = sensors.filter((sensor) => sensor.status !== 'online');
  const ill = sensors.filter((sensor) => sensor.status === 'online' && sensor.health !== 'healthy');
  const text = `${sensors.length - away.length} of ${sensors.length} online`;
  if (sensors.length === 0)
    return {
      level: 'warn',
      subject: 'sensors',
      text: 'none registered',
      remediation: 'Run `gpushield sensor` on each node, or `gpushield start` here.',
    };
  if (away.length === 0 && ill.length === 0) return { level: 'ok', subject: 'sensors', text };
  const named = [
    ...away.map((sensor) => `${sensor.name} ${sensor.status}`),
    ...ill.map((sensor) => `${sensor.name} ${sensor.health ?? 'of unknown health'}`),
  ];
  const list =
    named.slice(0, maxNamedSensors).join(', ') +
    (named.length > maxNamedSensors ? `, and ${named.length - maxNamedSensors} more` : '');
  return {
    level: 'warn',
    subject: 'sensors',
    text: `${text}: ${list}`,
    remediation: 'See `gpushield sensors show <name>`, and the sensor’s log on its node.',
  };
};

export const checkSensors = async (ctx: CommandContext): Promise<Finding> => {
  try {
    const { items } = await (await ctx.api()).list('/api/v1/sensors', {}, maxSensors);
    return judgeSensors(items.map((item) => checked(Sensor, item)));
  } catch (error) {
    return failed('sensors', error);
  }
};

/** What the server itself finds wrong, one finding for each of its checks; nothing for who may not see it. */
export const checkDetails = async (ctx: CommandContext): Promise<readonly Finding[]> => {
  try {
    const health = checked(HealthDetails, await (await ctx.api()).get('/health/details'));
    return health.checks.map((check) => {
      const level = check.status === 'healthy' ? 'ok' : check.status === 'degraded' ? 'warn' : 'fail';
      const text = check.detail === '' ? check.status : check.detail;
      return {
        level,
        subject: check.name,
        text,
        ...(level === 'ok' ? {} : { remediation: 'See the server’s log.' }),
      };
    });
  } catch (error) {
    const mayNot = error instanceof CliError && error.exitCode === exitCodes.notAllowed;
    return mayNot ? [] : [failed('details', error)];
  }
};
