import type { JsonObject } from '../../../kube/values/types.ts';
import type { Document } from '../document.ts';
import { find } from '../paths.ts';
import { eachDocument, judged, textParam } from './each.ts';
import type { Check } from './kind.ts';

/** `count`; with `filterAware`, of those that an index or a selector has picked. */
export const hasDocuments: Check = (params, { documents, selected, not }) => {
  const count = typeof params.count === 'number' ? params.count : 0;
  const found = params.filterAware === true ? selected.length : documents.length;
  if ((found === count) !== not) return [];
  const message = not ? 'expected another number of documents' : 'expected so many documents';
  return [{ message, expected: String(count), actual: String(found) }];
};

/** `of`. */
const memberIs = (member: 'kind' | 'apiVersion'): Check =>
  eachDocument((document, params, subject) => {
    const expected = textParam(params, 'of');
    const actual = document[member] ?? null;
    const complaint = judged(actual === expected, subject, {
      message: `expected ${member} to be`,
      expected,
      actual,
    });
    return complaint ? [complaint] : [];
  });

export const isKind: Check = memberIs('kind');
export const isAPIVersion: Check = memberIs('apiVersion');

/** `kind`, `apiVersion`, `name` and `namespace` of every document; with `any`, of one at least. */
export const containsDocument: Check = (params, { selected, not }) => {
  if (selected.length === 0) return not ? [] : [{ message: 'there is no document' }];
  const matching = selected.map((document) => isDocument(document, params));
  const holds = params.any === true ? matching.includes(true) : !matching.includes(false);
  if (holds !== not) return [];
  const wanted = ['kind', 'apiVersion', 'name', 'namespace'].filter((name) => textParam(params, name) !== '');
  return [
    {
      message: not ? 'expected not to contain the document' : 'expected to contain the document',
      expected: wanted.map((name) => `${name}: ${textParam(params, name)}`).join(', '),
      actual: selected
        .map((one) => `${String(one.kind)} ${String(find(one, 'metadata.name')[0])}`)
        .join(', '),
    },
  ];
};

function isDocument(document: Document, params: JsonObject): boolean {
  const differs = (member: string): boolean =>
    typeof document[member] === 'string' && document[member] !== textParam(params, member);
  const isAt = (member: string): boolean => {
    const wanted = textParam(params, member);
    return wanted === '' || find(document, `metadata.${member}`)[0] === wanted;
  };
  return !differs('kind') && !differs('apiVersion') && isAt('name') && isAt('namespace');
}
