import { ProblemError } from '../../../base/errors.ts';
import type { Place } from '../../../base/place.ts';
import type { Node } from './node.ts';

/** What the reading of one project costs: about a unit for each node that is parsed, interpolated or merged. Most projects have some hundred. */
const MOST = 150_000;

/** Of each file that is named, however often: it is looked for, and what it says is walked. */
const OF_A_READ = 200;
const BYTES_OF_A_UNIT = 32;

/**
 * How much the loading of a project may still do. The daemon reads projects itself, between answers, so everything that files can repeat is
 * counted: reads of a file, variables of an environment file, nodes that are merged. One for a load, and for all apps of an environment.
 */
export class Work {
  #left: number;

  constructor(most = MOST) {
    this.#left = most;
  }

  /** @throws ProblemError where nothing is left. */
  spend(units: number, place: Place): void {
    this.#left -= units;
    if (this.#left >= 0) return;
    throw new ProblemError({
      reason: 'ComposeTooLarge',
      message: 'the files of the compose project come to more than is read',
      place,
      remedy:
        'Look for files that are included, extended or named many times over, or make several apps of it.',
    });
  }

  read(place: Place): void {
    this.spend(OF_A_READ, place);
  }

  bytes(text: string, place: Place): void {
    this.spend(Math.ceil(text.length / BYTES_OF_A_UNIT), place);
  }

  nodes(node: Node, place: Place): void {
    this.spend(sizeOf(node, this.#left + 1), place);
  }
}

/** How many nodes a tree has, what an alias repeats counted each time; counting ends at `most`. */
function sizeOf(node: Node, most: number): number {
  if (node.kind === 'scalar') return 1;
  let size = 1;
  for (const below of node.kind === 'map' ? node.entries.values() : node.items) {
    size += sizeOf(below, most - size);
    if (size > most) break;
  }
  return size;
}
