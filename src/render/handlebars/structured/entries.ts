import { type Problem, ProblemError } from '../../../base/errors.ts';
import { formatPlace, type Place } from '../../../base/place.ts';
import type { WrittenMember } from '../../engine.ts';
import { kindOf } from '../truth.ts';
import type { Node } from './nodes.ts';

/** Of the maps and lists that a template has made: where each of their members was written. */
export type WrittenMembers = WeakMap<object, (key: string) => WrittenMember | undefined>;

export const AS_ITEMS = 'Where each is an item of a list, put a dash before the block: - {{#each …}}:';

/** The members of a map while it is made. */
export class Entries {
  readonly values = new Map<string, unknown>();
  readonly written = new Map<string, WrittenMember>();

  add(key: string, value: unknown, written: WrittenMember): void {
    const before = this.written.get(key);
    if (before) {
      const message = `${key} is given twice: here and at ${formatPlace(before.place)}`;
      throw problem(written.place, message, AS_ITEMS);
    }
    this.values.set(key, value);
    this.written.set(key, written);
  }

  /** All members of a map that was made already. */
  addAll(value: Readonly<Record<string, unknown>>, node: Node, written: WrittenMembers): void {
    const known = written.get(value);
    for (const [key, member] of Object.entries(value))
      this.add(key, member, known?.(key) ?? { place: node.place, value: '' });
  }

  finish(written: WrittenMembers): Readonly<Record<string, unknown>> {
    const value = Object.fromEntries(this.values);
    written.set(value, (key) => this.written.get(key));
    return value;
  }
}

const NAMES: Readonly<Record<string, string>> = {
  slice: 'a list',
  map: 'a map',
  string: 'text',
  bool: 'true or false',
};
export const article = (value: unknown): string => NAMES[kindOf(value)] ?? 'a number';

export function problem(place: Place, message: string, remedy?: string): ProblemError {
  const said: Problem = { reason: 'TemplateError', message, place, ...(remedy ? { remedy } : {}) };
  return new ProblemError(said);
}
