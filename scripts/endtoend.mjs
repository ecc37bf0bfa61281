// Which test files there are, and which of the end-to-end tests belong to which suite.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './setup.mjs';

/** Every test file below a folder, relative to the root. */
function testsBelow(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

/** These files of test/e2e take their time and are `npm run test:e2e`, all others are part of `npm test`. */
const SLOW = [
  // What goes wrong.
  ...['backup', 'badbranches', 'badinput', 'badmachine', 'confinement', 'crash', 'lifetime', 'limits'],
  ...['machines', 'nodes', 'operating', 'pushes'],
  // What not every team has, or meets later than on its first day.
  ...[
    'autoscaling',
    'gateway',
    'homecluster',
    'ingress',
    'jobs',
    'kubectlreading',
    'kubectlreplication',
    'kubectlrollouts',
  ],
  ...[
    'kubectlwriting',
    'othercluster',
    'ownership',
    'podend',
    'podinputs',
    'podlife',
    'packaged',
    'secrets',
    'services',
  ],
  ...['compose', 'gitflow', 'hooks', 'previews', 'shop', 'starters', 'streams', 'tls', 'volumes'],
];

const isSlow = (file) => SLOW.some((name) => file.endsWith(`/${name}.test.ts`));
/** A real kubectl at the API in process, a real git at its host, a real sshd, processes that render: mostly the time of these programs. */
const WITH_PROGRAMS = [
  ...['orchestrator/api/kubectl', 'orchestrator/api/aggregation/kubectl'],
  ...['git/host/host', 'git/host/clones', 'git/host/pushrecords', 'render/pool/pool'],
  ...['git/repository', 'git/history/closure', 'git/store/repack', 'cli/chartcreate'],
  ...['git/transport/ssh', 'sync/intake/connectssh', 'signatures/sshsig', 'sync/source/gpg'],
  ...[
    'base/uncaught',
    'orchestrator/node/runtime/process/images/store',
    'git/store/pack-writer',
    'git/pack/pack',
  ],
  ...['orchestrator/node/pod/newagent', 'orchestrator/node/pod/listening', 'promotion/histories/histories'],
];
const isWithPrograms = (file) => WITH_PROGRAMS.some((name) => file.endsWith(`/test/${name}.test.ts`));

export const quickEndToEnd = () => testsBelow('test/e2e').filter((file) => !isSlow(file));
export const slowEndToEnd = () => [
  ...testsBelow('test/e2e').filter(isSlow),
  ...testsBelow('test').filter(isWithPrograms),
];
/** All others: in the process of the tests, or beside it for a moment. */
export const insideTests = () =>
  testsBelow('test').filter((file) => !file.includes('/e2e/') && !isWithPrograms(file));
