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
  /** How many of each were not kept. */
  readonly hidden: { problems: number; warnings: number };
}

export const newReport = (): Report => ({
  problems: [],
  warnings: [],
  hidden: { problems: 0, warnings: 0 },
});

/** More of them help nobody. */
const MOST = 50;

/** What opens the machine to a container is said however much else is. */
const NEVER_HIDDEN = new Set(['Privilege', 'HostPath']);

/** Whether further problems would not be kept. */
export const isFull = ({ problems }: Report): boolean => problems.length >= MOST;

/** Reports what prevents the render; returns undefined so that a reader can end with it. */
export function refuse(
  report: Report,
  { place }: At,
  reason: string,
  message: string,
  remedy?: string,
): undefined {
  add(report, 'problems', { reason, message, place, ...(remedy ? { remedy } : {}) });
  return undefined;
}

/** Reports what Kubernetes does otherwise than Compose, where the program runs nevertheless. */
export function warn(
  report: Report,
  { place }: At,
  reason: string,
  message: string,
  remedy?: string,
): undefined {
  add(report, 'warnings', { reason, message, place, ...(remedy ? { remedy } : {}) });
  return undefined;
}

/** What one file says and several services repeat is said once. */
function add(report: Report, kind: 'problems' | 'warnings', problem: Problem): void {
  const list = report[kind];
  const isKnown = list.some(
    ({ message, place }) =>
      message === problem.message &&
      place?.file === problem.place?.file &&
      place?.line === problem.place?.line,
  );
  if (isKnown) return;
  if (list.length < MOST || NEVER_HIDDEN.has(problem.reason)) list.push(problem);
  else report.hidden[kind]++;
}

/** All that was kept, and how much was not, at the place of the last. */
export function listOf(report: Report, kind: 'problems' | 'warnings'): readonly Problem[] {
  const [list, hidden] = [report[kind], report.hidden[kind]];
  const place = list.at(-1)?.place;
  const more = { reason: 'More', message: `and ${hidden} more`, ...(place ? { place } : {}) };
  return hidden > 0 ? [...list, more] : list;
}
