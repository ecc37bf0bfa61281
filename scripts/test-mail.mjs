// `npm run test:mail`: notifications by mail, to a real server: aiosmtpd (apt-get install python3-aiosmtpd).
import { join } from 'node:path';
import { ensureInstalled } from './setup.mjs';

ensureInstalled();
const { createSuite } = await import('./suite.mjs');
const suite = createSuite();
await suite.mocha([[join('test', 'notify', 'mail.peer.ts')]]);
suite.finish();
