/*
 * Records all syscalls of everyday work and of the stand-ins for attacks, with strace, for `syscall-baseline`.
 * `node bench/syscall-sequences.ts`. Under strace a process cannot be traced by another: such calls are made and fail.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { attacks } from '../tests/support/attacks.ts';
import { writeSequences, type SequenceRun } from './support/syscall-sequences.ts';

const rounds = 10;
const attackRounds = 2;
/** Of one process; what a long one does later is more of the same. */
const maxCalls = 6_000;
const minCalls = 16;

/** Each round does a little else: `$R` is its number. */
const honest: Readonly<Record<string, string>> = {
  python: `/usr/bin/python3 -c 'import json, os, re, sys, tempfile, subprocess
for i in range(60 + 5 * int(sys.argv[1])):
    p = "f%d" % i; open(p, "w").write(json.dumps([i] * (i * 7 % 50))); json.load(open(p)); re.findall("a", p)
    if i % 3 == 0: os.stat(p); os.rename(p, p + "x"); os.listdir(".")
import sqlite3, hashlib, logging, argparse' $R`,
  node: `NODE -e 'const fs=require("fs"); for (let i=0;i<80+5*$R;i++){ fs.writeFileSync("n"+i,"x".repeat(i)); fs.readFileSync("n"+i); if(i%4==0) fs.statSync("n"+i); } require("http"); require("crypto").randomBytes(8)'`,
  shell: `for i in 1 2 3 4 5 6 7 8 9 $(seq $R); do ls /usr > l$i; sort l$i | uniq -c | head -3 > /dev/null; cp l$i m$i; wc -l < m$i; rm l$i; done`,
  compile: `for i in 1 2 3; do printf '#include <stdio.h>\\n#include <stdlib.h>\\nint main(){ puts("%s"); return %s; }' $i $R > c$i.c; gcc -O$((R % 3)) -o c$i c$i.c; done`,
  archive: `mkdir d; for i in $(seq $((20 + R))); do seq $((i * 50)) > d/$i; done; tar cf a.tar d; gzip -k a.tar; tar tzf a.tar.gz > /dev/null; mkdir e; tar xzf a.tar.gz -C e`,
  git: `git init -q g; cd g; for i in 1 2 3 $(seq $((R / 2))); do seq $i > f$i; git add .; git -c user.name=a -c user.email=a@b commit -qm $i; done; git log --stat > /dev/null; git status > /dev/null`,
  search: `find /usr/share/doc -maxdepth 2 -name "*$R*" > /dev/null; grep -rl "license" /usr/share/doc/b* > /dev/null; find /etc -name "*.conf" -size +1k > /dev/null`,
  web: `/usr/bin/python3 -c 'import http.server, threading, urllib.request, sys
s = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
threading.Thread(target=s.serve_forever, daemon=True).start()
for i in range(30 + 2 * int(sys.argv[1])): urllib.request.urlopen("http://127.0.0.1:%d/" % s.server_port).read()
s.shutdown()' $R 2> /dev/null`,
  database: `for i in 1 2 3 4 $(seq $((R / 2))); do printf 'create table if not exists t(a); insert into t values(%s); select count(*) from t;\\n' $i | sqlite3 x.db > /dev/null; done`,
};

/** Short work is done so often in a round that a model learns enough to judge. */
const times: Readonly<Record<string, number>> = { python: 2, node: 4, database: 4 };

const kinds: readonly (readonly [string, RegExp])[] = [
  ['execution', /^T(1059|1105|1620|1505|1036|1564)/],
  ['injection', /^T1055/],
  ['credentials', /^T(1003|1552|1528)/],
  ['container escape', /^T1611/],
  ['rights', /^T1548/],
  ['persistence', /^T(1053|1543|1098|1546|1136|1547$|1554|1556|1574)/],
  ['kernel', /^T(1014|1547\.006|1542|1529)/],
  ['hiding', /^T(1070|1562)/],
  ['network', /./],
];
const kindOf = (technique: string): string => kinds.find(([, is]) => is.test(technique))?.[0] ?? 'network';

const names = new Map<string, number>();
const numberOf = (name: string): number => {
  const known = names.get(name) ?? names.size;
  names.set(name, known);
  return known;
};

/** Runs a command under strace; one list for each process. */
const record = (folder: string, command: readonly string[]): readonly (readonly number[])[] => {
  const out = join(folder, '.calls');
  const strace = ['-f', '-qq', '-e', 'signal=none', '-s', '0', '-o', out, ...command];
  spawnSync('strace', strace, { cwd: folder, stdio: 'ignore', timeout: 60_000 });
  const byProcess = new Map<string, number[]>();
  for (const line of readFileSync(out, 'latin1').split('\n')) {
    const found = /^(\d+) +([a-z_0-9]+)\(/.exec(line);
    if (found === null) continue;
    const [, pid = '', name = ''] = found;
    const calls = byProcess.get(pid) ?? [];
    if (calls.length < maxCalls) calls.push(numberOf(name));
    byProcess.set(pid, calls);
  }
  return [...byProcess.values()].filter((calls) => calls.length >= minCalls);
};

const runs: SequenceRun[] = [];
const inFolder = (work: (folder: string) => void): void => {
  const folder = mkdtempSync(join(tmpdir(), 'gpushield-sequences-'));
  try {
    work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
for (let round = 0; round < rounds; round += 1)
  for (const [family, script] of Object.entries(honest))
    for (let time = 0; time < (times[family] ?? 1); time += 1)
      inFolder((folder) => {
        const number = String(round * (times[family] ?? 1) + time);
        const text = script.replaceAll('NODE', process.execPath).replaceAll('$R', number);
        const recorded = record(folder, ['/bin/sh', '-c', text.replaceAll('(R ', `(${number} `)]);
        for (const calls of recorded) runs.push({ family, isAttack: false, round, name: family, calls });
        console.log(`${family} ${round}: ${recorded.length} processes, ${recorded.flat().length} calls`);
      });
for (let round = 0; round < attackRounds; round += 1)
  for (const attack of attacks)
    inFolder((folder) => {
      mkdirSync(join(folder, '.x'));
      for (const name of ['sleep', '.x/sleep']) copyFileSync('/bin/sleep', join(folder, name));
      const command = attack.command.map((each) => each.replace(/^(DIR|SHM)(?=\/|$)/, folder));
      const family = kindOf(attack.technique);
      // The dangerous process is the one that does the most: attacks that fork do so to have a victim.
      const [calls] = record(folder, command).toSorted((a, b) => b.length - a.length);
      if (calls !== undefined) runs.push({ family, isAttack: true, round, name: attack.name, calls });
    });
writeSequences({ recorded: new Date().toISOString(), kernel: release(), names: [...names.keys()], runs });
console.log(`${runs.length} processes, ${runs.reduce((sum, { calls }) => sum + calls.length, 0)} calls`);
