import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/** The program as it is shipped. */
export const main = join(root, 'dist', 'main.js');

/** A module of the program by itself, from its source: a build has no file for each. Name it without `src/` and extension, and give its type. */
export const built = <M>(module: string): Promise<M> =>
  import(pathToFileURL(join(root, 'src', `${module}.ts`)).href) as Promise<M>;
