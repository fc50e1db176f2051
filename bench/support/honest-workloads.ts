/*
 * Everyday work, as shell scripts that run in a fresh folder of the home directory. `NODE` and `REPO` are this project's
 * Node and a copy of this project; what a machine lacks is skipped and said so.
 */

export interface HonestWorkload {
  readonly name: string;
  /** Programs that it needs. */
  readonly needs: readonly string[];
  readonly script: string;
}

const cProgram = `cat > main.c <<'C'
#include <stdio.h>
int main(void) { long s = 0; for (long i = 0; i < 1000000; i++) s += i; printf("%ld\\n", s); return 0; }
C
cat > Makefile <<'M'
all: main
main: main.c
\tgcc -O2 -o main main.c
test: main
\t./main | grep -q 499999500000
install: main
\tmkdir -p out/bin && install -m 755 main out/bin/main
M
`;

export const honestWorkloads: readonly HonestWorkload[] = [
  {
    name: 'npm install',
    needs: ['npm'],
    script: `npm init -y >/dev/null && npm install --no-audit --no-fund ms@2.1.3 nanoid@5.1.5 pino@10.0.0 prettier@3.6.2`,
  },
  {
    name: 'npm scripts',
    needs: ['npm'],
    script: `echo '{"name":"x","version":"1.0.0","scripts":{"pretest":"node -v","test":"node --test","build":"mkdir -p dist && cp *.mjs dist/"}}' > package.json
echo "import test from 'node:test'; import { spawnSync } from 'node:child_process'; test('x', () => { spawnSync('ls', ['-l']); spawnSync('sh', ['-c', 'echo hi']); });" > a.test.mjs
npm run build && npm test`,
  },
  {
    name: 'TypeScript build',
    needs: [],
    script: `NODE REPO/node_modules/typescript/bin/tsc --noEmit -p REPO/tsconfig.json || true`,
  },
  {
    name: 'test run',
    needs: [],
    script: `cd REPO && PATH=REPO/node_modules/.bin:$PATH vitest run packages/contracts packages/simulator`,
  },
  {
    name: 'test run with a database',
    needs: [],
    script: `cd REPO && PATH=REPO/node_modules/.bin:$PATH vitest run packages/server/src/domains/queues`,
  },
  {
    name: 'server with PostgreSQL',
    needs: ['curl'],
    script: `PORT=38471 GPUSHIELD_DATA_DIR=$PWD/data GPUSHIELD_SENSOR=off GPUSHIELD_OTLP_GRPC_PORT=0 GPUSHIELD_LOG_LEVEL=error NODE REPO/packages/server/src/main.ts serve & 
server=$!
for i in $(seq 60); do curl -sf localhost:38471/health >/dev/null && break; sleep 0.5; done
for i in $(seq 20); do curl -s localhost:38471/docs >/dev/null; curl -s localhost:38471/openapi.json >/dev/null; done
kill -TERM $server; wait $server`,
  },
  {
    name: 'linting and formatting',
    needs: [],
    script: `cd REPO && node_modules/.bin/prettier --check packages/contracts/src >/dev/null; node_modules/.bin/eslint packages/contracts/src || true`,
  },
  { name: 'C build', needs: ['gcc', 'make'], script: `${cProgram}make && make test && make install` },
  {
    name: 'C build in /tmp',
    needs: ['gcc', 'make'],
    script: `d=$(mktemp -d /tmp/build-XXXXXX) && cd $d
${cProgram}make && make test; rm -rf $d`,
  },
  {
    name: 'configure script',
    needs: ['gcc'],
    script: `for i in 1 2 3 4 5; do echo 'int main(void){return 0;}' > conftest.c && gcc -o conftest conftest.c && ./conftest; rm -f conftest*; done`,
  },
  {
    name: 'Python scripts',
    needs: ['/usr/bin/python3'],
    script: `/usr/bin/python3 - <<'P'
import csv, hashlib, json, multiprocessing, os, sqlite3, subprocess, tempfile
def work(n): return hashlib.sha256(str(n).encode() * 1000).hexdigest()
if __name__ == '__main__':
    with multiprocessing.Pool(2) as pool: pool.map(work, range(200))
    with tempfile.TemporaryDirectory() as d:
        db = sqlite3.connect(os.path.join(d, 'x.db')); db.execute('create table t (a)'); db.executemany('insert into t values (?)', [(i,) for i in range(1000)]); db.commit()
        json.dump(list(range(1000)), open(os.path.join(d, 'x.json'), 'w'))
    subprocess.run(['uname', '-a'], check=True, stdout=subprocess.DEVNULL)
P`,
  },
  {
    name: 'Python environment',
    needs: ['/usr/bin/python3'],
    script: `/usr/bin/python3 -m venv --without-pip env && env/bin/python -c 'import sys; print(sys.prefix)'`,
  },
  {
    name: 'web server of Python',
    needs: ['/usr/bin/python3', 'curl'],
    script: `/usr/bin/python3 -m http.server 38472 --bind 127.0.0.1 >/dev/null 2>&1 &
server=$!; sleep 1; for i in $(seq 20); do curl -s localhost:38472/ >/dev/null; done; kill $server; wait $server`,
  },
  {
    name: 'Python data loader with shared memory',
    needs: ['/usr/bin/python3'],
    script: `/usr/bin/python3 -c "
from multiprocessing import shared_memory, Process
import os
def fill(name):
    m = shared_memory.SharedMemory(name); m.buf[:4] = b'abcd'; m.close()
m = shared_memory.SharedMemory(create=True, size=1 << 20)
ps = [Process(target=fill, args=(m.name,)) for _ in range(4)]
[p.start() for p in ps]; [p.join() for p in ps]; m.close(); m.unlink()
fd = os.memfd_create('buffer'); os.ftruncate(fd, 1 << 20); os.close(fd)"`,
  },
  {
    name: 'git',
    needs: ['git'],
    script: `git clone -q --no-hardlinks --depth 1 file://REPO clone; cd clone && git log -1 >/dev/null; git -c user.name=x -c user.email=x@x commit -q --allow-empty -m x; git status >/dev/null; git gc -q`,
  },
  {
    name: 'files and archives',
    needs: ['tar', 'gzip'],
    script: `cp -r REPO/packages/contracts/src copy && tar czf x.tgz copy && tar xzf x.tgz -C /dev/null 2>/dev/null; find copy -name '*.ts' | xargs wc -l | sort -n | tail -1; grep -rn export copy | awk -F: '{print $1}' | sort | uniq -c >/dev/null; chmod -R u+w copy; chmod +x copy/*.ts; rm -rf copy`,
  },
  {
    name: 'looking at the machine',
    needs: [],
    script: `ps aux >/dev/null; df -h >/dev/null; free -m >/dev/null; uptime; id; who; last -n 1 >/dev/null 2>&1; cat /proc/meminfo /proc/cpuinfo >/dev/null; ls -la /etc /var/log >/dev/null; du -s /usr/share/doc >/dev/null; ip addr >/dev/null 2>&1; ss -tlnp >/dev/null 2>&1`,
  },
  {
    name: 'packages of the system',
    needs: ['dpkg'],
    script: `dpkg -l >/dev/null; dpkg -S /bin/ls; apt-cache policy bash >/dev/null; apt list --installed >/dev/null 2>&1`,
  },
  {
    name: 'sandbox',
    needs: ['bwrap'],
    script: `bwrap --ro-bind / / --dev /dev --proc /proc --unshare-pid --unshare-net -- sh -c 'ls / >/dev/null; echo ok' || true`,
  },
  {
    name: 'a service that gives up its rights',
    needs: ['/usr/bin/python3'],
    script: `setpriv --reuid=65534 --regid=65534 --clear-groups /usr/bin/python3 -c 'import os; print(os.getuid())'; su -s /bin/sh nobody -c id || true`,
  },
  {
    name: 'shell scripts',
    needs: ['/usr/bin/perl'],
    script: `for i in $(seq 50); do echo $i | sed 's/1/x/' | tr x y >> out; done; perl -ne 'print if /y/' out | head -3; bash -lc 'echo login'; (sleep 0.2 & wait); trap 'echo bye' EXIT; mkfifo p; (echo hi > p &) ; cat p; timeout 1 sleep 2 || true`,
  },
  {
    name: 'requests to the network',
    needs: ['curl'],
    script: `curl -sI https://registry.npmjs.org/ms >/dev/null || true; curl -s http://127.0.0.1:9/ || true; getent hosts localhost`,
  },
];
