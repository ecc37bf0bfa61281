import type { Json, JsonObject } from '../../../kube/values/types.ts';
import { RAW } from '../document.ts';
import { find } from '../paths.ts';
import { asObject, textParam } from './each.ts';
import { textOf } from './equality.ts';
import type { Check, Complaint, Subject } from './kind.ts';
import { compiled } from './regex.ts';
import { uniform } from './text.ts';

/** `path` of what must be as it was; `matchRegex` and `notMatchRegex`: a pattern that its text must have, or not have, instead. */
export const matchSnapshot: Check = (params, subject) =>
  ofAll(subject, (document) => {
    const path = textParam(params, 'path');
    const values = find(document, path);
    if (values.length === 0) return subject.not ? [] : [{ message: 'there is nothing at this path', path }];
    return values.flatMap((value) => compared(value, params, subject, path));
  });

/** The same for the text of a template that writes no YAML. */
export const matchSnapshotRaw: Check = (_params, subject) =>
  ofAll(subject, (document) => compared(uniform(textOf(document[RAW])), {}, subject, ''));

function ofAll(
  { selected, not }: Subject,
  check: (document: Subject['selected'][number]) => readonly Complaint[],
): readonly Complaint[] {
  if (selected.length === 0) return not ? [{ message: 'there is no document' }] : [];
  return selected.flatMap(check);
}

function compared(value: Json, params: JsonObject, subject: Subject, path: string): Complaint[] {
  const pattern = (name: string): string => textParam(asObject(params[name]) ?? {}, 'pattern').trim();
  const [wanted, unwanted] = [pattern('matchRegex'), pattern('notMatchRegex')];
  const asked = wanted !== '' || unwanted !== '';
  const { index, holds, kept, now } = subject.snapshot(value, asked);
  const isMatched =
    (wanted === '' || compiled(wanted).test(now)) && (unwanted === '' || !compiled(unwanted).test(now));
  if ((asked ? isMatched : holds) !== subject.not) return [];
  const at = path === '' ? {} : { path };
  if (asked)
    return [
      {
        ...at,
        message: 'expected a snapshot of other text',
        expected: wanted || `not ${unwanted}`,
        actual: now,
      },
    ];
  if (subject.not) return [{ ...at, message: `expected not to match snapshot ${index}`, expected: kept }];
  return [{ ...at, message: `expected to match snapshot ${index}`, expected: kept, actual: now }];
}
