export type RuntimeName = 'process' | 'container';

export interface RoutedPod {
  /** Name of its RuntimeClass; absent: it has none. */
  readonly runtimeClass?: string;
  /** Of each of its images: the machine's own programs, or imported into this machine. */
  readonly imagesAreLocal: readonly boolean[];
}

/** Which runtime a pod is for: its containers share a network, so there is one for all of them. Pure. */
export const runtimeOf = ({ runtimeClass, imagesAreLocal }: RoutedPod): RuntimeName =>
  runtimeClass === 'process' || imagesAreLocal.every(Boolean) ? 'process' : 'container';
