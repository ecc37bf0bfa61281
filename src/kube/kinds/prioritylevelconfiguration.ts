import { deepEqual } from '../values/equal.ts';
import { type FieldError, forbidden, invalid, notSupported, required } from '../values/fielderrors.ts';
import type { JsonObject } from '../values/types.ts';
import { none } from './checks/checks.ts';
import { MANDATORY_PRIORITY_LEVELS, validateConditionTypes } from './checks/flowcontrol.ts';
import { numberAt, objectAt, textAt } from './checks/read.ts';
import { PRIORITY_LEVEL_CONFIGURATIONS } from './resources.data.ts';
import { APPLIED_WITH_OTHERS, type KindRow } from './row.ts';

export const PRIORITY_LEVEL_CONFIGURATION: KindRow = {
  resource: PRIORITY_LEVEL_CONFIGURATIONS,
  applyOrder: APPLIED_WITH_OTHERS,
  validate: validateLevel,
  defaults: {
    'flowcontrol.v1.ExemptPriorityLevelConfiguration': {
      members: { nominalConcurrencyShares: 0, lendablePercent: 0 },
    },
    'flowcontrol.v1.LimitedPriorityLevelConfiguration': {
      members: { nominalConcurrencyShares: 30, lendablePercent: 0 },
    },
    'flowcontrol.v1.QueuingConfiguration': {
      members: { handSize: 8, queues: 64, queueLengthLimit: 50 },
      isZeroUnset: true,
    },
  },
};

const EXEMPT = 'exempt';

/** Kubernetes `pkg/apis/flowcontrol/validation/validation.go` (ValidatePriorityLevelConfiguration). */
function validateLevel(level: JsonObject): readonly FieldError[] {
  const name = textAt(objectAt(level, 'metadata'), 'name');
  const spec = objectAt(level, 'spec');
  return [
    ...((name === EXEMPT) === (spec.type === 'Exempt')
      ? none
      : [invalid('spec.type', spec.type, "must be 'Exempt' if and only if `name` is 'exempt'")]),
    ...validateSpec(spec),
    ...validateMandatory(name, spec),
    ...validateConditionTypes(level),
  ];
}

function validateSpec(spec: JsonObject): readonly FieldError[] {
  if (spec.type === 'Exempt') {
    return [
      ...(spec.limited === undefined
        ? none
        : [forbidden('spec.limited', 'must be nil if the type is not Limited')]),
      ...validateShares(objectAt(spec, 'exempt'), 'spec.exempt'),
    ];
  }
  if (spec.type !== 'Limited') return [notSupported('spec.type', spec.type, ['Exempt', 'Limited'])];
  return [
    ...(spec.exempt === undefined ? none : [forbidden('spec.exempt', 'must be nil if the type is Limited')]),
    ...(spec.limited === undefined
      ? [required('spec.limited', 'must not be empty when type is Limited')]
      : validateLimited(objectAt(spec, 'limited'), 'spec.limited')),
  ];
}

function validateShares(self: JsonObject, at: string): readonly FieldError[] {
  const shares = numberAt(self, 'nominalConcurrencyShares') ?? 0;
  const percent = numberAt(self, 'lendablePercent') ?? 0;
  return [
    ...(shares < 0
      ? [invalid(`${at}.nominalConcurrencyShares`, shares, 'must be a non-negative integer')]
      : none),
    ...(percent < 0 || percent > 100
      ? [invalid(`${at}.lendablePercent`, percent, 'must be between 0 and 100, inclusive')]
      : none),
  ];
}

function validateLimited(limited: JsonObject, at: string): readonly FieldError[] {
  const borrowing = numberAt(limited, 'borrowingLimitPercent') ?? 0;
  return [
    ...validateShares(limited, at),
    ...validateResponse(objectAt(limited, 'limitResponse'), `${at}.limitResponse`),
    ...(borrowing < 0
      ? [invalid(`${at}.borrowingLimitPercent`, borrowing, 'if specified, must be a non-negative integer')]
      : none),
  ];
}

function validateResponse(response: JsonObject, at: string): readonly FieldError[] {
  const hasQueues = response.queuing !== undefined;
  if (response.type === 'Reject')
    return hasQueues
      ? [forbidden(`${at}.queuing`, 'must be nil if limited.limitResponse.type is not Limited')]
      : none;
  if (response.type !== 'Queue') return [notSupported(`${at}.type`, response.type, ['Queue', 'Reject'])];
  return hasQueues
    ? validateQueues(objectAt(response, 'queuing'), `${at}.queuing`)
    : [required(`${at}.queuing`, 'must not be empty if limited.limitResponse.type is Limited')];
}

const MOST_QUEUES = 10_000_000;
/** Of the hash that deals a flow its queues (apiserver `util/shufflesharding`). */
const HASH_BITS = 60;

function validateQueues(queuing: JsonObject, at: string): readonly FieldError[] {
  const at1 = (key: string) => numberAt(queuing, key) ?? 0;
  const [queues, hand, length] = [at1('queues'), at1('handSize'), at1('queueLengthLimit')];
  const refuse = (key: string, value: number, why: string) => [invalid(`${at}.${key}`, value, why)];
  return [
    ...(length <= 0 ? refuse('queueLengthLimit', length, 'must be positive') : none),
    ...(queues <= 0 ? refuse('queues', queues, 'must be positive') : none),
    ...(queues > MOST_QUEUES ? refuse('queues', queues, `must not be greater than ${MOST_QUEUES}`) : none),
    ...handProblem(queues, hand).flatMap((why) => refuse('handSize', hand, why)),
  ];
}

function handProblem(queues: number, hand: number): readonly string[] {
  if (hand <= 0) return ['must be positive'];
  if (hand > queues) return [`should not be greater than queues (${queues})`];
  const bits = Math.ceil(Math.log2(queues) * hand);
  return bits > HASH_BITS
    ? [
        `required entropy bits of deckSize ${queues} and handSize ${hand} should not be greater than ${HASH_BITS}`,
      ]
    : [];
}

function validateMandatory(name: string, spec: JsonObject): readonly FieldError[] {
  const fixed = MANDATORY_PRIORITY_LEVELS[name];
  if (!fixed) return none;
  // How much of it is lent may be chosen for the exempt level.
  const { exempt: _, ...rest } = spec;
  const compared = name === EXEMPT ? { ...rest, exempt: fixed.exempt } : spec;
  if (deepEqual(compared, fixed)) return none;
  const except = name === EXEMPT ? " except the 'spec.exempt' field" : '';
  return [invalid('spec', spec, `spec of '${name}'${except} must equal the fixed value`)];
}
