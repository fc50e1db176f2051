// Builds the web console: `npm install` runs it, and `npm run console` runs it again. Plain JavaScript for whatever Node
// installs. Where vite is missing (`npm ci --omit=dev`) the console is left out, and the server says so at /console/.
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../packages/console', import.meta.url));

const vite = await import('vite').catch(() => undefined);
if (vite === undefined) {
  console.log('The web console is not built: vite is not installed (npm install brings it).');
} else {
  await vite.build({ root, configFile: `${root}/vite.config.ts`, logLevel: 'warn' });
  console.log('The web console is built.');
}
