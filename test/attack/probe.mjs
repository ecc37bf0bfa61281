// A process of its own, so that what the attacker computes does not hide what the daemon answers.
// node probe.mjs: reads {"url", "pid"} lines (a new line replaces the target), says `ready` once the target has answered, and answers
// one line when its input ends: {"silenceMs", "inLineMs", "memoryMb"}: the longest wait for an answer, how much of it the daemon's event
// loop stood in line for a processor (what else runs on this machine, not the daemon), and the most resident memory of the daemon.
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { createInterface } from 'node:readline';

const EVERY_MS = 50;
const GIVE_UP_MS = 60_000;
const agent = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });
let target;
let silenceMs = 0;
let inLineMs = 0;
let memoryMb = 0;
let asked;
let isReady = false;
/** What the daemon's event loop had stood in line by then, ms. */
let inLineThen = 0;
/** How far this process itself was held up since the question was asked: not the daemon's silence. */
let ownLag = 0;
let lastTick = performance.now();

function residentMb(pid) {
  try {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** The main thread's time on a run queue, ms (proc(5), schedstat); 0 where the system does not tell. */
function inLine(pid) {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e6;
  } catch {
    return 0;
  }
}

function see() {
  const silent = performance.now() - asked - ownLag;
  if (silent <= silenceMs) return;
  silenceMs = silent;
  inLineMs = Math.max(0, inLine(target.pid) - inLineThen);
}

function answered() {
  // Dialling and the first answer of a fresh connection are not what is measured.
  if (!isReady) process.stdout.write('ready\n');
  else if (asked !== undefined) see();
  isReady = true;
  asked = undefined;
}

function ask() {
  asked = performance.now();
  ownLag = 0;
  const livez = request(`${target.url}/livez`, { agent, timeout: GIVE_UP_MS }, (response) => {
    response.resume();
    response.on('end', answered);
    response.on('error', answered);
  });
  // No connection is silence too: it lasts until one is answered.
  livez.on('error', () => setTimeout(() => asked !== undefined && retry(), EVERY_MS));
  livez.end();
}

function retry() {
  const since = asked;
  const lag = ownLag;
  ask();
  asked = since;
  ownLag = lag;
}

const timer = setInterval(() => {
  const now = performance.now();
  ownLag += Math.max(0, now - lastTick - EVERY_MS * 1.5);
  lastTick = now;
  if (!target) return;
  memoryMb = Math.max(memoryMb, residentMb(target.pid));
  if (asked !== undefined) return;
  inLineThen = inLine(target.pid);
  ask();
}, EVERY_MS);

const input = createInterface({ input: process.stdin });
input.on('line', (line) => {
  target = JSON.parse(line);
});
input.on('close', () => {
  clearInterval(timer);
  if (asked !== undefined) see();
  process.stdout.write(
    `${JSON.stringify({ silenceMs: Math.round(silenceMs), inLineMs: Math.round(inLineMs), memoryMb: Math.round(memoryMb) })}\n`,
    () => process.exit(0),
  );
});
