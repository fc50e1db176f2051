import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'dotenv';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findDrift, writeGenerated } from './check.ts';
import { renderConfigurationReference, renderEnvExample } from './configuration.ts';

describe('the drift check', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'gpushield-drift-'));
  });
  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
  });
  const check = { path: 'deep/file.md', generate: () => 'one\ntwo\n' };

  it('finds a missing file, a changed line and a lost end, and nothing in what it wrote', async () => {
    expect(await findDrift(root, check)).toContain('missing');
    await writeGenerated(root, check);
    expect(await findDrift(root, check)).toBeUndefined();
    writeFileSync(join(root, check.path), 'one\n2\n');
    expect(await findDrift(root, check)).toContain(':2');
    writeFileSync(join(root, check.path), 'one\ntwo');
    expect(await findDrift(root, check)).toContain(':3');
  });
});

describe('the configuration’s documents', () => {
  it('give no value away when .env.example is used as it is', () => {
    expect(parse(renderEnvExample())).toEqual({});
    expect(renderEnvExample()).toContain('# PORT=8000');
  });

  it('have a row of four cells for each variable', () => {
    const rows = renderConfigurationReference()
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    expect(rows.length).toBeGreaterThan(35);
    for (const row of rows) expect(row.split(/(?<!\\)\|/)).toHaveLength(6);
  });
});
