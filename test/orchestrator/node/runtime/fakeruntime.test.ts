import { join } from 'node:path';
import { scratch } from '../helpers.ts';
import { describeRuntime } from './contract.ts';
import { FAKE_PROGRAMS } from './fakeprograms.ts';
import { createFakeMachine } from './fakeruntime.ts';

// A runtime that shares nothing with the process runtime passes the same contract: it asks for no process.
describeRuntime('in memory', () => {
  const place = scratch();
  const machine = createFakeMachine();
  return {
    image: 'app',
    missingImage: 'nowhere/app',
    programs: FAKE_PROGRAMS,
    open: machine.open,
    volumesDir: (pod) => join(place.path, pod),
    dispose: async () => place.dispose(),
  };
});
