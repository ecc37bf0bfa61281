import type { LogOptions } from '../../../kube/client/client.ts';
import { isObject } from '../../../kube/values/equal.ts';
import { statusError } from '../../../kube/values/status.ts';
import type { Json, JsonObject } from '../../../kube/values/types.ts';
import type { CommandStreams } from '../streaming/command.ts';
import type {
  ConnectOptions,
  DeleteParameters,
  ListRequest,
  WatchRequest,
  WriteParameters,
} from '../types.ts';
import type { Call } from './request.ts';

/** Query parameters → the options of the verbs; a value that cannot be meant is BadRequest, never ignored. */
export function writeParameters(call: Call): WriteParameters {
  return {
    ...(dryRunOf(call.query.getAll('dryRun')) ? { dryRun: true } : {}),
    fieldManager: call.query.get('fieldManager') || managerOf(call.userAgent),
    fieldValidation: fieldValidationOf(call.query.get('fieldValidation')),
    onWarning: (text) => call.warnings.push(text),
  };
}

/** apiserver `managerOrUserAgent`: what stands before the first slash. */
const managerOf = (userAgent: string): string => (userAgent.split('/')[0] || 'unknown').slice(0, 128);

function dryRunOf(values: readonly string[]): boolean {
  const wrong = values.find((value) => value !== 'All');
  if (wrong !== undefined) throw invalid('dryRun', wrong, 'All');
  return values.length > 0;
}

const FIELD_VALIDATION = ['Strict', 'Warn', 'Ignore'] as const;

function fieldValidationOf(text: string | null): (typeof FIELD_VALIDATION)[number] {
  const found = FIELD_VALIDATION.find((value) => value === (text || 'Warn'));
  if (!found) throw invalid('fieldValidation', text ?? '', FIELD_VALIDATION.join(', '));
  return found;
}

type Selection = Pick<
  ListRequest,
  'labelSelector' | 'fieldSelector' | 'resourceVersion' | 'resourceVersionMatch'
>;

export function selectionOf(query: URLSearchParams): Selection {
  const match = query.get('resourceVersionMatch');
  if (match && match !== 'Exact' && match !== 'NotOlderThan') {
    throw invalid('resourceVersionMatch', match, 'Exact, NotOlderThan');
  }
  return {
    ...present('labelSelector', query.get('labelSelector')),
    ...present('fieldSelector', query.get('fieldSelector')),
    ...present('resourceVersion', query.get('resourceVersion')),
    ...(match ? { resourceVersionMatch: match as 'Exact' } : {}),
  };
}

export function listParameters(query: URLSearchParams): Omit<ListRequest, 'user' | 'resource' | 'namespace'> {
  return {
    ...selectionOf(query),
    ...number('limit', query.get('limit')),
    ...present('continue', query.get('continue')),
  };
}

export function watchParameters(
  query: URLSearchParams,
): Omit<WatchRequest, 'user' | 'resource' | 'namespace'> {
  return {
    ...selectionOf(query),
    ...(flag(query, 'allowWatchBookmarks') ? { allowWatchBookmarks: true } : { allowWatchBookmarks: false }),
    ...(flag(query, 'sendInitialEvents') ? { sendInitialEvents: true } : {}),
    ...number('timeoutSeconds', query.get('timeoutSeconds')),
  };
}

/** metav1.DeleteOptions come in the body; old clients put some of them into the query. */
export function deleteParameters(call: Call, body: Json | undefined): DeleteParameters {
  const options: JsonObject = isObject(body) ? body : {};
  const { query } = call;
  const grace = options.gracePeriodSeconds ?? number('grace', query.get('gracePeriodSeconds')).grace;
  const policy = propagationOf(options, query);
  const dryRun = Array.isArray(options.dryRun) ? options.dryRun.map(String) : query.getAll('dryRun');
  return {
    ...(typeof grace === 'number' ? { gracePeriodSeconds: grace } : {}),
    ...(policy ? { propagationPolicy: policy } : {}),
    ...(isObject(options.preconditions) ? { preconditions: preconditionsOf(options.preconditions) } : {}),
    ...(dryRunOf(dryRun) ? { dryRun: true } : {}),
    onWarning: (text) => call.warnings.push(text),
  };
}

const PROPAGATION = ['Foreground', 'Background', 'Orphan'] as const;

function propagationOf(options: JsonObject, query: URLSearchParams) {
  const text = options.propagationPolicy ?? query.get('propagationPolicy');
  if (text) {
    const found = PROPAGATION.find((value) => value === text);
    if (!found) throw invalid('propagationPolicy', String(text), PROPAGATION.join(', '));
    return found;
  }
  const orphan = options.orphanDependents ?? query.get('orphanDependents');
  if (orphan === true || orphan === 'true') return 'Orphan';
  return orphan === false || orphan === 'false' ? 'Background' : undefined;
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

/** `?watch`, `?watch=1`, `?watch=true`; apimachinery `Convert_Slice_string_To_bool`. */
export function flag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  return value !== null && value !== '0' && value.toLowerCase() !== 'false';
}

function number<K extends string>(name: K, text: string | null): { readonly [P in K]?: number } {
  if (text === null || text === '') return {};
  if (!/^\d+$/.test(text)) throw invalid(name, text, 'a number that is not negative');
  return { [name]: Number(text) } as { readonly [P in K]?: number };
}

const present = <K extends string>(name: K, value: string | null) =>
  (value ? { [name]: value } : {}) as { readonly [P in K]?: string };

const invalid = (name: string, value: string, expected: string) =>
  statusError('BadRequest', `query parameter ${name}: "${value}" is not understood, expected: ${expected}`);
