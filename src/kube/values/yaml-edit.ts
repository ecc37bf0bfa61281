/** Scalars of a YAML text, each with its place in it, and the text with some of them changed: every other byte stays. */
import { EVENT_ID, getScalarValue, SCALAR_STYLE, type ScalarEvent } from 'js-yaml';
import { failed, ok, type Problem, problemOf, type Result } from '../../base/errors.ts';
import { parseYaml } from './yaml.ts';
import { everyValue, placesOf } from './yaml-places.ts';

export interface EditableScalar {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** JSON pointer in its document. */
  readonly pointer: string;
  /** From 0. */
  readonly document: number;
  /** As it is written, without quotes: `1.10` stays `1.10`. An alias has the text `*name`. */
  readonly text: string;
  /** Offsets of the text inside of its quotes. */
  readonly from: number;
  readonly to: number;
  readonly style: 'plain' | 'single' | 'double' | 'block' | 'alias';
  /** Name of the anchor that it has or repeats. */
  readonly anchor?: string;
  /** What stands behind a `#` after it on its line. */
  readonly comment?: string;
}

const STYLES: Readonly<Record<number, EditableScalar['style']>> = {
  [SCALAR_STYLE.PLAIN]: 'plain',
  [SCALAR_STYLE.SINGLE_QUOTED]: 'single',
  [SCALAR_STYLE.DOUBLE_QUOTED]: 'double',
};

/** Those that are values of maps or items of lists, in the order of the text; a problem where it is not YAML. */
export function editableScalars(text: string, file: string): Result<EditableScalar[]> {
  try {
    const place = placesOf(text, file);
    return ok(
      everyValue(text).map(({ pointer, document, event }) => {
        if (event.type === EVENT_ID.ALIAS) {
          const { anchorStart: from, anchorEnd: to } = event;
          const anchor = text.slice(from, to);
          const { line = 1 } = place(from);
          return { file, line, pointer, document, text: `*${anchor}`, from, to, style: 'alias', anchor };
        }
        const scalar = event as ScalarEvent;
        const { valueStart: from, valueEnd: to, anchorStart, anchorEnd } = scalar;
        const { line = 1 } = place(from);
        const style = STYLES[scalar.style] ?? 'block';
        const comment = style === 'block' ? undefined : commentAfter(text, to);
        return {
          ...{ file, line, pointer, document, from, to, style },
          text: getScalarValue(text, scalar),
          ...(anchorStart >= 0 ? { anchor: text.slice(anchorStart, anchorEnd) } : {}),
          ...(comment === undefined ? {} : { comment }),
        };
      }),
    );
  } catch (error) {
    return failed({ ...problemOf(error), reason: 'YamlError', place: { file } });
  }
}

function commentAfter(text: string, from: number): string | undefined {
  const end = text.indexOf('\n', from);
  const [, comment] = /^["']?[,\]}\s]*\s#(.*?)\r?$/.exec(text.slice(from, end < 0 ? text.length : end)) ?? [];
  return comment?.trim();
}

export interface ScalarEdit {
  readonly scalar: EditableScalar;
  readonly to: string;
}

/** The text with these scalars changed. Quotes stay; what would no longer be read as text gets some. */
export function editScalars(text: string, edits: readonly ScalarEdit[]): Result<string> {
  const problems = edits.flatMap(({ scalar }) => problemWith(scalar) ?? []);
  if (problems[0]) return failed(problems[0], ...problems.slice(1));
  const ordered = [...edits].sort((a, b) => b.scalar.from - a.scalar.from);
  return ok(
    ordered.reduce(
      (now, { scalar, to }) => now.slice(0, scalar.from) + written(to, scalar.style) + now.slice(scalar.to),
      text,
    ),
  );
}

/** A value without quotes or backslashes, as names of images are. */
function written(value: string, style: EditableScalar['style']): string {
  if (!/^[\w./:@+-]*$/.test(value)) throw new Error(`not a value that can be written: ${value}`);
  if (style !== 'plain') return value;
  const read = parseYaml(`a: ${value}`, '');
  const isText =
    read.ok &&
    (read.value as { readonly a?: unknown } | null)?.a === value &&
    !/^[\d.+-]+(e[\d+-]+)?$/i.test(value);
  return isText ? value : `"${value}"`;
}

function problemWith({ file, line, style, anchor }: EditableScalar): Problem | undefined {
  const place = { file, line };
  const remedy = 'Write the image there as text of its own, without an anchor or an alias.';
  if (style === 'alias')
    return { reason: 'NotEditable', message: `It repeats the anchor &${anchor}`, place, remedy };
  if (anchor !== undefined)
    return {
      reason: 'NotEditable',
      message: `It has the anchor &${anchor}, which other places may repeat`,
      place,
      remedy,
    };
  if (style === 'block')
    return {
      reason: 'NotEditable',
      message: 'It is a block of lines (| or >)',
      place,
      remedy: 'Write the image on one line.',
    };
  return undefined;
}
