import type { KubeClient } from './client.ts';

/** What the version of a server ends with that is the built-in one, of this Pilotage or of another. */
export const BUILTIN_BUILD = '+pilotage';

export const isBuiltinServer = async (client: KubeClient): Promise<boolean> =>
  (await client.version()).endsWith(BUILTIN_BUILD);
