// Finds files that nothing reaches and exports that nobody imports: `npm run dead-code`.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findDeadCode } from './dead-code/find-dead-code.ts';

const root = join(import.meta.dirname, '..');
const globs = [
  'packages/*/{src,bin}/**/*.{ts,tsx,js}',
  'tests/**/*.ts',
  'bench/**/*.ts',
  'tools/**/*.ts',
  '*.ts',
];

/** Programs, tests and what vitest or a person starts by path. */
const entries =
  /\.test\.ts$|\.d\.ts$|^packages\/(server|sensor)\/src\/main\.ts$|^packages\/(cli|sensor)\/bin\/|^packages\/console\/src\/main\.tsx$|\/schema-snapshot\.ts$|^packages\/cli\/src\/(gpushield|gpu-dev)\.ts$|^tools\/(ci\/)?[^/]+\.ts$|^tools\/firewall\/train\.ts$|^bench\/|^tests\/|^[^/]+\.ts$|\/global-setup\.ts$/;

interface PackageFile {
  readonly name: string;
  readonly exports?: string | Record<string, string>;
}

const packages = new Map(
  globSync('packages/*/package.json', { cwd: root }).flatMap((path) => {
    const { name, exports = {} } = JSON.parse(readFileSync(join(root, path), 'utf8')) as PackageFile;
    const folder = path.replace(/package\.json$/, '');
    const doors = Object.entries(typeof exports === 'string' ? { '.': exports } : exports);
    return doors.map(([door, file]) => [join(name, door), join(folder, file)] as const);
  }),
);
const paths = globSync(globs, { cwd: root, exclude: ['**/node_modules/**', '**/dist/**'] });
const files = new Map(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
const dead = findDeadCode({ files, packages, isEntry: (path) => entries.test(path) });

for (const { path, line, what } of dead) console.log(`${path}:${String(line)} ${what}`);
console.log(`dead code: ${String(dead.length)} found in ${String(files.size)} files`);
process.exitCode = dead.length > 0 ? 1 : 0;
