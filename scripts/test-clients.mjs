// `npm run test:clients [-- FILE...]`: the ecosystem's own clients, built from pinned Go modules, against the built program.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { peerPrograms } from './peers.mjs';
import { ensureBuilt, ensureInstalled, root } from './setup.mjs';

const PROGRAMS = ['kubectl', 'kubectl-oldest', 'kubectl-newest', 'informers', 'helm3', 'helm4'];

ensureInstalled();
await ensureBuilt();
const { createSuite } = await import('./suite.mjs');
const suite = createSuite();
const all = readdirSync(join(root, 'test', 'clients'))
  .filter((name) => name.endsWith('.peer.ts'))
  .map((name) => join('test', 'clients', name));
const chosen = process.argv.length > 2 ? process.argv.slice(2) : all;
await suite.mocha([chosen], { PILOTAGE_PROGRAMS: peerPrograms(PROGRAMS) });
suite.finish();
