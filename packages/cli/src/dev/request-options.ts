import { Option, type Command } from 'commander';
import { maxDurationHours } from '@gpushield/contracts';
import { integerBetween, numberBetween } from '../context.ts';

const shortestHours = 1 / 60;
/** The values of an option that may be given again. */
export const collect = (value: string, previous: readonly string[] = []): readonly string[] => [
  ...previous,
  value,
];

/** The options of reserve and submit. -h means hours here, as its users know it: help is --help. */
export const withRequestOptions = (command: Command): Command =>
  command
    .helpOption('--help', 'show help')
    .option('-g, --gpus <n>', 'GPUs: on each node, or in all with --distributed', integerBetween(0, 1024))
    .option('-t, --gpu-type <type>', 'GPU or CPU type, or an instance type: see `gpu-dev avail`')
    .option(
      '-h, --hours <hours>',
      'how long; fractions are fine (0.25)',
      numberBetween(shortestHours, maxDurationHours),
    )
    .option('-n, --name <name>', 'a name to call it by')
    .option('--disk <name>', 'disk that becomes the home and outlives the job; made if new; none for no disk')
    .option('--disk-size <GB>', 'size of a new disk', integerBetween(10, 10_000))
    .option('--image <image>', 'container image')
    .option('--dockerfile <file>', 'build the image from this; needs a server that builds')
    .option('-d, --distributed', 'spread --gpus over as many nodes as that takes')
    .option('--nodes <n>', 'this many nodes, with --gpus on each; all start or none', integerBetween(1, 64))
    .option(
      '--env <NAME=value>',
      'variable of the job (again for more); NAME alone takes it from here',
      collect,
    )
    .option('--github-user <name>', 'whose keys at GitHub may log in')
    .option('--ssh-key <file>', 'public key file that may log in (again for more)', collect)
    .addOption(
      new Option('--profile <profile>', 'profiling lets profilers read GPU counters').choices([
        'restricted',
        'profiling',
      ]),
    );
