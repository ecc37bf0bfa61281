// `npm run test:clients [-- FILE...]`: the ecosystem's own clients, built from pinned Go modules, against the built program.
import { basename, join } from 'node:path';
import { peerPrograms } from './peers.mjs';
import { startRegistry } from './registry.mjs';
import { ensureBuilt, ensureInstalled } from './setup.mjs';

/** What each file drives, so that one of them alone needs no other programs. */
const PROGRAMS = {
  'adopt.peer.ts': ['helm3', 'helm4'],
  'charts.peer.ts': ['helm3', 'helm4'],
  'clientnode.peer.ts': [],
  'helm.peer.ts': ['kubectl', 'helm3', 'helm4'],
  'informers.peer.ts': ['kubectl', 'informers'],
  'k9s.peer.ts': ['kubectl', 'k9s'],
  'kubectlversions.peer.ts': ['kubectl-oldest', 'kubectl-newest'],
  'prometheus.peer.ts': ['kubectl', 'prometheus'],
  // Without a provider there is nothing to build OpenTofu for, which takes long.
  'terraform.peer.ts': process.env.PILOTAGE_TERRAFORM_PROVIDER ? ['kubectl', 'tofu'] : [],
};

ensureInstalled();
await ensureBuilt();
const { createSuite } = await import('./suite.mjs');
const suite = createSuite();
const all = Object.keys(PROGRAMS).map((name) => join('test', 'clients', name));
const chosen = process.argv.length > 2 ? process.argv.slice(2) : all;
const programs = chosen.flatMap((file) => PROGRAMS[basename(file)] ?? []);
const registry = chosen.some((file) => basename(file) === 'charts.peer.ts')
  ? await startRegistry()
  : undefined;
await suite.mocha([chosen], {
  PILOTAGE_PROGRAMS: peerPrograms([...new Set(programs)]),
  ...(registry ? { REGISTRY: JSON.stringify(registry) } : {}),
});
registry?.stop();
suite.finish();
