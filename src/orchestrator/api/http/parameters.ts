import type { LogOptions } from '../../../kube/client/client.ts';
import { isObject } from '../../../kube/values/equal.ts';
import {
  type FieldError,
  forbidden,
  invalid,
  notSupported,
  required,
  tooLong,
} from '../../../kube/values/fielderrors.ts';
import { statusError } from '../../../kube/values/status.ts';
import type { Json, JsonObject } from '../../../kube/values/types.ts';
import { invalidOptions } from '../errors.ts';
import { assertWatchOptions } from '../listoptions.ts';
import type { CommandStreams } from '../streaming/command.ts';
import type {
  ConnectOptions,
  DeleteParameters,
  ListRequest,
  WatchRequest,
  WriteParameters,
} from '../types.ts';
import { flag } from './flag.ts';
import type { Call } from './request.ts';

type WriteOptionsKind = 'CreateOptions' | 'UpdateOptions' | 'PatchOptions';

/** Query parameters → the options of the verbs; a value that cannot be meant is refused, never ignored. */
export function writeParameters(call: Call, kind: WriteOptionsKind): WriteParameters {
  const { query } = call;
  const dryRun = query.getAll('dryRun');
  const validation = query.get('fieldValidation') || 'Warn';
  const fieldValidation = FIELD_VALIDATION.find((value) => value === validation);
  const fieldManager = query.get('fieldManager');
  refuse(kind, [
    ...managerErrors(fieldManager ?? ''),
    ...dryRunErrors(dryRun),
    ...(fieldValidation ? [] : [notSupported('fieldValidation', validation, ['', ...FIELD_VALIDATION])]),
  ]);
  return {
    ...(dryRun.length > 0 ? { dryRun: true } : {}),
    fieldManager: fieldManager || managerOf(call.userAgent),
    fieldValidation: fieldValidation ?? 'Warn',
    onWarning: (text) => call.warnings.push(text),
    onAnnotation: (key, text) => call.audit?.annotate(key, text),
  };
}

/** apimachinery `pkg/apis/meta/v1/validation`: what an apply must name, and what only an apply may force. */
export function assertPatchOptions({ query }: Call, isApply: boolean): void {
  if (isApply && !query.get('fieldManager'))
    refuse('PatchOptions', [required('fieldManager', 'is required for apply patch')]);
  if (!isApply && query.has('force'))
    refuse('PatchOptions', [forbidden('force', 'may not be specified for non-apply patch')]);
}

const MANAGER_LENGTH = 128;

/** apiserver `managerOrUserAgent`: what stands before the first slash. */
const managerOf = (userAgent: string): string =>
  (userAgent.split('/')[0] || 'unknown').slice(0, MANAGER_LENGTH);

function managerErrors(manager: string): readonly FieldError[] {
  if (manager.length <= MANAGER_LENGTH && !/\p{C}/u.test(manager)) return [];
  const unprintable = [...manager].find((character) => /\p{C}/u.test(character));
  return [
    ...(manager.length > MANAGER_LENGTH ? [tooLong('fieldManager', MANAGER_LENGTH)] : []),
    ...(unprintable === undefined
      ? []
      : [invalid('fieldManager', manager, 'should only contain printable characters')]),
  ];
}

function dryRunErrors(values: readonly unknown[]): FieldError[] {
  return values.every((value) => value === 'All') ? [] : [notSupported('dryRun', values, ['All'])];
}

const FIELD_VALIDATION = ['Ignore', 'Strict', 'Warn'] as const;

function refuse(kind: string, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalidOptions(kind, errors);
}

type Selection = Pick<
  ListRequest,
  'labelSelector' | 'fieldSelector' | 'resourceVersion' | 'resourceVersionMatch'
>;

export function selectionOf(query: URLSearchParams): Selection {
  const match = query.get('resourceVersionMatch');
  return {
    ...present('labelSelector', query.get('labelSelector')),
    ...present('fieldSelector', query.get('fieldSelector')),
    ...present('resourceVersion', query.get('resourceVersion')),
    // What is none is refused with the other options of a list.
    ...(match ? { resourceVersionMatch: match as 'Exact' } : {}),
  };
}

