/**
 * What the words of a status mean. Operators do not share a vocabulary, but they share English: `UpdateFailed`, `ROLLING_UPGRADE`,
 * "Waiting for Pods to be ready". Texts are read word by word, and a negation inverts the meaning: `NotReady`, `NoErrors`.
 */
export type Tone =
  /** Something is wrong. */
  | 'bad'
  /** Not in the desired state, with no sign of progress. */
  | 'lacking'
  /** In progress. */
  | 'busy'
  /** Held on purpose. */
  | 'suspended'
  /** The controller does not know. */
  | 'unknown'
  | 'good';

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

const BAD = words(`
  abort aborted aborting broken cancelled canceled conflict conflicts corrupt corrupted crash crashed crashing critical degraded
  denied deny err error errored errors exceeded expired fail failed failing failover fails failure failures fallback fatal forbidden illegal
  incorrect ineligible inaccessible insufficient invalid killed lost malformed mismatch mismatched missing misconfigured oom panic
  red refused reject rejected revoked stalled stuck terminal timeout timedout unauthorized undeliverable unhealthy unreachable
  unrecoverable unresolved unresolvable unschedulable unsupported unsynced violated violation backoff uncorrectable`);

const BUSY = words(`
  init inprogress pending progress queued requested scheduled started submitted yellow later partial partially`);

const LACKING = words('unavailable warn warning');

const SUSPENDED = words(`
  disabled hibernated hibernation idle ignored offline paused stopped suspend suspended unmanaged`);

const UNKNOWN = words('inconclusive indeterminate unknown dontknow');

const GOOD = words(`
  accepted achieved allowed acknowledged active admitted advertised alive allocated applied approved associated assigned attached available
  bootstrapped bound complete completed compliant configured connected converged created current delivered deployed discoverable
  done enabled enforced established exist exists finished found fulfilled green healthy initialized insync installed issued joined
  launched live loaded mounted normal ok online open operational optimal passed programmed promoted protected provisioned
  published reachable ready reconciled registered released resolved restored running satisfied saved scaled serving stable succeed
  succeeded success successful synced synchronized true up uptodate updated valid validated verified warm`);

/** Words of progress that only say that something exists. */
const NOT_BUSY = words(`
  operating being during existing missing failing crashing aborting string nothing anything something pausing warning archiving matching publishing`);

const NEGATIONS = words('no not non never without cannot un');

/** `UpdateFailed`, `update-failed`, `UPDATE_FAILED`, `update failed` → `update failed`, lower case. */
export const wordsOf = (text: string): readonly string[] =>
  text
    .slice(0, LONGEST)
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');

/** Longer texts of others are truncated. */
const LONGEST = 200;

function toneOfWord(word: string): Tone | undefined {
  if (BAD.has(word)) return 'bad';
  if (LACKING.has(word)) return 'lacking';
  if (SUSPENDED.has(word)) return 'suspended';
  if (UNKNOWN.has(word)) return 'unknown';
  if (BUSY.has(word) || (/.ing$/.test(word) && !GOOD.has(word) && !NOT_BUSY.has(word))) return 'busy';
  return GOOD.has(word) ? 'good' : undefined;
}

/** The inverse, for a negation: `NotReady` lacks something, `NoErrors` is good, `NotReconciling` says nothing. */
const NEGATED: Readonly<Record<Tone, Tone | undefined>> = {
  bad: 'good',
  good: 'lacking',
  lacking: undefined,
  busy: undefined,
  suspended: undefined,
  unknown: undefined,
};

/** The worst outranks: "update failed, retrying" is bad. */
const RANK: readonly Tone[] = ['bad', 'unknown', 'suspended', 'busy', 'lacking', 'good'];

/** The tone of a text, by its weightiest word; undefined when none of its words is known. */
export function toneOf(text: string): Tone | undefined {
  const found = new Set<Tone>();
  let negated = false;
  for (const word of wordsOf(text)) {
    const tone = toneOfWord(word);
    const turned = tone !== undefined && negated ? NEGATED[tone] : tone;
    if (turned !== undefined) found.add(turned);
    negated = NEGATIONS.has(word) || (negated && tone === undefined);
  }
  return RANK.find((tone) => found.has(tone));
}
