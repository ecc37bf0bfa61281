import type { Json } from '../kube/values/types.ts';
import type { Cursor } from './reader.ts';

/** A gate as pilotage.yaml writes it. What it decides is not the business of the file: see `promotion/gates/`. */
export interface GateGrammar {
  /** Its key under `promotion.gates`. */
  readonly name: string;
  /** Its part of the JSON schema of pilotage.yaml. */
  readonly schema: object;
  /**
   * Its setting as a policy records it; complains about anything else. Absent for a gate that the file may name and that this
   * version does not support: it blocks, named, rather than being passed over.
   */
  read?(at: Cursor): Json | undefined;
}
