import { parseCertificateRequest } from '../../base/certificaterequest.ts';
import { deepEqual } from '../values/equal.ts';
import {
  duplicate,
  type FieldError,
  forbidden,
  invalid,
  notSupported,
  required,
} from '../values/fielderrors.ts';
import type { JsonObject } from '../values/types.ts';
import { none } from './checks/checks.ts';
import { CONDITION_STATUSES } from './checks/conditions.ts';
import { isEmptyList, listAt, numberAt, objectAt, objectsAt, textAt } from './checks/read.ts';
import { signerName } from './checks/signers.ts';
import { CERTIFICATE_SIGNING_REQUESTS } from './resources.data.ts';
import { APPLIED_WITH_OTHERS, type KindRow } from './row.ts';
import { plainFields } from './selectable.ts';

export const CERTIFICATE_SIGNING_REQUEST: KindRow = {
  resource: CERTIFICATE_SIGNING_REQUESTS,
  applyOrder: APPLIED_WITH_OTHERS,
  validate: validateRequest,
  checkName: () => undefined,
  selectable: plainFields('spec.signerName'),
};

const USAGES = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
];
const SHORTEST_SECONDS = 600;

/** Kubernetes `pkg/apis/certificates/validation/validation.go`. The specification never changes, so an update is not asked for it. */
function validateRequest(request: JsonObject, old?: JsonObject): readonly FieldError[] {
  return [
    ...(old ? none : validateSpec(objectAt(request, 'spec'))),
    ...validateConditions(objectsAt(objectAt(request, 'status'), 'conditions'), 'status.conditions'),
    ...(old ? validateUpdate(objectAt(request, 'status'), objectAt(old, 'status')) : none),
  ];
}

function validateSpec(spec: JsonObject): readonly FieldError[] {
  const parsed = parseCertificateRequest(Buffer.from(textAt(spec, 'request'), 'base64').toString('latin1'));
  const seconds = numberAt(spec, 'expirationSeconds') ?? SHORTEST_SECONDS;
  return [
    ...(parsed.ok
      ? none
      : parsed.problems.map(({ message }) => invalid('spec.request', textAt(spec, 'request'), message))),
    ...(isEmptyList(spec.usages) ? [required('spec.usages')] : none),
    ...validateUsages(listAt(spec, 'usages').map(String)),
    ...signerName(textAt(spec, 'signerName'), 'spec.signerName'),
    ...(seconds < SHORTEST_SECONDS
      ? [
          invalid(
            'spec.expirationSeconds',
            seconds,
            'may not specify a duration less than 600 seconds (10 minutes)',
          ),
        ]
      : none),
  ];
}

const validateUsages = (usages: readonly string[]): readonly FieldError[] =>
  usages.flatMap((usage, i) => [
    ...(USAGES.includes(usage) ? none : [notSupported(`spec.usages[${i}]`, usage, USAGES)]),
    ...(usages.indexOf(usage) < i ? [duplicate(`spec.usages[${i}]`, usage)] : none),
  ]);

const DECISIONS = ['Approved', 'Denied'];
const TRUE_ONLY = [...DECISIONS, 'Failed'];

function validateConditions(conditions: readonly JsonObject[], at: string): readonly FieldError[] {
  const types = conditions.map((condition) => textAt(condition, 'type'));
  const second = types.findLast((type) => DECISIONS.includes(type));
  return [
    ...conditions.flatMap((condition, i) => [
      ...(types[i] === '' ? [required(`${at}[${i}].type`)] : none),
      ...validateStatus(textAt(condition, 'status'), types[i] ?? '', `${at}[${i}].status`),
      ...(types.indexOf(types[i] ?? '') < i ? [duplicate(`${at}[${i}].type`, types[i])] : none),
    ]),
    ...(DECISIONS.every((type) => types.includes(type))
      ? [invalid(at, second, 'Approved and Denied conditions are mutually exclusive')]
      : none),
  ];
}

function validateStatus(status: string, type: string, at: string): readonly FieldError[] {
  if (status === '') return [required(at)];
  const allowed = TRUE_ONLY.includes(type) ? ['True'] : CONDITION_STATUSES;
  return allowed.includes(status) ? none : [notSupported(at, status, allowed)];
}

const conditionsOf = (status: JsonObject, type: string): readonly JsonObject[] =>
  objectsAt(status, 'conditions').filter((condition) => condition.type === type);

/** What was decided stays decided, and what was issued stays issued. */
function validateUpdate(status: JsonObject, old: JsonObject): readonly FieldError[] {
  const certificate = textAt(old, 'certificate');
  return [
    ...TRUE_ONLY.filter((type) => conditionsOf(status, type).length < conditionsOf(old, type).length).map(
      (type) => forbidden('status.conditions', `updates may not remove a condition of type "${type}"`),
    ),
    ...(certificate !== '' && textAt(status, 'certificate') !== certificate
      ? [forbidden('status.certificate', 'updates may not modify existing certificate content')]
      : none),
  ];
}

/** Through the subresources but `approval` a decision is neither made nor changed. */
export function validateUndecided(status: JsonObject, old: JsonObject): readonly FieldError[] {
  return DECISIONS.flatMap((type) => {
    const [is, was] = [conditionsOf(status, type), conditionsOf(old, type)];
    const refuse = (what: string) => [
      forbidden('status.conditions', `updates may not ${what} a condition of type "${type}"`),
    ];
    if (is.length > was.length) return refuse('add');
    return is.length === was.length && !deepEqual(is, was) ? refuse('modify') : none;
  });
}
