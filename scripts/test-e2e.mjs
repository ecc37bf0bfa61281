// `npm run test:e2e`: the built program where something goes wrong, or takes long: bad input, crashes, full disks, backups, pods of all kinds.
import { slowEndToEnd } from './endtoend.mjs';
import { ensureBuilt, ensureInstalled } from './setup.mjs';

ensureInstalled();
await ensureBuilt();
const { createSuite } = await import('./suite.mjs');
const suite = createSuite();
// They mostly wait, so two at a time; each has a Pilotage of its own.
const files = slowEndToEnd();
const half = files.filter((_, i) => i % 2 === 0);
await suite.mocha([half, files.filter((file) => !half.includes(file))]);
suite.finish();
