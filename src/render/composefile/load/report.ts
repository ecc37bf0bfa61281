import type { Problem } from '../../../base/errors.ts';
import type { Place } from '../../../base/place.ts';

/** Something that has a place in a file. */
interface At {
  readonly place: Place;
}

/** What is wrong with a compose project, and what is left out of it. One for each render. */
export interface Report {
  readonly problems: Problem[];
  readonly warnings: Problem[];
}

export const newReport = (): Report => ({ problems: [], warnings: [] });

/** More of them help nobody. */
const MOST = 50;

/** Whether further problems would not be kept. */
export const isFull = ({ problems }: Report): boolean => problems.length >= MOST;

/** Reports what prevents the render; returns undefined so that a reader can end with it. */
export function refuse(
  { problems }: Report,
  { place }: At,
  reason: string,
  message: string,
  remedy?: string,
): undefined {
  add(problems, { reason, message, place, ...(remedy ? { remedy } : {}) });
  return undefined;
}

/** Reports what Kubernetes does otherwise than Compose, where the program runs nevertheless. */
export function warn(
  { warnings }: Report,
  { place }: At,
  reason: string,
  message: string,
  remedy?: string,
): undefined {
  add(warnings, { reason, message, place, ...(remedy ? { remedy } : {}) });
  return undefined;
}

/** What one file says and several services repeat is said once. */
function add(list: Problem[], problem: Problem): void {
  const isKnown = list.some(
    ({ message, place }) =>
      message === problem.message &&
      place?.file === problem.place?.file &&
      place?.line === problem.place?.line,
  );
  if (!isKnown && list.length < MOST) list.push(problem);
}
