import { ProblemError } from '../../../base/errors.ts';
import type { Json } from '../../../kube/values/types.ts';
import type { Document } from '../document.ts';
import { find } from '../paths.ts';
import { eachDocument, textParam } from './each.ts';
import type { Check, Complaint, Subject } from './kind.ts';

/** `path` and `count`: so many items; or `paths`: lists of one length, `count` if that is given. */
export const lengthEqual: Check = eachDocument((document, params, subject) => {
  const path = textParam(params, 'path');
  const paths = Array.isArray(params.paths) ? params.paths.map(String) : [];
  const count = typeof params.count === 'number' ? params.count : undefined;
  if (path !== '' && (count === undefined || count < 0)) throw bad('It needs a count beside its path');
  if (path !== '' && paths.length > 0) throw bad('It takes path or paths, not both');
  if (path !== '') return counted(document, path, count, subject).complaints;
  const all = paths.map((one) => ({ path: one, ...counted(document, one, count, subject) }));
  const complaints = all.flatMap((one) => one.complaints);
  if (complaints.length > 0) return complaints;
  const [first, ...others] = all;
  const different = others.find(({ length }) => (length === first?.length) === subject.not);
  if (!different) return [];
  const message = subject.not ? 'expected lists of different lengths' : 'expected lists of one length';
  return [
    { message, path: different.path, expected: String(first?.length), actual: String(different.length) },
  ];
});

function counted(
  document: Document,
  path: string,
  count: number | undefined,
  { not }: Subject,
): { readonly length: number; readonly complaints: readonly Complaint[] } {
  const values = find(document, path);
  if (values.length === 0)
    return { length: 0, complaints: not ? [] : [{ message: 'there is nothing at this path', path }] };
  const lengths = values.map((value: Json) => (Array.isArray(value) ? value.length : undefined));
  const complaints = lengths.flatMap((length): Complaint[] => {
    if (length === undefined && count === undefined) return [{ message: 'expected a list', path }];
    if (count === undefined || ((length ?? 0) === count) !== not) return [];
    const message = not ? 'expected another number of items' : 'expected so many items';
    return [{ message, path, expected: String(count), actual: String(length ?? 0) }];
  });
  return { length: lengths.at(-1) ?? 0, complaints };
}

const bad = (message: string): ProblemError => new ProblemError({ reason: 'BadAssertion', message });
