/** A build in a process of its own, so that a test can kill it: arguments are the store's directory and the command. */
import { systemClock } from '../../../../../../src/base/clock.ts';
import { silentLogger } from '../../../../../../src/base/log.ts';
import { openImageStore } from '../../../../../../src/orchestrator/node/runtime/process/images/store.ts';

const [dir = '', build = ''] = process.argv.slice(2);
const alive = setInterval(() => {}, 1000);
await openImageStore(dir, { clock: systemClock, logger: silentLogger }).build({
  ref: 'shop/web:1',
  exportTo: async () => {},
  build,
  deadlineMs: 60_000,
  onOutput: (line) => process.stdout.write(`${line}\n`),
  signal: new AbortController().signal,
});
clearInterval(alive);
