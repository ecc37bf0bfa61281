import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromSource, ownProgram } from '../../../base/ownfiles.ts';

export interface RelayProgram {
  readonly folder: string;
  /** Its name there. */
  readonly file: string;
}

/** The program `main.ts`; undefined: from source it would need more than its folder. */
export function relayProgram(): RelayProgram | undefined {
  if (fromSource) return undefined;
  const path = fileURLToPath(ownProgram('orchestrator/network/relay/main.ts'));
  return { folder: dirname(path), file: basename(path) };
}
