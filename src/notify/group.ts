import { createHash } from 'node:crypto';
import { type Message, type Notice, nameOf } from './message.ts';

/** Of one message; further notices are counted. */
const MOST_NOTICES = 10;

/** Pure: notices of one channel as one message, the oldest first. */
export function messageOf(notices: readonly Notice[]): Message {
  const sorted = [...notices].sort((a, b) => a.at - b.at);
  const shown = sorted.slice(0, MOST_NOTICES);
  const id = createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 32);
  return { title: titleOf(sorted), notices: shown, all: sorted, more: sorted.length - shown.length, id };
}

function titleOf(notices: readonly Notice[]): string {
  const [first] = notices;
  if (!first) return 'Pilotage';
  if (notices.length === 1) return first.text;
  const names = [...new Set(notices.map(nameOf))];
  const listed =
    names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
  const kinds = [...new Set(notices.map(({ kind }) => kind))];
  const [kind] = kinds;
  return kinds.length === 1 ? `${listed}: ${kind}` : `${listed}: ${notices.length} notices`;
}
