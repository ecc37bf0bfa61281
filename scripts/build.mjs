// `npm run build`: the program in dist/, from everything in src/. What goes into it is `build` of setup.mjs.
import { build, ensureInstalled } from './setup.mjs';

ensureInstalled();
await build();
