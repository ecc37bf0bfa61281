/** What templates wrote, and which part of which template wrote each stretch of it: the record of a render that explains itself. */

/** A place in a template: its name, as its language has it, and line and column from 1. */
export interface TemplatePoint {
  readonly template: string;
  readonly line: number;
  readonly column?: number;
}

/** Something that a template read of its data: `Values.image.tag` of the chart at `scope`, which is the way from the root chart. */
export interface Read {
  readonly scope: readonly string[];
  readonly path: readonly string[];
}

/** A block or a call that was at work around a part. */
export interface Around {
  /** A block decides whether a part is written, a call says who asked for it. */
  readonly kind: 'block' | 'call';
  readonly expression: string;
  readonly at: TemplatePoint;
  readonly reads: readonly Read[];
  readonly outer: Around | undefined;
}

export interface Part {
  /** Where what it wrote ends in the text; it begins where the part before it ends. */
  readonly end: number;
  /** Of a part with several lines: where the first one stands. */
  readonly at: TemplatePoint;
  /** `.Values.replicas | default 1`; absent for text of the template itself. */
  readonly expression?: string;
  readonly reads: readonly Read[];
  readonly around: Around | undefined;
  /** What other templates wrote for it. */
  readonly included: readonly Output[];
}

/** All that one template wrote, at one time. */
export interface Output {
  readonly text: string;
  readonly parts: readonly Part[];
}

/** A part at work on a stretch of a text, with those that included it, nearest first. */
export interface Trail {
  readonly part: Part;
  /** Where exactly, for a part of several lines. */
  readonly at: TemplatePoint;
  readonly from: readonly Trail[];
}

/**
 * The innermost parts that wrote `text[from..to]`. Expressions hide the text around them: of `"{{ a }}:{{ b }}"`, a and b are what a person
 * asks for. What a template included is followed line by line, because the caller indents it or quotes it, and changes nothing else.
 */
export function trailsAt(output: Output, from: number, to: number): Trail[] {
  return trailsWithin(output, from, to, []);
}

function trailsWithin(output: Output, from: number, to: number, callers: readonly Trail[]): Trail[] {
  const touched = partsBetween(output, from, Math.max(to, from + 1));
  const expressions = touched.filter(({ part }) => part.expression !== undefined);
  return (expressions.length > 0 ? expressions : touched.slice(0, 1)).flatMap(({ part, start }) => {
    const [begin, end] = [Math.max(from, start), Math.min(to, part.end)];
    const trail: Trail = { part, at: pointAt(output, part, start, begin), from: callers };
    const inner = part.included.length > 0 ? innerTrails(output, { trail, start, begin, end }) : [];
    return inner.length > 0 ? inner : [trail];
  });
}

interface Placed {
  readonly part: Part;
  readonly start: number;
}

function partsBetween({ parts }: Output, from: number, to: number): Placed[] {
  const found: Placed[] = [];
  let start = 0;
  for (const part of parts) {
    if (start >= to) break;
    if (part.end > from && part.end > start) found.push({ part, start });
    start = part.end;
  }
  return found;
}

/** Text of a template stands there as it was written, line by line; all of what an expression writes is from where it stands. */
function pointAt({ text }: Output, part: Part, start: number, offset: number): TemplatePoint {
  if (part.expression !== undefined) return part.at;
  const before = text.slice(start, offset).split('\n').length - 1;
  return before === 0 ? part.at : { template: part.at.template, line: part.at.line + before };
}

interface Stretch {
  readonly trail: Trail;
  /** Where its part starts in the text. */
  readonly start: number;
  readonly begin: number;
  readonly end: number;
}

/** Deeper than any chart includes. */
const MAX_DEPTH = 50;

function innerTrails({ text }: Output, { trail, start, begin, end }: Stretch): Trail[] {
  if (trail.from.length >= MAX_DEPTH) return [];
  const { part } = trail;
  const written = text.slice(start, part.end);
  const line = lineAt(written, begin - start);
  const wanted = bare(line.text);
  const lines = written.slice(0, line.from).split('\n');
  const before = lines.slice(0, -1).filter((one) => bare(one) === wanted).length;
  const found = wanted === '' ? undefined : findLine(part.included, wanted, before);
  if (!found) return [];
  const [at, shift] = [found.output.text.indexOf(line.text.trim(), found.from), begin - start - line.from];
  const leading = line.text.length - line.text.trimStart().length;
  // Where the line is there as it is written here, so is the very stretch of it; else all of the line counts.
  const isSame = at >= found.from && at < found.to && shift >= leading;
  const inner = isSame
    ? [at + shift - leading, Math.min(found.to, at + shift - leading + (end - begin))]
    : [found.from, found.to];
  return trailsWithin(found.output, inner[0] ?? 0, inner[1] ?? 0, [trail, ...trail.from]);
}

interface FoundLine {
  readonly output: Output;
  readonly from: number;
  readonly to: number;
}

/** The line that reads so, after so many others that do; or a line that is part of what is written. */
function findLine(outputs: readonly Output[], wanted: string, before: number): FoundLine | undefined {
  const lines = outputs.flatMap((output) => linesOf(output));
  const equal = lines.filter(({ text }) => bare(text) === wanted);
  if (equal.length > 0) return equal[Math.min(before, equal.length - 1)];
  return lines.find(({ text }) => bare(text).length > 2 && wanted.includes(bare(text)));
}

function linesOf(output: Output): (FoundLine & { readonly text: string })[] {
  let from = 0;
  return output.text.split('\n').map((text) => {
    const line = { output, text, from, to: from + text.length };
    from = line.to + 1;
    return line;
  });
}

function lineAt(text: string, offset: number): { readonly from: number; readonly text: string } {
  const from = offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
  const end = text.indexOf('\n', offset);
  return { from, text: text.slice(from, end < 0 ? undefined : end) };
}

const bare = (line: string): string => line.trim().replace(/^(["'])(.*)\1$/, '$2');
