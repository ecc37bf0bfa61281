// `npm run test:kustomize [-- FOLDER...]`: kustomize, and Helm for its charts, built from their pinned Go modules, beside the renderer of kustomizations: on the fixtures,
// on seeded random kustomizations, and on every kustomization below each folder that is given (those that need the network are refused by both).
// KUSTOMIZE_SEED and KUSTOMIZE_CASES: other random ones, and how many.
import { join, resolve } from 'node:path';
import { peerPrograms } from './peers.mjs';
import { ensureInstalled } from './setup.mjs';

ensureInstalled();
const { createSuite } = await import('./suite.mjs');
const suite = createSuite();
const folders = process.argv.slice(2).map((folder) => resolve(process.env.INIT_CWD ?? '.', folder));
const programs = peerPrograms(['kustomize', 'helm4']);
await suite.mocha([['test/kustomize/*.peer.ts']], {
  KUSTOMIZE: join(programs, 'kustomize'),
  HELM: join(programs, 'helm4'),
  KUSTOMIZE_FOLDERS: JSON.stringify(folders),
});
suite.finish();
