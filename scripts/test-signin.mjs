// `npm run test:signin`: people signed in by a real OpenID Connect provider and a real directory, against the built program. The provider is a
// package that this suite alone installs (test/signin/package-lock.json); the directory is slapd of this machine (apt-get install slapd).
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureBuilt, ensureInstalled, root } from './setup.mjs';

ensureInstalled();
await ensureBuilt();
const peers = join(root, 'test', 'signin');
execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: peers, stdio: 'inherit' });
const { createSuite } = await import('./suite.mjs');
const suite = createSuite();
await suite.mocha([[join('test', 'signin', 'oidc.peer.ts')], [join('test', 'signin', 'ldap.peer.ts')]]);
suite.finish();
