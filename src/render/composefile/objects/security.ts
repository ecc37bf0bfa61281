import type { JsonObject } from '../../../kube/values/types.ts';
import { warn } from '../load/report.ts';
import type { Service } from '../project.ts';
import { shaped, some } from './shape.ts';

/** Users that have the same number in every image. */
const USERS: Readonly<Record<string, number>> = { root: 0, nobody: 65_534 };

/** The security context of the container. */
export function containerSecurity(service: Service): JsonObject | undefined {
  const { fields } = service;
  sayPrivileges(service);
  const capabilities = shaped({
    add: some(fields.texts('cap_add').map(({ text }) => capability(text))),
    drop: some(fields.texts('cap_drop').map(({ text }) => capability(text))),
  });
  return some(
    shaped({
      ...userOf(service),
      capabilities: some(capabilities),
      privileged: fields.boolean('privileged') || undefined,
      readOnlyRootFilesystem: fields.boolean('read_only') || undefined,
      ...securityOptions(service),
    }),
  );
}

/** What makes a container as mighty as its node. */
function sayPrivileges({ name, fields }: Service): void {
  const shared = (['network_mode', 'pid', 'ipc'] as const).filter((key) => fields.text(key) === 'host');
  const all = fields.texts('cap_add').some(({ text }) => capability(text) === 'ALL') ? ['cap_add'] : [];
  for (const key of [...shared, ...all, ...(fields.boolean('privileged') ? ['privileged'] : [])]) {
    const at = fields.at(key);
    if (at)
      warn(
        fields.report,
        at,
        'Privilege',
        `${name} ${MIGHT[key]} (${key})`,
        'Remove it if the program runs without it.',
      );
  }
}

const MIGHT: Readonly<Record<string, string>> = {
  network_mode: 'has the network of its node',
  pid: 'sees and ends the processes of its node',
  ipc: 'shares the memory of the processes of its node',
  cap_add: 'has every capability on its node',
  privileged: 'may do everything on its node',
};

const capability = (name: string): string => name.toUpperCase().replace(/^CAP_/, '');

function userOf(service: Service): { readonly runAsUser?: number; readonly runAsGroup?: number } {
  const at = service.fields.at('user');
  const text = service.fields.text('user');
  if (at === undefined || text === undefined) return {};
  const [user = '', group] = text.split(':');
  const [uid, gid] = [numberOf(user), group === undefined ? undefined : numberOf(group)];
  if (uid === undefined || (group !== undefined && gid === undefined))
    warn(
      service.fields.report,
      at,
      'NotSupported',
      `the user ${text} of ${service.name} is left out: a pod knows users by number, so that of the image runs it`,
      'Write its number, as in user: "1000:1000".',
    );
  return {
    ...(uid === undefined ? {} : { runAsUser: uid }),
    ...(gid === undefined ? {} : { runAsGroup: gid }),
  };
}

const numberOf = (text: string): number | undefined =>
  /^\d{1,9}$/.test(text) ? Number(text) : Object.hasOwn(USERS, text) ? USERS[text] : undefined;

function securityOptions(service: Service): JsonObject {
  let found: JsonObject = {};
  for (const { text, at } of service.fields.texts('security_opt')) {
    const [key = '', value = ''] = text.split(/[:=]/);
    const option = securityOption(key, value);
    if (option) found = { ...found, ...option };
    else warn(service.fields.report, at, 'NotSupported', `security_opt ${text.slice(0, 100)} is left out`);
  }
  return found;
}

function securityOption(key: string, value: string): JsonObject | undefined {
  if (key === 'no-new-privileges') return value === 'false' ? {} : { allowPrivilegeEscalation: false };
  if (key === 'seccomp' && value === 'unconfined') return { seccompProfile: { type: 'Unconfined' } };
  if (key === 'apparmor' && value === 'unconfined') return { appArmorProfile: { type: 'Unconfined' } };
  return undefined;
}

/** The security context of the pod: groups and settings of the kernel. */
export function podSecurity(service: Service): JsonObject | undefined {
  const { fields } = service;
  const groups = fields.texts('group_add').flatMap(({ text, at }) => {
    const group = numberOf(text);
    if (group === undefined)
      warn(fields.report, at, 'NotSupported', `the group ${text} is left out: a pod knows groups by number`);
    return group === undefined ? [] : [group];
  });
  const sysctls = [...fields.pairs('sysctls')].map(([name, { text }]) => ({ name, value: text ?? '' }));
  const fsGroup = fields.pairs('labels').get('kompose.security-context.fsgroup')?.text;
  return some(
    shaped({
      supplementalGroups: some(groups),
      sysctls: some(sysctls),
      fsGroup: fsGroup && /^\d{1,9}$/.test(fsGroup) ? Number(fsGroup) : undefined,
    }),
  );
}
