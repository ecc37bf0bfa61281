/** The health of one object, or of a set. The states are those of Argo CD; `reason` is CamelCase, `message` a sentence. */
const VERDICTS = ['Healthy', 'Suspended', 'Progressing', 'Missing', 'Degraded', 'Unknown'] as const;
export type VerdictState = (typeof VERDICTS)[number];

export interface Verdict {
  readonly state: VerdictState;
  readonly reason?: string;
  readonly message?: string;
}
