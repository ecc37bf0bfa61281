import { clockIn } from '../../../base/timezone.ts';
import { civilAt, secondsFrom } from './calendar.ts';
import { ZONES } from './zones.data.ts';

/** What is in force in a zone at a moment. */
export interface Offset {
  /** `CET`; '' for a zone that was made of an offset alone. */
  readonly abbreviation: string;
  /** Seconds east of UTC. */
  readonly seconds: number;
  readonly isSummer: boolean;
}

export interface Zone {
  readonly name: string;
  at(seconds: number): Offset;
}

const AT_UTC: Offset = { abbreviation: 'UTC', seconds: 0, isSummer: false };

export const UTC: Zone = { name: 'UTC', at: () => AT_UTC };
/** Renders do not depend on where they are made: the local zone is that of UTC. */
export const LOCAL: Zone = { name: 'Local', at: () => AT_UTC };

export const fixedZone = (abbreviation: string, seconds: number): Zone => ({
  name: abbreviation,
  at: () => ({ abbreviation, seconds, isSummer: false }),
});

/** time.LoadLocation; undefined for a name that is in no database. */
export function zoneOf(name: string): Zone | undefined {
  if (name === '' || name === 'UTC') return UTC;
  if (name === 'Local') return LOCAL;
  const abbreviations = abbreviationsOf(name);
  if (!abbreviations || !isKnown(name)) return undefined;
  return { name, at: (seconds) => offsetAt(name, abbreviations, seconds) };
}

/** Whether the database of this Node.js has the zone, which may be older than the names. */
function isKnown(name: string): boolean {
  try {
    clockIn(name);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

const abbreviationsOf = (name: string): readonly string[] | undefined => {
  for (const [abbreviations, names] of Object.entries(ZONES)) {
    if (names.split(' ').includes(name)) return abbreviations.split(' ');
  }
  return undefined;
};

function offsetAt(name: string, [winter = '', summer]: readonly string[], seconds: number): Offset {
  const offset = secondsEast(name, seconds);
  const { year } = civilAt(seconds + offset);
  const [january, july] = [1, 7].map((month) =>
    secondsEast(name, secondsFrom({ year, month, day: 1 }, { hour: 0, minute: 0, second: 0 })),
  );
  const isSummer = offset > Math.min(january ?? offset, july ?? offset);
  if (seconds < FIRST_RULES && !name.startsWith('Etc/'))
    return { abbreviation: 'LMT', seconds: offset, isSummer: false };
  if (winter === 'numeric') return { abbreviation: numeric(offset), seconds: offset, isSummer };
  return { abbreviation: isSummer ? (summer ?? winter) : winter, seconds: offset, isSummer };
}

/** 1900: before about then each town had the time of its meridian. */
const FIRST_RULES = -2_208_988_800;
/** The years 1000 and 275,000: what is beyond has the offset that was, or will be, in force then. */
const [EARLIEST, LATEST] = [-30_610_224_000, 8.6e12];

function secondsEast(name: string, seconds: number): number {
  const ms = Math.max(EARLIEST, Math.min(LATEST, seconds)) * 1000;
  return Math.round((clockIn(name)(ms).getTime() - ms) / 1000);
}

/** `-03`, `+0545`. */
function numeric(offset: number): string {
  const minutes = Math.floor(Math.abs(offset) / 60);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${minutes % 60 === 0 ? '' : two(minutes % 60)}`;
}