export function listParameters(query: URLSearchParams): Omit<ListRequest, 'user' | 'resource' | 'namespace'> {
  if (query.has('sendInitialEvents'))
    refuse('ListOptions', [forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list')]);
  return {
    ...selectionOf(query),
    ...number('limit', query.get('limit')),
    ...present('continue', query.get('continue')),
  };
}

export function watchParameters(
  query: URLSearchParams,
): Omit<WatchRequest, 'user' | 'resource' | 'namespace'> {
  const options = {
    ...selectionOf(query),
    ...(query.has('sendInitialEvents') ? { sendInitialEvents: flag(query, 'sendInitialEvents') } : {}),
  };
  assertWatchOptions(options);
  return {
    ...options,
    allowWatchBookmarks: flag(query, 'allowWatchBookmarks'),
    ...number('timeoutSeconds', query.get('timeoutSeconds')),
  };
}

/** metav1.DeleteOptions come in the body; without one they are read from the query. */
export function deleteParameters(call: Call, body: Json | undefined): DeleteParameters {
  const { query } = call;
  if (body !== undefined && !isObject(body))
    throw statusError('BadRequest', 'decoded object cannot be converted to DeleteOptions');
  const options: JsonObject = body ?? deleteOptionsOf(query);
  assertDeleteOptions(options);
  const { gracePeriodSeconds: grace, preconditions, dryRun } = options;
  const policy = propagationOf(options);
  return {
    ...(typeof grace === 'number' ? { gracePeriodSeconds: grace } : {}),
    ...(policy ? { propagationPolicy: policy } : {}),
    ...(isObject(preconditions) ? { preconditions: preconditionsOf(preconditions) } : {}),
    ...(Array.isArray(dryRun) && dryRun.length > 0 ? { dryRun: true } : {}),
    onWarning: (text) => call.warnings.push(text),
    onAnnotation: (key, text) => call.audit?.annotate(key, text),
  };
}

function deleteOptionsOf(query: URLSearchParams): JsonObject {
  const dryRun = query.getAll('dryRun');
  return {
    ...number('gracePeriodSeconds', query.get('gracePeriodSeconds')),
    ...present('propagationPolicy', query.get('propagationPolicy')),
    ...(query.has('orphanDependents') ? { orphanDependents: flag(query, 'orphanDependents') } : {}),
    ...(dryRun.length > 0 ? { dryRun } : {}),
  };
}

/** `ValidateDeleteOptions`. */
function assertDeleteOptions({
  kind,
  orphanDependents,
  propagationPolicy: policy,
  dryRun,
  gracePeriodSeconds,
}: JsonObject): void {
  if (kind !== undefined && kind !== 'DeleteOptions')
    throw statusError('BadRequest', 'decoded object cannot be converted to DeleteOptions');
  if (
    gracePeriodSeconds !== undefined &&
    gracePeriodSeconds !== null &&
    typeof gracePeriodSeconds !== 'number'
  )
    throw statusError('BadRequest', 'DeleteOptions.gracePeriodSeconds is not a number');
  const isSet = policy !== undefined && policy !== null;
  refuse('DeleteOptions', [
    ...(isSet && typeof orphanDependents === 'boolean'
      ? [invalid('propagationPolicy', policy, 'orphanDependents and deletionPropagation cannot be both set')]
      : []),
    ...(isSet && !PROPAGATION.some((value) => value === policy)
      ? [notSupported('propagationPolicy', policy, [...PROPAGATION, 'nil'])]
      : []),
    ...dryRunErrors(Array.isArray(dryRun) ? dryRun : []),
  ]);
}

const PROPAGATION = ['Foreground', 'Background', 'Orphan'] as const;

function propagationOf({ propagationPolicy, orphanDependents }: JsonObject) {
  if (orphanDependents === true) return 'Orphan';
  if (orphanDependents === false) return 'Background';
  return PROPAGATION.find((value) => value === propagationPolicy);
}

const preconditionsOf = ({ uid, resourceVersion }: JsonObject) => ({
  ...(typeof uid === 'string' ? { uid } : {}),
  ...(typeof resourceVersion === 'string' ? { resourceVersion } : {}),
});

export function logParameters(query: URLSearchParams): Omit<LogOptions, 'signal'> {
  return {
    ...present('container', query.get('container')),
    ...(flag(query, 'follow') ? { follow: true } : {}),
    ...(flag(query, 'previous') ? { previous: true } : {}),
    ...(flag(query, 'timestamps') ? { timestamps: true } : {}),
    ...number('sinceSeconds', query.get('sinceSeconds')),
    ...present('sinceTime', query.get('sinceTime')),
    ...number('tailLines', query.get('tailLines')),
    ...number('limitBytes', query.get('limitBytes')),
  };
}

/** Of exec and attach (kubelet `cri-streaming/remotecommand/httpstream.go` NewOptions). */
export function commandOptions(
  query: URLSearchParams,
): ConnectOptions & { readonly streams: Omit<CommandStreams, 'tellsExit'> } {
  const [stdin, stdout, tty] = [flag(query, 'stdin'), flag(query, 'stdout'), flag(query, 'tty')];
  // A terminal has one output.
  const stderr = flag(query, 'stderr') && !tty;
  if (!stdin && !stdout && !stderr)
    throw statusError('BadRequest', 'you must specify at least 1 of stdin, stdout, stderr');
  return {
    ...present('container', query.get('container')),
    command: query.getAll('command'),
    streams: { stdin, stdout, stderr, tty },
  };
}

/** Of a port-forward whose channels are numbered by its ports (kubelet `cri-streaming/portforward/websocket.go` NewV4Options). */
export function portsOf(query: URLSearchParams): readonly number[] {
  const texts = query.getAll('ports').flatMap((text) => text.split(','));
  if (texts.length === 0) throw statusError('BadRequest', 'query parameter "ports" is required');
  if (texts.length > MAX_PORTS)
    throw statusError('BadRequest', `at most ${MAX_PORTS} ports are forwarded at once`);
  return texts.map((text) => {
    const port = Number(text);
    if (/^\d+$/.test(text) && port > 0 && port <= 65_535) return port;
    throw statusError('BadRequest', `unable to parse "${text}" as a port`);
  });
}

/** A channel is one byte, and a port takes two of them. */
const MAX_PORTS = 127;

/** @throws StatusError BadRequest in the words of Go's parser, and for what is negative */
function number<K extends string>(name: K, text: string | null): { readonly [P in K]?: number } {
  if (text === null || text === '') return {};
  if (!/^\d{1,15}$/.test(text))
    throw statusError(
      'BadRequest',
      `${name}: strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`,
    );
  return { [name]: Number(text) } as { readonly [P in K]?: number };
}

const present = <K extends string>(name: K, value: string | null) =>
  (value ? { [name]: value } : {}) as { readonly [P in K]?: string };
