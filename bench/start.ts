/** Start-up: `pilotage up` → its ready line, with its agent running; and the time of a command that only asks. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { median, repeated, report, timed } from './support/figures.ts';
import { Instance } from './support/instance.ts';

const TIMES = 5;

const fresh = await repeated(TIMES, async () => {
  const since = performance.now();
  let ready = 0;
  await Instance.during(async () => {
    ready = performance.now() - since;
  });
  return ready;
});
report('up → ready, first start', median(fresh), 'ms', { target: '< 2000', samples: fresh });

await Instance.during(async (instance) => {
  const again = await repeated(TIMES, async () => {
    await instance.down();
    return timed(() => instance.up());
  });
  report('up → ready, later starts', median(again), 'ms', { target: '< 2000', samples: again });
  const status = await repeated(10, () => timed(() => instance.cli('status')));
  report('pilotage status', median(status), 'ms', { samples: status });
  const run = promisify(execFile);
  const node = await repeated(10, () => timed(() => run(process.execPath, ['-e', '0'])));
  report('node -e 0, for comparison', median(node), 'ms', { samples: node });
});
