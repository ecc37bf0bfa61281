import { EVENT_ID, getScalarValue, SCALAR_STYLE } from 'js-yaml';
import { parseYamlEvents } from '../../kube/values/yaml.ts';
import { placesOf, repeatedLines } from '../../kube/values/yaml-places.ts';
import type { Remark } from './rule.ts';

/** Words that YAML 1.1, which Kubernetes reads, takes as true and false. */
const TRUTH = /^(y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF)$/;
/** Digits after a zero are an octal number, unless an 8 or a 9 makes them text. */
const OCTAL = /^[-+]?0[0-9_]+$/;

/** What of a text of YAML means something else than it looks like. A text that cannot be read at all is the business of the render, but for tabs. */
export function trapsIn(text: string, file: string): readonly Remark[] {
  return [...tabs(text, file), ...repeatedKeys(text, file), ...scalars(text, file)];
}

const tabs = (text: string, file: string): Remark[] =>
  text.split('\n').flatMap((line, index) =>
    /^ *\t\s*[^\s#]/.test(line)
      ? [
          {
            message: 'A tab stands where YAML wants spaces',
            place: { file, line: index + 1 },
            remedy: 'Indent with spaces.',
          },
        ]
      : [],
  );

function repeatedKeys(text: string, file: string): Remark[] {
  const parsed = parseYamlEvents(text, file);
  if (!parsed.ok) return [];
  return repeatedLines(parsed.value.source, parsed.value.events).map(({ key, line }) => ({
    message: `The key ${key} is given twice: the last one counts`,
    place: { file, line },
    remedy: 'Remove one of the two.',
  }));
}

function scalars(text: string, file: string): Remark[] {
  const parsed = parseYamlEvents(text, file);
  if (!parsed.ok) return [];
  const { source, events } = parsed.value;
  const place = placesOf(source, file);
  return events.flatMap((event) => {
    if (event.type !== EVENT_ID.SCALAR || event.style !== SCALAR_STYLE.PLAIN || event.tagStart >= 0)
      return [];
    const written = getScalarValue(source, event);
    const what = trapOf(written);
    if (what === undefined) return [];
    const { line } = place(event.valueStart);
    return [
      {
        message: `${written} ${what}`,
        place: { file, ...(line === undefined ? {} : { line }) },
        remedy: `Write "${written}" if it is text.`,
      },
    ];
  });
}

function trapOf(written: string): string | undefined {
  if (TRUTH.test(written)) return `is read as ${/^[yYoO][^fF]*$/.test(written)}`;
  if (!OCTAL.test(written)) return undefined;
  return /[89]/.test(written) ? 'is text, though it looks like a number' : 'is read as an octal number';
}
