/** What is wrong with an expression, and where. */
export interface CelProblem {
  /** In UTF-16 units of the source. */
  readonly offset: number;
  readonly message: string;
}

/** Ends parsing: after a mistake of syntax nothing more can be said. */
export class SyntaxProblem extends Error {
  readonly offset: number;
  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}

/**
 * Problems as cel-go prints them (`common/error.go`), a block each:
 * `ERROR: <input>:1:6: undefined field 'x'`, the line, and a mark below it.
 */
export const formatProblems = (source: string, problems: readonly CelProblem[]): string =>
  problems.map((problem) => formatProblem(source, problem)).join('\n');

function formatProblem(source: string, { offset, message }: CelProblem): string {
  const before = source.slice(0, offset).split('\n');
  const column = [...(before.at(-1) ?? '')].length;
  const line = (source.split('\n')[before.length - 1] ?? '').replaceAll('\t', ' ');
  return `ERROR: <input>:${before.length}:${column + 1}: ${message}\n | ${line}\n | ${'.'.repeat(column)}^`;
}
