import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type {
  ContainerRef,
  ContainerSecurity,
  ContainerSpec,
} from '../../../../src/orchestrator/node/runtime/spec.ts';

/** Of a container whose pod says nothing of security. */
export const plainSecurity: ContainerSecurity = {
  groups: [],
  nonRoot: false,
  privileged: false,
  readOnlyRoot: false,
  noNewPrivileges: false,
  addCapabilities: [],
  dropCapabilities: [],
};

/** A container that asks for nothing but its command. */
export const containerSpec = (
  ref: ContainerRef,
  command: readonly string[],
  more: Partial<ContainerSpec> = {},
): ContainerSpec => ({
  ref,
  image: { reference: 'app', digest: '' },
  command,
  args: [],
  env: {},
  mounts: [],
  resources: { requests: {}, limits: {} },
  security: plainSecurity,
  backOffMs: 0,
  restarts: 0,
  ...more,
});

/** Makes a directory below the volumes of a pod, with one file in it. */
export function writeVolume(volumesDir: string, name: string, file: string, text: string): string {
  const dir = join(volumesDir, name);
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, file), text);
  return dir;
}
