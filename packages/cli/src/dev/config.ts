import { Argument, InvalidArgumentError, type Command } from 'commander';
import { Check } from 'typebox/value';
import { usageError } from '../cli-error.ts';
import { act, argument, type CommandDeps } from '../context.ts';
import { normaliseUrl } from '../server-url.ts';
import {
  readSettings,
  settingForms,
  Settings,
  settingNames,
  settingNotes,
  settingsPath,
  writeSettings,
  type SettingName,
} from './settings.ts';

const settingName = (text: string): SettingName => {
  const name = settingNames.find((one) => one === text);
  if (name === undefined) throw new InvalidArgumentError(`There are ${settingNames.join(', ')}.`);
  return name;
};

/** The settings with one of them changed. Throws on a value that does not suit its name. */
export const withSetting = (settings: Settings, name: SettingName, text: string): Settings => {
  const value = name === 'api_url' ? normaliseUrl(text) : name === 'hours' ? Number(text) : text;
  const changed: unknown = { ...settings, [name]: value };
  if (!Check(Settings, changed))
    throw usageError(`"${text}" does not suit ${name}: ${settingNotes[name]}`, settingForms[name]);
  return changed;
};

const nameArgument = (): Argument => new Argument('<name>', 'which').choices([...settingNames]);

export const addConfigCommands = (program: Command, deps: CommandDeps): void => {
  const config = program.command('config').description('what need not be typed each time');
  act(config.command('show').description('all settings'), deps, async (ctx) => {
    const settings = await readSettings(ctx.io);
    if (ctx.out.json) return ctx.out.value(settings);
    ctx.out.pairs(settingNames.map((name) => [name, settings[name] ?? `(${settingNotes[name]})`]));
    ctx.out.note(`Kept in ${settingsPath(ctx.io)}; the server in use is ${await ctx.url()}.`);
  });
  act(
    config.command('get').description('one setting').addArgument(nameArgument()),
    deps,
    async (ctx, input) => {
      const value = (await readSettings(ctx.io))[settingName(argument(input))];
      if (ctx.out.json) ctx.out.value(value ?? null);
      else if (value !== undefined) ctx.out.line(String(value));
    },
  );
  act(
    config.command('set').description('change a setting').addArgument(nameArgument()).argument('<value>'),
    deps,
    async (ctx, input) => {
      const name = settingName(argument(input));
      await writeSettings(ctx.io, withSetting(await readSettings(ctx.io), name, argument(input, 1)));
      ctx.out.note(`${name} is kept.`);
    },
  );
  act(
    config.command('unset').description('forget a setting').addArgument(nameArgument()),
    deps,
    async (ctx, input) => {
      const { [settingName(argument(input))]: _gone, ...rest } = await readSettings(ctx.io);
      await writeSettings(ctx.io, rest);
    },
  );
};
