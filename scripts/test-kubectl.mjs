// `npm run test:kubectl [-- --only core,run_pod_tests]`: Kubernetes' own test/cmd scripts with the kubectl of the same release, the tables
// of strategic merge patches, the steps of structured-merge-diff, and the pods of Pod Security.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordMergeSteps } from './mergesteps.mjs';
import { peerPrograms, peerSources } from './peers.mjs';
import { ensureInstalled, root } from './setup.mjs';

ensureInstalled();
const { createSuite } = await import('./suite.mjs');
const suite = createSuite();
const folder = mkdtempSync(join(tmpdir(), 'pilotage-merge-'));
const tables = ['strategicmerge', 'structuredmerge', 'podsecurity'];
await suite.mocha([tables.map((table) => `test/kubectl/${table}.peer.ts`)], {
  MERGE_STEPS: recordMergeSteps(folder),
  APIMACHINERY: peerSources('k8s.io/apimachinery'),
  POD_SECURITY: peerSources('k8s.io/pod-security-admission'),
});
rmSync(folder, { recursive: true });
const given = ['--programs', peerPrograms(['kubectl', 'kubectl-convert']), '--sources', peerSources()];
suite.counted([
  '--import',
  'tsx',
  join(root, 'test', 'kubectl', 'run.ts'),
  ...given,
  ...process.argv.slice(2),
]);
suite.finish();
