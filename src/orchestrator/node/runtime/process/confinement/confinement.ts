/**
 * How builds and pods are kept from what is not theirs: decided once for a machine (`decide.ts`) from what a probe found (`probe.ts`),
 * written down as plain values, and turned into the command that a program is run by (`command.ts`).
 */
import type { Confinement, Cover } from '../../../../../base/confinement.ts';

/** How one program is confined; recorded with a running one, so that what is run beside it later is confined alike. */
export type Sandbox =
  | { readonly type: 'none' }
  | {
      readonly type: 'uid';
      readonly uid: number;
      readonly lowPorts: boolean;
      readonly view?: View;
    }
  | { readonly type: 'namespace'; readonly uid: number; readonly gid: number; readonly view: View };

/** What of the file system a program sees differently from its machine. */
export interface View {
  readonly covers: readonly Cover[];
  readonly blanks: readonly string[];
  /** Absolute; one that no cover hides is left as it is. */
  readonly readOnly: readonly string[];
  readonly writable: readonly string[];
}

export interface SandboxPaths {
  readonly readOnly: readonly string[];
  readonly writable: readonly string[];
}

/** `uid` is asked for only where programs run as other users. */
export function sandboxOf(confinement: Confinement, uid: () => number, paths: SandboxPaths): Sandbox {
  switch (confinement.type) {
    case 'none':
      return { type: 'none' };
    case 'uid': {
      const { covers, lowPorts } = confinement;
      return {
        type: 'uid',
        uid: uid(),
        lowPorts,
        ...(covers ? { view: { covers, blanks: [], ...paths } } : {}),
      };
    }
    case 'namespace': {
      const { covers, blanks, gid } = confinement;
      return { type: 'namespace', uid: confinement.uid, gid, view: { covers, blanks, ...paths } };
    }
  }
}
