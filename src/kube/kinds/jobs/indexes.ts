/** The indexes in `1,3-5,7`, in rising order and below `completions`; or why the text is not a list of such. */
export function countIndexes(text: string, completions: number): number | string {
  let previous = -1;
  let total = 0;
  for (const interval of text === '' ? [] : text.split(',')) {
    const found = intervalOf(interval, completions);
    if (typeof found === 'string') return found;
    const [first, last] = found;
    if (previous >= first) return `non-increasing order, previous: ${previous}, current: ${first}`;
    total += last - first + 1;
    previous = last;
  }
  return total;
}

type Interval = readonly [first: number, last: number];

function intervalOf(text: string, completions: number): Interval | string {
  const parts = text.split('-');
  if (parts.length > 2) {
    return `the fragment ${JSON.stringify(text)} violates the requirement that an index interval can have at most two parts separated by '-'`;
  }
  const unread = parts.find((part) => !/^\d{1,10}$/.test(part));
  if (unread !== undefined) return `cannot convert string to integer for index: ${JSON.stringify(unread)}`;
  const large = parts.find((part) => Number(part) >= completions);
  if (large !== undefined) return `too large index: ${JSON.stringify(large)}`;
  const [first = 0, last = first] = parts.map(Number);
  return parts.length === 2 && first >= last
    ? `non-increasing order, previous: ${first}, current: ${last}`
    : [first, last];
}

/** The first index that both lists have; undefined where they share none, or one cannot be read. */
export function sharedIndex(text: string, other: string, completions: number): number | undefined {
  const [left, right] = [text, other].map((list) =>
    (list === '' ? [] : list.split(','))
      .map((interval) => intervalOf(interval, completions))
      .filter((interval): interval is Interval => typeof interval !== 'string'),
  );
  for (const [first, last] of left ?? []) {
    const met = right?.find(([from, to]) => first <= to && from <= last);
    if (met) return Math.max(first, met[0]);
  }
  return undefined;
}
