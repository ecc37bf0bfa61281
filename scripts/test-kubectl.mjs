// `npm run test:kubectl [-- --only core,run_pod_tests]`: Kubernetes' own test/cmd scripts with the kubectl of the same release.
import { join } from 'node:path';
import { peerPrograms, peerSources } from './peers.mjs';
import { ensureInstalled, root, run } from './setup.mjs';

ensureInstalled();
const programs = ['--programs', peerPrograms(['kubectl', 'kubectl-convert']), '--sources', peerSources()];
const main = join(root, 'test', 'kubectl', 'run.ts');
run(process.execPath, ['--import', 'tsx', main, ...programs, ...process.argv.slice(2)], { cwd: root });
