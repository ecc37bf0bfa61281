import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const main = join(root, 'dist', 'main.js');

/** A module of the built program: what is measured is what is shipped. Name it without `src/` and extension, and give its type. */
export const built = <M>(module: string): Promise<M> =>
  import(pathToFileURL(join(root, 'dist', `${module}.js`)).href) as Promise<M>;
