import { defineConfig } from 'vite';

/** `npm install` builds the console by itself (tools/build-console.js); `npx vite` in this folder serves it while it is written. */
export default defineConfig({
  base: '/console/',
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
    rolldownOptions: {
      // Libraries for servers that render mark what runs in browsers; here everything does.
      onLog: (level, log, handler) => log.code !== 'MODULE_LEVEL_DIRECTIVE' && handler(level, log),
    },
  },
  server: {
    proxy: Object.fromEntries(
      ['/api', '/auth', '/v1', '/health'].map((path) => [
        path,
        { target: 'http://127.0.0.1:8000', ws: true },
      ]),
    ),
  },
});
