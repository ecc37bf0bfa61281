import type { Answer } from './answers.ts';
import { text } from './answers.ts';
import type { Call } from './request.ts';

/** One thing that has to be well; undefined: it is, else why not. */
export interface Check {
  readonly name: string;
  readonly check: () => string | undefined;
}

/** The paths of health: `healthz` and `livez` ask whether to restart the server, `readyz` whether to send it requests. */
export type HealthPath = 'healthz' | 'livez' | 'readyz';

/**
 * `/readyz`, `/readyz?verbose`, `/readyz?exclude=etcd`, `/readyz/etcd` (apiserver `pkg/server/healthz`). Why a check fails is for the
 * log alone: anyone may ask.
 */
export function answerHealth(
  path: HealthPath,
  checks: readonly Check[],
  { query }: Call,
  only = '',
): Answer | undefined {
  if (only !== '') {
    const one = checks.find(({ name }) => name === only);
    if (!one) return undefined;
    return one.check() === undefined ? text('ok') : text(`internal server error: ${WITHHELD}\n`, 500);
  }
  const excluded = new Set(query.getAll('exclude'));
  const asked = checks.filter(({ name }) => !excluded.has(name));
  const lines = asked.map(({ name, check }) =>
    check() === undefined ? `[+]${name} ok\n` : `[-]${name} failed: ${WITHHELD}\n`,
  );
  const unknown = [...excluded].filter((name) => !checks.some((one) => one.name === name));
  const notes = [
    ...checks.filter(({ name }) => excluded.has(name)).map(({ name }) => `[+]${name} excluded: ok\n`),
    ...(unknown.length > 0
      ? [`warn: some health checks cannot be excluded: no matches for ${quoted(unknown)}\n`]
      : []),
  ];
  const report = [...lines, ...notes].join('');
  if (lines.some((line) => line.startsWith('[-]'))) return text(`${report}${path} check failed\n`, 500);
  return text(query.has('verbose') ? `${report}${path} check passed\n` : 'ok');
}

const WITHHELD = 'reason withheld';

const quoted = (names: readonly string[]): string => names.map((name) => JSON.stringify(name)).join(', ');
