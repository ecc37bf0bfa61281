import { isAssignable, mostGeneral } from './assignable.ts';
import type { CelProblem } from './problem.ts';
import {
  type CelType,
  DYN,
  ERROR,
  formatType,
  listType,
  mapType,
  type Substitution,
  substitute,
} from './types.ts';

/** What is known so far of the types of one expression, and what is wrong with it. */
export class Inference {
  readonly problems: CelProblem[] = [];
  #mapping: Substitution = new Map();
  #fresh = 0;

  problem(offset: number, message: string): CelType {
    this.problems.push({ offset, message });
    return ERROR;
  }

  /** The type as far as it is known now. */
  known = (type: CelType): CelType => substitute(this.#mapping, type);

  /** The type at the end: what nothing has determined is dyn. */
  final = (type: CelType): CelType => substitute(this.#mapping, type, true);

  show = (type: CelType): string => formatType(this.final(type));

  /** A type that is to be found out. */
  open(): CelType {
    this.#fresh += 1;
    return { kind: 'param', name: `_#${this.#fresh}` };
  }

  assign = (from: CelType, to: CelType): boolean => isAssignable(this.#mapping, from, to);

  assert(found: CelType, wanted: CelType, offset: number): void {
    if (!this.assign(found, wanted))
      this.problem(offset, `expected type '${this.show(wanted)}' but found '${this.show(found)}'`);
  }

  /** What is tried may fail half-way: it is kept by `adopt` only. */
  attempt(pairs: readonly (readonly [from: CelType, to: CelType])[]): Substitution | undefined {
    const tried = new Map(this.#mapping);
    return pairs.every(([from, to]) => isAssignable(tried, from, to)) ? tried : undefined;
  }

  adopt(mapping: Substitution): void {
    this.#mapping = mapping;
  }

  /**
   * One type for all: literals are homogeneous (`cel.HomogeneousAggregateLiterals`), but for what is formatted. undefined of
   * none.
   */
  common(types: readonly CelType[], offsets: readonly number[], mayDiffer: boolean): CelType | undefined {
    let common: CelType | undefined;
    for (const [i, type] of types.entries()) {
      if (common === undefined) common = type;
      else if (this.assign(type, common)) common = mostGeneral(common, type);
      else if (mayDiffer) return DYN;
      else
        this.problem(offsets[i] ?? 0, `expected type '${this.show(common)}' but found '${this.show(type)}'`);
    }
    return common;
  }

  /** The parameters of a signature under names of this use. */
  instance(): (type: CelType) => CelType {
    this.#fresh += 1;
    const suffix = `#${this.#fresh}`;
    const rename = (type: CelType): CelType => {
      switch (type.kind) {
        case 'param':
          return { kind: 'param', name: `${type.name}${suffix}` };
        case 'list':
          return listType(rename(type.element));
        case 'type':
          return { kind: 'type', of: rename(type.of) };
        case 'map':
          return mapType(rename(type.key), rename(type.value));
        case 'opaque':
          return type.params.length === 0 ? type : { ...type, params: type.params.map(rename) };
        default:
          return type;
      }
    };
    return rename;
  }
}
