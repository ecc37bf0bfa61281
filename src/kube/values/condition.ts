/** What the conditions of all kinds have in common, and what some of them have besides. */
export interface Condition<Type extends string = string> {
  readonly type: Type;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
  /** Deployments. */
  readonly lastUpdateTime?: string;
  /** Pods. */
  readonly lastProbeTime?: string | null;
  readonly observedGeneration?: number;
}
