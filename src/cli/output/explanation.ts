import { formatPlace } from '../../base/place.ts';
import type { Json } from '../../kube/values/types.ts';
import type { Condition, ExplainedField, Explanation, ValueRead, Writer } from '../../model/explanation.ts';
import { formatTable } from './table.ts';

/** Where nobody looks at a terminal. */
const COLUMNS = 80;

/** One field in full, several as a table. */
export function formatExplanation({ fields }: Explanation, columns = COLUMNS): string {
  const [only] = fields;
  return only && fields.length === 1 ? inFull(only, columns) : asTable(fields, columns);
}

/** Of a path, and of a place, the end tells most. */
function asTable(fields: readonly ExplainedField[], columns: number): string {
  const rows = fields.map((field) => [field.path, JSON.stringify(field.value), sourceOf(field)] as const);
  const widest = (at: 0 | 1 | 2): number => Math.max(...rows.map((cells) => cells[at].length), 4);
  const from = Math.min(widest(2), Math.floor(columns / 2) - GAPS);
  const left = columns - GAPS - from;
  const value = Math.min(widest(1), Math.max(Math.floor(left / 3), left - widest(0)));
  const fitting = rows.map(([path, shown, source]) => [
    cutBefore(path, left - value),
    cut(shown, value),
    cutBefore(source, from),
  ]);
  return formatTable(['FIELD', 'IS', 'FROM'], fitting);
}

/** Between the columns. */
const GAPS = 6;

/** The one place where somebody would change it. */
function sourceOf({ writers, values, changes }: ExplainedField): string {
  const change = changes.at(-1);
  if (change) return change.place ? formatPlace(change.place) : (change.by.split(':')[0] ?? '');
  const set = values.filter(({ place }) => place);
  const [value] = set;
  const [writer] = writers;
  if (value?.place && set.length === 1) return formatPlace(value.place);
  return writer ? formatPlace(withoutColumn(writer)) : '-';
}

const withoutColumn = ({ place: { file, line } }: Writer): Writer['place'] =>
  line === undefined ? { file } : { file, line };

function inFull(
  { path, value, writers, values, conditions, changes }: ExplainedField,
  columns: number,
): string {
  const rows: Row[] = [
    ...writers.flatMap((writer) => writerRows(writer)),
    ...values.flatMap((one) => valueRows(one)),
    ...conditions.flatMap((one) => conditionRows(one)),
    ...changes.map(({ by, place }): Row => ['changed by', place && formatPlace(place), by]),
  ];
  const lines = [`${path}: ${JSON.stringify(value)}`, ...rows.flatMap((row) => linesOf(row, columns))];
  return lines.map((line) => cut(line, columns)).join('\n');
}

type Row = readonly [label: string, place: string | undefined, text: string];

const INDENT = 14;

/** What does not fit behind the place gets a line of its own. */
function linesOf([label, place, text]: Row, columns: number): string[] {
  const head = `  ${label.padEnd(INDENT - 2)}`;
  const parts = [place, text].filter((part) => part !== undefined && part !== '');
  const line = head + parts.join('  ');
  if (line.length <= columns || parts.length < 2) return [line];
  return [head + parts[0], `${' '.repeat(INDENT)}${parts[1]}`];
}

const braced = (expression: string | undefined): string =>
  expression === undefined ? '' : `{{ ${oneLine(expression)} }}`;

const writerRows = ({ place, expression, calledFrom = [] }: Writer): Row[] => [
  ['written by', formatPlace(place), braced(expression)],
  ...calledFrom.map((caller): Row => ['called from', formatPlace(caller.place), braced(caller.expression)]),
];

const valueText = ({ name, value }: ValueRead): string =>
  name + (value === undefined ? '' : ` = ${shortened(value)}`);

const valueRows = (read: ValueRead): Row[] => [
  [
    'reads',
    read.place && formatPlace(read.place),
    valueText(read) + (isSet(read) ? '' : ', which is not set'),
  ],
  ...(read.overrides ?? []).map((one): Row => ['instead of', formatPlace(one), '']),
];

const isSet = ({ value, place }: ValueRead): boolean => value !== undefined || place !== undefined;

const conditionRows = ({ place, expression, values }: Condition): Row[] => [
  ['within', formatPlace(place), braced(expression)],
  ...values.map((one): Row => ['', one.place && formatPlace(one.place), valueText(one)]),
];

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ');
const shortened = (value: Json): string => cut(JSON.stringify(value), 60);
const cutBefore = (text: string, columns: number): string =>
  text.length > columns ? `…${text.slice(text.length - Math.max(1, columns) + 1)}` : text;
const cut = (line: string, columns: number): string =>
  line.length > columns ? `${line.slice(0, Math.max(1, columns - 1))}…` : line;
