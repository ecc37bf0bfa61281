// `npm run test:helm [-- FILE...]`: the tables of Go templates, random templates and charts by Helm itself and by Pilotage.
// `npm run test:helm -- --charts FOLDER [--helm 3|4]`: every root chart below a folder.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { peerPrograms } from './peers.mjs';
import { ensureInstalled, root } from './setup.mjs';

const FILES = ['tables', 'random', 'charts'].map((name) => join('test', 'helm', `${name}.peer.ts`));

/** Without Go the files skip their tests, which then counts them. */
function programs() {
  const hasGo = spawnSync('go', ['version']).status === 0;
  return hasGo || process.env.PILOTAGE_PEERS ? peerPrograms(['render-helm4', 'render-helm3']) : undefined;
}

ensureInstalled();
const args = process.argv.slice(2);
const folder = programs();
const env = folder === undefined ? {} : { PILOTAGE_PROGRAMS: folder };
if (args.includes('--charts')) {
  const command = ['--import', 'tsx', join('test', 'helm', 'corpus.ts'), ...args];
  const { status } = spawnSync(process.execPath, command, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  process.exit(status ?? 1);
}
const { createSuite } = await import('./suite.mjs');
const suite = createSuite();
await suite.mocha([args.length > 0 ? args : FILES], env);
suite.finish();
