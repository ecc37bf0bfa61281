import type { Access } from '../model/access.ts';
import type { ChannelActions } from '../model/notifyfaces.ts';
import type { User } from '../model/user.ts';
import { decodedSegment, fieldsOf, needed, texts } from './fields.ts';
import { badRequest, type FaceResponse } from './refusal.ts';

/** What it needs of a request. */
interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly user: User;
}

const PATH = /^\/api\/v1\/channels(?:\/([^/]+)\/(test|remove))?$/;

/** Channels of notifications, for who may say what all deliveries may use. Undefined when the path is another. */
export async function answerChannels(
  channels: ChannelActions,
  access: Access,
  { method, path, body, user }: Asked,
): Promise<FaceResponse | undefined> {
  const found = PATH.exec(path);
  if (!found) return undefined;
  await access.assert(user, { on: 'delivery', verb: 'allow' });
  const [, segment, act] = found;
  const name = segment && decodedSegment(segment);
  if (name && method === 'POST')
    return { status: 200, body: await (act === 'test' ? channels.test(name) : channels.remove(name)) };
  if (name) return undefined;
  if (method === 'GET') return { status: 200, body: await channels.list() };
  if (method !== 'POST') return undefined;
  const fields = fieldsOf(body);
  const request = {
    name: needed(fields, 'name'),
    kind: needed(fields, 'kind'),
    deliveries: texts(fields, 'deliveries') ?? [],
    settings: settingsOf(fields.settings),
  };
  return { status: 200, body: await channels.add(request) };
}

function settingsOf(value: unknown): Readonly<Record<string, string>> {
  const settings = fieldsOf(value);
  const other = Object.keys(settings).find((key) => typeof settings[key] !== 'string');
  if (other !== undefined) throw badRequest(`"settings.${other}" must be a string.`);
  return settings as Readonly<Record<string, string>>;
}
