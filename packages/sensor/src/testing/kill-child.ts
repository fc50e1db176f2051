/** A sensor as a process of its own, to be killed: `node kill-child.ts <url> <key> <state dir> <host root> <run>`. */
import { testGpu, startSensor } from './running-sensor.ts';

const [url = '', key = '', stateDir = '', hostRoot = '', run = '0'] = process.argv.slice(2);
let count = 0;
startSensor({
  ...{ url, stateDir, hostRoot },
  readApiKey: () => Promise.resolve(key),
  sources: [
    {
      name: 'gpu.nvidia',
      discover: () => Promise.resolve({ gpus: [testGpu], problem: null }),
      sample: () =>
        Promise.resolve([
          { uuid: testGpu.uuid, metrics: { 'test.run': Number(run), 'test.count': count++ } },
        ]),
    },
  ],
});
