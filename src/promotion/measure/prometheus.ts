import { SECRETS } from '../../kube/kinds/resources.data.ts';
import { isObject } from '../../kube/values/equal.ts';
import { notFoundAsUndefined } from '../../kube/values/status.ts';
import type { Json } from '../../kube/values/types.ts';
import { DELIVERIES, PILOTAGE_NAMESPACE } from '../../model/types.ts';
import type { MetricSetting } from '../gates/metric.ts';
import { type ProbeContext, type Reading, unknown } from './probe.ts';

const MOST = 1 << 20;
/** Of a range: enough that a short peak is seen, few enough for any server. */
const SAMPLES = 60;

/** Asks the Prometheus of the delivery (its HTTP API v1) for a query, now or over a time. */
export async function probeMetric(setting: Json, context: ProbeContext): Promise<Reading> {
  const asked = setting as MetricSetting;
  const { home, source } = context;
  const name = source.spec.delivery;
  const delivery = await home
    .get(DELIVERIES, { namespace: PILOTAGE_NAMESPACE, name })
    .catch(notFoundAsUndefined);
  const server = delivery?.spec.prometheus;
  if (server === undefined)
    return unknown(
      `no Prometheus is named for ${name}; an administrator: pilotage connect ${name} --prometheus URL`,
    );
  const kept = await keptOf(context, server.secretRef?.name);
  if (kept && kept.url !== server.url)
    return unknown(
      `the token of the Prometheus of ${name} was given for ${kept.url ?? 'nobody'}, not for ${server.url}; an administrator: pilotage connect ${name} --prometheus-token-file FILE`,
    );
  const answer = await context.ask({
    url: `${server.url}/api/v1/${asked.over > 0 ? 'query_range' : 'query'}`,
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      ...(kept?.token ? { authorization: `Bearer ${kept.token}` } : {}),
    },
    body: formOf(asked, context.now),
    most: MOST,
  });
  return readAnswer(asked, answer.status, answer.body.toString('utf8'));
}

function formOf({ query, over }: MetricSetting, now: number): string {
  const seconds = (ms: number): string => String(ms / 1000);
  const times: Readonly<Record<string, string>> =
    over > 0
      ? { start: seconds(now - over), end: seconds(now), step: String(Math.max(1, over / 1000 / SAMPLES)) }
      : { time: seconds(now) };
  return new URLSearchParams({ query, ...times }).toString();
}

/** The token, and the address that it was given for; undefined where none is kept. */
async function keptOf(
  { home }: ProbeContext,
  name: string | undefined,
): Promise<{ readonly token: string | undefined; readonly url: string | undefined } | undefined> {
  if (name === undefined) return undefined;
  const secret = await home.get(SECRETS, { namespace: PILOTAGE_NAMESPACE, name }).catch(notFoundAsUndefined);
  const text = (key: string): string | undefined => {
    const value = secret?.data?.[key];
    return value === undefined ? undefined : Buffer.from(value, 'base64').toString('utf8');
  };
  return secret && { token: text('token'), url: text('url') };
}

/** What an answer of Prometheus says of the bounds. Pure. */
export function readAnswer(setting: MetricSetting, status: number, text: string): Reading {
  const answer = parsed(text);
  if (!isObject(answer) || answer.status !== 'success' || !isObject(answer.data)) {
    const said =
      isObject(answer) && typeof answer.error === 'string' ? `: ${answer.error.slice(0, 300)}` : '';
    return unknown(`Prometheus answers with status ${status}${said}`);
  }
  const values = valuesIn(answer.data);
  if (values === undefined) return unknown('Prometheus answers with something that holds no numbers');
  if (values.length === 0) return unknown('Prometheus has no data for the query');
  if (values.some(Number.isNaN)) return unknown('the query gives NaN, as a division by nothing does');
  const { max, min } = setting;
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (max !== undefined && high > max) return { state: 'bad', message: `${high} is above ${max}` };
  if (min !== undefined && low < min) return { state: 'bad', message: `${low} is below ${min}` };
  return {
    state: 'good',
    message: max === undefined ? `${low} is not below ${min}` : `${high} is not above ${max}`,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Of a scalar, a vector or a matrix; undefined for anything else. */
function valuesIn({ resultType, result }: Readonly<Record<string, unknown>>): readonly number[] | undefined {
  if (!Array.isArray(result)) return undefined;
  if (resultType === 'scalar') return [sampleOf(result)];
  if (resultType === 'vector') return result.map((one) => sampleOf(isObject(one) ? one.value : undefined));
  if (resultType !== 'matrix') return undefined;
  return result.flatMap((one) =>
    isObject(one) && Array.isArray(one.values) ? one.values.map(sampleOf) : [Number.NaN],
  );
}

/** `[time, "value"]`; infinities as Prometheus writes them. */
function sampleOf(sample: unknown): number {
  const text = Array.isArray(sample) ? String(sample[1]) : '';
  if (text === '+Inf') return Number.POSITIVE_INFINITY;
  if (text === '-Inf') return Number.NEGATIVE_INFINITY;
  return text === '' ? Number.NaN : Number(text);
}
