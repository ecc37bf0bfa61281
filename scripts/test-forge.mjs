// `npm run test:forge`: pull requests, statuses and comments at a real Gitea, by the built program. Needs Go and a C compiler, and says so.
import { join } from 'node:path';
import { giteaPrograms } from './gitea.mjs';
import { ensureBuilt, ensureInstalled } from './setup.mjs';

ensureInstalled();
await ensureBuilt();
const gitea = giteaPrograms();
if (!gitea) console.log('no Go or no C compiler here: what needs a real Gitea is skipped');
const env = gitea ? { PILOTAGE_GITEA: gitea.program, PILOTAGE_GITEA_ROOT: gitea.templates } : {};
const { createSuite } = await import('./suite.mjs');
const suite = createSuite();
await suite.mocha([['gitea', 'giteaauto'].map((name) => join('test', 'forge', `${name}.peer.ts`))], env);
suite.finish();
