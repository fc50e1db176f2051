import type { Command } from 'commander';
import { usageError } from '../cli-error.ts';
import { act, type CommandContext, type CommandDeps } from '../context.ts';
import { withSetting } from './config.ts';
import { readSettings, settingsPath, writeSettings, type SettingName, type Settings } from './settings.ts';

const questions: readonly (readonly [SettingName, string])[] = [
  ['api_url', 'Address of the server'],
  ['login', 'Sign in by password, aws or device'],
  ['username', 'User name'],
  ['gpu_type', 'Usual type (h100, cpu-x86, …)'],
  ['hours', 'Usual hours'],
  ['disk', 'Usual disk'],
  ['github_user', 'GitHub user whose keys open your jobs'],
  ['ssh_key', 'Public key file that opens your jobs'],
];

const ask = async (ctx: CommandContext, settings: Settings): Promise<Settings> => {
  let changed = settings;
  for (const [name, question] of questions) {
    const kept = changed[name] ?? (name === 'api_url' ? await ctx.url() : undefined);
    const answer = await ctx.io.stdin.readLine(`${question} [${String(kept ?? 'none')}]: `);
    const text = answer.trim() === '' ? String(kept ?? '') : answer.trim();
    if (text !== '') changed = withSetting(changed, name, text);
  }
  return changed;
};

export const addSetupCommand = (program: Command, deps: CommandDeps): void => {
  act(
    program
      .command('setup')
      .description('asks for what need not be typed each time; Enter keeps what is shown'),
    deps,
    async (ctx) => {
      if (!ctx.io.stdin.isTty)
        throw usageError('There is no terminal to ask on', 'Use `gpu-dev config set NAME VALUE`.');
      await writeSettings(ctx.io, await ask(ctx, await readSettings(ctx.io)));
      ctx.out.note(`Kept in ${settingsPath(ctx.io)}. Sign in with \`gpu-dev login\`.`);
    },
  );
};
