/** What one object, or a set of them, is worth. The states are Argo CD's; `reason` is CamelCase, `message` a sentence. */
const VERDICTS = ['Healthy', 'Suspended', 'Progressing', 'Missing', 'Degraded', 'Unknown'] as const;
export type VerdictState = (typeof VERDICTS)[number];

export interface Verdict {
  readonly state: VerdictState;
  readonly reason?: string;
  readonly message?: string;
}
