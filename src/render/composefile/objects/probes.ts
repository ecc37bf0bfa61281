import type { JsonObject } from '../../../kube/values/types.ts';
import { warn } from '../load/report.ts';
import type { Service } from '../project.ts';
import { splitWords } from '../read/words.ts';
import { literal } from './environment.ts';
import { conversionLabel } from './labels.ts';
import { shaped } from './shape.ts';

export interface Probes {
  readonly readinessProbe?: JsonObject;
  readonly startupProbe?: JsonObject;
  readonly livenessProbe?: JsonObject;
}

/**
 * `healthcheck` is a readiness probe: Compose takes what is unhealthy for not ready, and never restarts it. Its `start_period` is a startup probe,
 * which gives up when Compose calls the container unhealthy. What may restart a container is said by kompose's labels.
 */
export function probesOf(service: Service): Probes {
  const readiness = labelled(service, 'readiness') ?? healthcheck(service);
  const liveness = labelled(service, 'liveness');
  const isOff = conversionLabel(service, 'service.healthcheck.readiness.disable') === 'true';
  const startup = readiness && !isOff ? startupOf(service, readiness) : undefined;
  return {
    ...(readiness && !isOff ? { readinessProbe: readiness } : {}),
    ...(startup ? { startupProbe: startup } : {}),
    ...(liveness ? { livenessProbe: liveness } : {}),
  };
}

/** Docker's defaults. */
const INTERVAL = 30;
const RETRIES = 3;
const START_INTERVAL = 5;

/** A probe waits whole seconds. */
const whole = (seconds: number): number => Math.max(1, Math.ceil(seconds));

function healthcheck(service: Service): JsonObject | undefined {
  const check = service.fields.below('healthcheck');
  const command = check.boolean('disable') ? undefined : testOf(service);
  return command && { exec: { command: command.map(literal) }, ...timesOf(service) };
}

function timesOf(service: Service): JsonObject {
  const check = service.fields.below('healthcheck');
  return {
    periodSeconds: whole(check.seconds('interval') ?? INTERVAL),
    timeoutSeconds: whole(check.seconds('timeout') ?? INTERVAL),
    failureThreshold: check.integer('retries', 1) ?? RETRIES,
  };
}

/** The command of `test`: `CMD` and words, `CMD-SHELL` and a line, a line alone; undefined for `NONE`. */
function testOf(service: Service): readonly string[] | undefined {
  const check = service.fields.below('healthcheck');
  const at = check.at('test');
  if (at === undefined) {
    if (service.fields.at('healthcheck'))
      warn(
        check.report,
        service.at,
        'NotSupported',
        `the health check of ${service.name} that its image may have is not run`,
        'Write it as healthcheck.test.',
      );
    return undefined;
  }
  const [first, ...words] = check.texts('test').map(({ text }) => text);
  if (at.kind === 'scalar') return ['/bin/sh', '-c', first ?? ''];
  if (first === 'NONE') return undefined;
  if (first === 'CMD' && words.length > 0) return words;
  if (first === 'CMD-SHELL' && words.length === 1) return ['/bin/sh', '-c', ...words];
  return check.refuse(
    at,
    'test',
    'must begin with CMD, CMD-SHELL or NONE',
    'Write [CMD, PROGRAM, ARGUMENT], or one line.',
  );
}

function startupOf(service: Service, readiness: JsonObject): JsonObject | undefined {
  const check = service.fields.below('healthcheck');
  const start = check.seconds('start_period') ?? 0;
  if (start === 0) return undefined;
  const period = whole(check.seconds('start_interval') ?? START_INTERVAL);
  const limit = start + (check.integer('retries', 1) ?? RETRIES) * (check.seconds('interval') ?? INTERVAL);
  return { ...readiness, periodSeconds: period, failureThreshold: Math.ceil(limit / period) };
}

/** A probe that kompose's labels ask for. */
function labelled(service: Service, kind: 'readiness' | 'liveness'): JsonObject | undefined {
  const said = (key: string) => conversionLabel(service, `service.healthcheck.${kind}.${key}`);
  const number = (text: string | undefined) => (text && /^\d+$/.test(text) ? Number(text) : undefined);
  const path = said('http_get_path');
  const tcp = number(said('tcp_port'));
  const httpPort = number(said('http_get_port'));
  const test = said('test');
  const words =
    test === undefined ? undefined : splitWords(test.replace(/^\[|\]$/g, '').replaceAll(',', ' '));
  const action =
    path !== undefined && httpPort !== undefined
      ? { httpGet: { path, port: httpPort } }
      : tcp !== undefined
        ? { tcpSocket: { port: tcp } }
        : words && { exec: { command: words.filter((word) => word !== 'CMD').map(literal) } };
  return action && shaped({ ...action, ...timesOf(service) });
}
