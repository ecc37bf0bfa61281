/**
 * Where the files of this program lie that are no modules of the running process: its data, and the programs of its own that it starts.
 * A build has one folder (`build` of scripts/setup.mjs), whatever files of `src/` ended up in one of its own.
 */
export const fromSource = import.meta.url.endsWith('.ts');

/** Generated data, named by its path below `src/`. */
export const ownData = (path: string): URL => new URL(`${fromSource ? '..' : '.'}/${path}`, import.meta.url);

/**
 * A program for a thread or process of its own, or a module that `require` loads when it is needed, named by the path of its source below
 * `src/`: `render/pool/worker.ts`, `charts/ajv.cjs`.
 */
export const ownProgram = (source: string): URL =>
  fromSource ? ownData(source) : ownData(source.replaceAll('/', '-').replace(/\.ts$/, '.js'));
