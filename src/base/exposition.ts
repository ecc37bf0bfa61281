/** The text format of Prometheus, https://prometheus.io/docs/instrumenting/exposition_formats/. */

export const EXPOSITION = 'text/plain; version=0.0.4; charset=utf-8';

export interface Sample {
  /** After the name of its family: `_bucket`. */
  readonly suffix?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** Milliseconds since the epoch. */
  readonly at?: number;
}

/** The lines of all samples of one name; none where there is no sample. */
export function family(
  name: string,
  type: 'counter' | 'gauge' | 'histogram',
  all: readonly Sample[],
): readonly string[] {
  const lines = all.map(({ suffix = '', labels, value, at }) => {
    const pairs = Object.entries(labels).map(([key, label]) => `${key}="${escaped(label)}"`);
    const selector = pairs.length > 0 ? `{${pairs.join(',')}}` : '';
    return `${name}${suffix}${selector} ${value}${at === undefined ? '' : ` ${at}`}`;
  });
  return lines.length === 0 ? [] : [`# TYPE ${name} ${type}`, ...lines];
}

const escaped = (label: string): string =>
  label.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

export const exposed = (lines: readonly string[]): string => `${lines.join('\n')}\n`;
