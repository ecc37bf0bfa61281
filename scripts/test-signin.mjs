// `npm run test:signin`: people signed in by a real OpenID Connect provider and a real directory, against the built program. The provider is a
// package that this suite alone installs (test/signin/package-lock.json); the directory is slapd of this machine (apt-get install slapd).
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureBuilt, ensureInstalled, root } from './setup.mjs';

const PEERS = ['oidc', 'login', 'ldap'];

ensureInstalled();
await ensureBuilt();
const peers = join(root, 'test', 'signin');
execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: peers, stdio: 'inherit' });
const { createSuite } = await import('./suite.mjs');
const suite = createSuite();
// One after the other: they share the file of sign-ins of one person.
await suite.mocha([PEERS.map((name) => join('test', 'signin', `${name}.peer.ts`))]);
suite.finish();
