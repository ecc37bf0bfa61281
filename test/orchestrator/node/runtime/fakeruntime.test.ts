import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scratch } from '../helpers.ts';
import { describeRuntime } from './contract.ts';
import { createFakeMachine, FAKE_PROGRAMS } from './fakeruntime.ts';

// A runtime that shares nothing with the process runtime passes the same contract: it asks for no process.
describeRuntime('in memory', () => {
  const place = scratch();
  const machine = createFakeMachine();
  const volumesDir = (pod: string) => join(place.path, pod);
  return {
    image: 'app',
    missingImage: 'nowhere/app',
    programs: FAKE_PROGRAMS,
    open: machine.open,
    volume(pod, name, file, text) {
      const dir = join(volumesDir(pod), name);
      mkdirSync(dir, { recursive: true });
      writeFileSync(join(dir, file), text);
      return dir;
    },
    volumesDir,
    dispose: async () => place.dispose(),
  };
});
