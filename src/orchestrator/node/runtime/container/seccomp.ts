import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isWithin, realPath } from '../../../../base/realpath.ts';
import type { ContainerSecurity } from '../spec.ts';
import type { Engine } from './engine/engine.ts';

export type SeccompOption =
  /** Absent: the engine's own profile. */
  { readonly ok: true; readonly option?: string } | { readonly ok: false; readonly message: string };

/** The security option for the calls of the kernel that a container may make. `profiles`: the node's folder of them. */
export function seccompOption(
  engine: Engine['name'],
  wanted: ContainerSecurity['seccomp'],
  profiles: string,
): SeccompOption {
  if (wanted === undefined) return { ok: true };
  if (wanted === 'any') return { ok: true, option: 'seccomp=unconfined' };
  const [folder, file] = [realPath(profiles), realPath(join(profiles, wanted.profile))];
  if (folder === undefined || file === undefined)
    return fault(
      `cannot load seccomp profile "${wanted.profile}": put it at ${join(profiles, wanted.profile)} of this node`,
    );
  if (!isWithin(file, folder)) return fault(`seccomp profile "${wanted.profile}" leaves ${profiles}`);
  // Podman's engine reads the file, Docker's is sent what is in it.
  return { ok: true, option: `seccomp=${engine === 'podman' ? file : readFileSync(file, 'utf8')}` };
}

const fault = (message: string): SeccompOption => ({ ok: false, message });
