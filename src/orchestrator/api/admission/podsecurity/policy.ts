import { type FieldError, invalid } from '../../../../kube/values/fielderrors.ts';

const LEVELS = ['privileged', 'baseline', 'restricted'] as const;
export type Level = (typeof LEVELS)[number];

export interface LevelVersion {
  readonly level: Level;
  /** x of Kubernetes 1.x. */
  readonly version: number | 'latest';
}

export const MODES = ['enforce', 'audit', 'warn'] as const;
export type Mode = (typeof MODES)[number];
export type PodSecurityPolicy = Readonly<Record<Mode, LevelVersion>>;

/** `restricted:latest`, `baseline:v1.30` */
export const levelText = ({ level, version }: LevelVersion): string =>
  `${level}:${version === 'latest' ? version : `v1.${version}`}`;

/** Below zero where `a` forbids less than `b`. */
export const compareLevels = (a: Level, b: Level): number => LEVELS.indexOf(a) - LEVELS.indexOf(b);

const PRIVILEGED: LevelVersion = { level: 'privileged', version: 'latest' };
/** What holds for a namespace that says nothing, unless a configuration says otherwise. */
export const OPEN: PodSecurityPolicy = { enforce: PRIVILEGED, audit: PRIVILEGED, warn: PRIVILEGED };

export const isOpen = (policy: PodSecurityPolicy): boolean =>
  Object.values(policy).every(({ level }) => level === 'privileged');

export const isSame = (a: LevelVersion, b: LevelVersion): boolean =>
  a.level === b.level && a.version === b.version;

/** Of labels, and of annotations of audit events. */
export const PREFIX = 'pod-security.kubernetes.io/';

/**
 * What the labels of a namespace ask of its pods (k8s.io/pod-security-admission `api/helpers.go` PolicyToEvaluate), and what is wrong with
 * them: what cannot be read is enforced as `restricted`, and neither recorded nor warned of. What they do not say is `defaults`.
 */
export function policyOf(
  labels: Readonly<Record<string, string>> = {},
  defaults: PodSecurityPolicy = OPEN,
): {
  readonly policy: PodSecurityPolicy;
  readonly errors: readonly FieldError[];
} {
  const errors: FieldError[] = [];
  const refuse = (key: string, value: string, why: string) => {
    errors.push(invalid(`metadata.labels[${key}]`, value, why));
  };
  const read = (mode: Mode): LevelVersion => {
    const [levelKey, versionKey] = [`${PREFIX}${mode}`, `${PREFIX}${mode}-version`];
    const [levelLabel, versionLabel] = [labels[levelKey], labels[versionKey]];
    const level = levelLabel === undefined ? defaults[mode].level : readLevel(levelLabel);
    if (levelLabel !== undefined && level === undefined) refuse(levelKey, levelLabel, NO_LEVEL);
    const version = versionLabel === undefined ? defaults[mode].version : readVersion(versionLabel);
    if (versionLabel !== undefined && version === undefined) refuse(versionKey, versionLabel, NO_VERSION);
    const unread: Level = mode === 'enforce' ? 'restricted' : 'privileged';
    return { level: level ?? unread, version: version ?? 'latest' };
  };
  const [enforce, audit, warn] = [read('enforce'), read('audit'), read('warn')];
  return { policy: { enforce, audit, warn: warned(labels, enforce, warn) }, errors };
}

/** Who says what is enforced, and nothing of warnings, is warned of the same. */
function warned(
  labels: Readonly<Record<string, string>>,
  enforce: LevelVersion,
  warn: LevelVersion,
): LevelVersion {
  const enforced = readLevel(labels[`${PREFIX}enforce`] ?? '');
  const isSaid = labels[`${PREFIX}warn`] !== undefined;
  if (isSaid || enforced === undefined || compareLevels(enforced, warn.level) <= 0) return warn;
  const isVersioned = labels[`${PREFIX}warn-version`] !== undefined;
  return { level: enforced, version: isVersioned ? warn.version : enforce.version };
}

export const NO_LEVEL = `must be one of ${LEVELS.join(', ')}`;
export const NO_VERSION = 'must be "latest" or "v1.x"';

export const readLevel = (text: string): Level | undefined => LEVELS.find((level) => level === text);

export function readVersion(text: string): LevelVersion['version'] | undefined {
  if (text === 'latest') return 'latest';
  const minor = /^v1\.(\d|[1-9]\d*)$/.exec(text)?.[1];
  return minor === undefined ? undefined : Number(minor);
}
