// `npm run test:conformance [-- --area auth,cli] [--focus TEXT] [--all]`: Kubernetes' own conformance suite against a daemon of this checkout.
import { join } from 'node:path';
import { peerPrograms, peerSources } from './peers.mjs';
import { ensureBuilt, ensureInstalled, root, run } from './setup.mjs';

ensureInstalled();
await ensureBuilt();
const programs = ['--programs', peerPrograms(['e2e.test', 'kubectl']), '--sources', peerSources()];
const main = join(root, 'test', 'conformance', 'run.ts');
run(process.execPath, ['--import', 'tsx', main, ...programs, ...process.argv.slice(2)], { cwd: root });
