import type { HelmValue } from './values.ts';

/** Releases of Helm that render differently: 4 is 4.2.4, 3 is 3.21.4. */
export type HelmVersion = 3 | 4;

/** How Go reads and writes what a chart holds. It is handed in, because it belongs to the language of the templates. */
export interface Dialect {
  /** One document as sigs.k8s.io/yaml reads it, its numbers float64. @throws Error in Go's words, with `line N` where it knows it */
  readonly yaml: (text: string) => HelmValue;
  /** Whether a version lies in a range, by the rules of Masterminds' semver; false for what is neither. */
  readonly satisfies: (version: string, range: string) => boolean;
  /** Whether Masterminds' semver reads it as a version (`1.2` is one). */
  readonly isVersion: (version: string) => boolean;
  /** By its precedence, as a sort has it; what is no version comes before all that are. */
  readonly compareVersions: (a: string, b: string) => number;
  /** As encoding/json writes it, the keys of maps sorted. */
  readonly toJson: (value: HelmValue) => string;
  /** As sigs.k8s.io/yaml writes it. */
  readonly toYaml: (value: HelmValue) => string;
}
