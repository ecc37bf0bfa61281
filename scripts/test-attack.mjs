// `npm run test:attack [-- WORD...]`: hostile and unlucky inputs against daemons that were built from this tree, with what each cost.
import { join } from 'node:path';
import { ensureBuilt, ensureInstalled, root, run } from './setup.mjs';

ensureInstalled();
await ensureBuilt();
run(process.execPath, ['--import', 'tsx', join(root, 'test', 'attack', 'run.ts'), ...process.argv.slice(2)], {
  cwd: root,
});
