import { totalmem } from 'node:os';
import { splitLines } from '../../../base/lines.ts';

/** What every build of an image is held to, whoever runs it. */

const MIB = 2 ** 20;
/** All that it prints. */
export const BUILD_OUTPUT_BYTES = 64 * MIB;
/** Of all its programs together. */
export const BUILD_MEMORY_BYTES = Math.min(4096 * MIB, Math.floor(totalmem() / 2));

/** Lines of output that a failure repeats: the end is where tools say what went wrong. */
const TAIL = 20;
const LINE_BYTES = 4 * 1024;
/** How much is shown of a build that prints much; its last lines are shown at the end. */
const SHOWN_LINES = 2_000;

export interface BuildOutput {
  add(piece: Buffer): void;
  end(): void;
  /** The last lines. */
  tail(): readonly string[];
}

export interface OutputListeners {
  /** Told of the lines that are shown. */
  readonly show: (line: string) => void;
  /** Told of every line. */
  readonly hear?: (line: string) => void;
  /** What becomes of a line before anybody is told of it. */
  readonly blot?: (line: string) => string;
}

/** The output of a build, given on line by line. */
export function showOutput({ show, hear = () => {}, blot = (line) => line }: OutputListeners): BuildOutput {
  const tail: string[] = [];
  let shown = 0;
  const lines = splitLines(LINE_BYTES, (raw) => {
    const line = blot(raw);
    hear(line);
    tail.push(line);
    if (tail.length > TAIL) tail.shift();
    if (shown++ < SHOWN_LINES) show(line);
    if (shown === SHOWN_LINES) show(`… more than ${SHOWN_LINES} lines: the rest is not shown`);
  });
  return { add: lines.add, end: lines.end, tail: () => tail };
}
