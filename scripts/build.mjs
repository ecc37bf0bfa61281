import { build, ensureInstalled } from './setup.mjs';

ensureInstalled();
await build();
