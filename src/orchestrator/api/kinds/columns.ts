import type { KubeObject } from '../../../kube/values/types.ts';
import { ageOf } from './humanduration.ts';

/** One column of `kubectl get`: what kubernetes `pkg/printers/internalversion/printers.go` prints. */
export interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly format?: string;
  /** 1: only with -o wide. */
  readonly priority: 0 | 1;
  /** `now` in ms. */
  readonly cell: (object: KubeObject, now: number) => unknown;
}

type Cell<T extends KubeObject> = (object: T, now: number) => unknown;

export const column = <T extends KubeObject>(
  name: string,
  cell: Cell<T>,
  more: Partial<Omit<Column, 'name' | 'cell'>> = {},
): Column => ({ name, type: 'string', priority: 0, ...more, cell: cell as Cell<KubeObject> });

export const count = <T extends KubeObject>(name: string, cell: Cell<T>): Column =>
  column(name, cell, { type: 'integer' });
export const flag = <T extends KubeObject>(name: string, cell: Cell<T>): Column =>
  column(name, cell, { type: 'boolean' });
export const wide = <T extends KubeObject>(name: string, cell: Cell<T>): Column =>
  column(name, cell, { priority: 1 });

export const NAME = column('Name', ({ metadata }) => metadata.name, { format: 'name' });
export const AGE = column('Age', ({ metadata }, now) => ageOf(metadata.creationTimestamp, now));
export const CREATED_AT = column('Created At', ({ metadata }) => metadata.creationTimestamp, {
  type: 'date',
});

/** What a kind prints that has no columns of its own. */
export const DEFAULT_COLUMNS: readonly Column[] = [NAME, CREATED_AT];

export const none = (text: string | undefined): string => text || '<none>';

export const size = (record: object | undefined): number => Object.keys(record ?? {}).length;

/** Three at most: `10.0.0.1,10.0.0.2,10.0.0.3 + 2 more...`. */
export function firstFew(items: readonly string[], empty: string): string {
  if (items.length === 0) return empty;
  const more = items.length - 3;
  return items.slice(0, 3).join(',') + (more > 0 ? ` + ${more} more...` : '');
}
