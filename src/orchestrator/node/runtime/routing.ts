export type RuntimeName = 'process' | 'container';

export interface RoutedPod {
  /** Name of its RuntimeClass; absent: it has none. */
  readonly runtimeClass?: string;
  /** Of each of its images: the machine's own programs, or imported into this machine. */
  readonly imagesAreLocal: readonly boolean[];
  /** An engine answers on this node. */
  readonly hasEngine: boolean;
}

/**
 * Which runtime a pod gets, for good: its containers share a network, so there is one for all of them. Without an engine the process
 * runtime says of each image what would make it available. Pure.
 */
export function runtimeOf({ runtimeClass, imagesAreLocal, hasEngine }: RoutedPod): RuntimeName {
  if (runtimeClass === 'process' || imagesAreLocal.every(Boolean)) return 'process';
  return hasEngine ? 'container' : 'process';
}
