import type { Problem } from '../../base/errors.ts';
import type { RenderRequest } from '../types.ts';
import type { SlotEnd } from './slot.ts';

const named = ({ app, environment }: RenderRequest): string => `${app} in ${environment}`;
const placeOf = ({ path }: RenderRequest) => ({ file: path === '' ? '.' : path });

const timeoutProblem = (request: RenderRequest, timeout: number): Problem => ({
  reason: 'RenderTimeout',
  message: `Rendering ${named(request)} took longer than ${timeout / 1000} s and was stopped`,
  place: placeOf(request),
  remedy: 'Look for a template that calls itself, or for loops over very long lists.',
});

const memoryProblem = (request: RenderRequest, memory: number): Problem => ({
  reason: 'RenderOutOfMemory',
  message: `Rendering ${named(request)} needed more than ${memory} MB of memory and was stopped`,
  place: placeOf(request),
  remedy: 'Look for a template that repeats its own output.',
});

/** Why a render has no result: its process ended. */
export function endProblem(
  request: RenderRequest,
  how: SlotEnd,
  { memory, timeout }: { readonly memory: number; readonly timeout: number },
): Problem {
  if (how === 'overdue') return timeoutProblem(request, timeout);
  // What kills twice is the system when memory is short.
  if (how === 'memory' || how === 'killed') return memoryProblem(request, memory);
  return {
    reason: 'RenderCrashed',
    message: `Rendering ${named(request)} failed: ${how.crashed}`,
    place: placeOf(request),
  };
}

export const cancelledProblem: Problem = {
  reason: 'RenderCancelled',
  message: 'Rendering was stopped: Pilotage is shutting down',
};
