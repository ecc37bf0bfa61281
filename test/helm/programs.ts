import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { HelmVersion } from '../../src/charts/helm/dialect.ts';

/** The program of a release of Helm, built by scripts/test-helm.mjs; undefined on a machine without Go. */
export function helmProgram(helm: HelmVersion): string | undefined {
  const folder = process.env.PILOTAGE_PROGRAMS;
  const program = folder === undefined ? undefined : join(folder, `render-helm${helm}`);
  return program !== undefined && existsSync(program) ? program : undefined;
}
