/** What a run of the scripts comes to: a pure function of what was checked and of what was expected to fail. */
import type { Checked } from './functions.ts';

/** Reason → places. */
export type Expected = Readonly<Record<string, readonly string[]>>;

export interface Surprises {
  readonly failed: readonly string[];
  /** Among the functions that ran. */
  readonly passedUnexpectedly: readonly string[];
}

/** `core.sh:123` belongs to the function that ran it, known by its script; `NAME: ended early` to that function. */
const ranWith = (checked: readonly Checked[], place: string): boolean =>
  checked.some(({ name, script }) => place.startsWith(`${script}:`) || place.startsWith(`${name}:`));

export function surprises(checked: readonly Checked[], expected: Expected): Surprises {
  const known = new Set(Object.values(expected).flat());
  const failed = new Set(checked.flatMap((one) => one.failed));
  return {
    failed: [...failed].filter((place) => !known.has(place)).sort(),
    passedUnexpectedly: [...known].filter((place) => !failed.has(place) && ranWith(checked, place)).sort(),
  };
}

/** A Markdown table with a row for each script, and one for all. */
export function scriptTable(checked: readonly Checked[], expected: Expected): string {
  const known = new Set(Object.values(expected).flat());
  const scripts = [...new Set(checked.map(({ script }) => script))].sort();
  const row = (title: string, of: readonly Checked[]): string => {
    const failed = of.flatMap((one) => one.failed);
    const passed = of.reduce((sum, one) => sum + one.passed, 0);
    const clean = of.filter((one) => one.failed.length === 0).length;
    const foreseen = failed.filter((place) => known.has(place)).length;
    return `| ${[title, of.length, clean, passed, foreseen, failed.length - foreseen].join(' | ')} |`;
  };
  return [
    '| script | functions | without failure | checks passed | failed as expected | failed |',
    '|---|---|---|---|---|---|',
    ...scripts.map((script) =>
      row(
        script,
        checked.filter((one) => one.script === script),
      ),
    ),
    row('all', checked),
  ].join('\n');
}
