import { suggest } from '../../../charts/suggest.ts';
import { refuse } from '../load/report.ts';
import type { Service } from '../project.ts';
import { readExpose, readPorts } from '../read/ports.ts';
import { conversionLabel } from './labels.ts';

export type Kind = 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'Job' | 'CronJob';

const KINDS: readonly Kind[] = ['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob'];

/**
 * What a service runs as. `x-pilotage.kind` and kompose's labels say it; `deploy.mode` and a schedule imply it. Whoever others wait for until it has
 * ended is a Job, and so is what is not started again and serves nobody; `on-failure` says nothing,
 * as servers have it too. All else is a Deployment: also what has volumes, because a Compose
 * volume is that of the service, not of each replica, and because a correction of a Deployment that never became ready replaces its pods by itself.
 */
export function kindOf(service: Service, isAwaited: boolean): Kind {
  const { fields } = service;
  const own = fields.below('x-pilotage').text('kind') ?? conversionLabel(service, 'controller.type');
  const known = KINDS.find((kind) => kind.toLowerCase() === own?.toLowerCase());
  if (own !== undefined && !known)
    refuse(
      fields.report,
      service.at,
      'InvalidCompose',
      `${own} is no kind that a service runs as`,
      suggest(own, KINDS) ?? `Known: ${KINDS.join(', ')}.`,
    );
  if (known) return known;
  if (conversionLabel(service, 'cronjob.schedule')) return 'CronJob';
  const mode = fields.below('deploy').text('mode') ?? 'replicated';
  if (mode === 'global') return 'DaemonSet';
  if (mode.endsWith('-job')) return 'Job';
  return isAwaited || endsByItself(service) ? 'Job' : 'Deployment';
}

function endsByItself(service: Service): boolean {
  const { fields } = service;
  const serves =
    readPorts(fields).length > 0 || readExpose(fields).length > 0 || fields.at('healthcheck') !== undefined;
  const { policy } = restartOf(service);
  return !serves && policy === 'never';
}

export interface Restart {
  /** undefined: it says nothing. */
  readonly policy: 'never' | 'on-failure' | 'always' | undefined;
  /** How often a failure is tried again. */
  readonly attempts?: number;
}

/** `deploy.restart_policy`, else `restart`. */
export function restartOf({ fields }: Service): Restart {
  const deploy = fields.below('deploy').below('restart_policy');
  const condition = deploy.oneOf('condition', ['none', 'on-failure', 'any']);
  const attempts = deploy.integer('max_attempts');
  if (condition !== undefined)
    return {
      policy: condition === 'none' ? 'never' : condition === 'any' ? 'always' : condition,
      ...(attempts === undefined ? {} : { attempts }),
    };
  const text = fields.text('restart');
  const at = fields.at('restart');
  if (text === undefined || !at) return { policy: undefined };
  const [, word = '', times] =
    /^(no|false|always|unless-stopped|on-failure)(?::(\d{1,4}))?$/.exec(text) ?? [];
  if (word === '')
    fields.refuse(at, 'restart', `must be no, always, unless-stopped or on-failure, not ${text}`);
  if (word === 'on-failure') return { policy: word, ...(times ? { attempts: Number(times) } : {}) };
  return { policy: word === 'no' || word === 'false' ? 'never' : 'always' };
}
