import type { Pod } from '../objects.data.ts';

/** Whether a pod has come to its end, and only its object is left to be deleted. */
export const isFinished = ({ status }: Pick<Pod, 'status'>): boolean =>
  status?.phase === 'Succeeded' || status?.phase === 'Failed';
