// `npm run test:promotion`: a thousand random histories of two branches for each seed, promoted here and judged by git.
// PROMOTION_SEEDS and PROMOTION_HISTORIES: other seeds, and how many of each.
import { ensureInstalled } from './setup.mjs';

ensureInstalled();
const { createSuite } = await import('./suite.mjs');
const suite = createSuite();
await suite.mocha([['test/promotion/histories/many.peer.ts']]);
suite.finish();
