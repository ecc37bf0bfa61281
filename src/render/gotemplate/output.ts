import { mended } from './bytewise.ts';
import type { ActionNode, TextNode } from './nodes.ts';

/** Where a line of output came from: index of the file in the list of files, line from 1. */
export interface LineSource {
  readonly file: number;
  readonly line: number;
}

/** The text that a template wrote; which template and line wrote each of its lines is found out when it is asked for. */
export class Rendered {
  readonly text: string;
  /** As it was written: bytes of a character that were written apart stand apart. */
  private readonly written: string;
  private readonly writers: readonly (TextNode | ActionNode)[];
  /** Where in the text the part of each writer ends. */
  private readonly ends: readonly number[];
  private readonly names = new Map<string, number>();
  private lines: readonly LineSource[] | undefined;

  constructor(text: string, writers: readonly (TextNode | ActionNode)[], ends: readonly number[]) {
    this.written = text;
    this.text = mended(text);
    this.writers = writers;
    this.ends = ends;
  }

  /** One entry for each line of the text: what wrote its first character. */
  get sources(): readonly LineSource[] {
    this.lines ??= this.trace();
    return this.lines;
  }

  /** File names by the index that `sources` use. */
  get files(): readonly string[] {
    this.lines ??= this.trace();
    return [...this.names.keys()];
  }

  private trace(): LineSource[] {
    const lines: LineSource[] = [];
    let current: LineSource | undefined;
    let start = 0;
    this.writers.forEach((writer, i) => {
      const end = this.ends[i] ?? start;
      let source = this.source(writer, writer.line);
      while (start < end) {
        current ??= source;
        const newline = this.written.indexOf('\n', start);
        if (newline < 0 || newline >= end) break;
        lines.push(current);
        current = undefined;
        start = newline + 1;
        if (writer.kind === 'text') source = { file: source.file, line: source.line + 1 };
      }
      start = end;
    });
    lines.push(current ?? lines.at(-1) ?? { file: 0, line: 1 });
    return lines;
  }

  private source({ file }: TextNode | ActionNode, line: number): LineSource {
    const index = this.names.get(file) ?? this.names.size;
    this.names.set(file, index);
    return { file: index, line };
  }
}
