import type { Output, Read } from '../provenance/output.ts';
import type { RunTemplate } from './executionstate.ts';
import type { Rendered } from './output.ts';
import { type Recording, TracedExecution } from './traced.ts';
import { Struct, type Value } from './values.ts';

/** The record of a render: all executions in it, by the text that came out of each. */
export interface Trace {
  readonly run: RunTemplate;
  /** Names the maps and lists of some data: who reads them is understood, wherever they go, as they are known again by identity. */
  name(data: Value, scope: readonly string[]): void;
  /** How a text came about that an execution of this trace wrote. */
  outputOf(rendered: Rendered): Output | undefined;
}

/** Nothing of it changes what templates write: values are looked at, not wrapped. */
export function createTrace(): Trace {
  const recording: Recording = { named: new WeakMap(), made: new WeakMap(), running: [] };
  const outputs = new WeakMap<Rendered, Output>();
  return {
    run(space, tree, data, options) {
      const execution = new TracedExecution(space, tree, data, options);
      const rendered = execution.trace(recording);
      outputs.set(rendered, execution.output(rendered.text));
      return rendered;
    },
    name: (data, scope) => nameAll(data, { scope, path: [] }, recording.named),
    outputOf: (rendered) => outputs.get(rendered),
  };
}

/** What is reached elsewhere, or holds no values. */
const NOT_NAMED: ReadonlySet<string> = new Set(['Subcharts', 'Files', 'Template']);

function nameAll(value: Value, read: Read, named: WeakMap<object, Read>): void {
  const below = (key: string): Read => ({ ...read, path: [...read.path, key] });
  if (value instanceof Map || value instanceof Struct) {
    named.set(value, read);
    const members = value instanceof Map ? value : value.fields;
    for (const [key, member] of members)
      if (read.path.length > 0 || !NOT_NAMED.has(key)) nameAll(member, below(key), named);
  } else if (Array.isArray(value)) {
    named.set(value, read);
    for (const [i, item] of value.entries()) nameAll(item, below(String(i)), named);
  }
}
