// `npm run test:kubectl [-- --only core,run_pod_tests]`: Kubernetes' own test/cmd scripts with the kubectl of the same release, the tables
// of strategic merge patches, and the pods of Pod Security.
import { join } from 'node:path';
import { peerPrograms, peerSources } from './peers.mjs';
import { ensureInstalled, root } from './setup.mjs';

ensureInstalled();
const { createSuite } = await import('./suite.mjs');
const suite = createSuite();
await suite.mocha([['test/kubectl/strategicmerge.peer.ts', 'test/kubectl/podsecurity.peer.ts']], {
  APIMACHINERY: peerSources('k8s.io/apimachinery'),
  POD_SECURITY: peerSources('k8s.io/pod-security-admission'),
});
const given = ['--programs', peerPrograms(['kubectl', 'kubectl-convert']), '--sources', peerSources()];
suite.counted([
  '--import',
  'tsx',
  join(root, 'test', 'kubectl', 'run.ts'),
  ...given,
  ...process.argv.slice(2),
]);
suite.finish();
