import { expect } from 'chai';
import { answering, parseListening } from '../../../../../src/orchestrator/node/runtime/process/sockets.ts';

const row = (local: string, inode: number, state = '0A') =>
  `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1`;
const V6_ANY = '0'.repeat(32);
const V6_LOOPBACK = '00000000000000000000000001000000';
const MAPPED = '0000000000000000FFFF00000501C97F';

describe('sockets in /proc/net/tcp', () => {
  it('are told by their address, those on every address apart, connections left out', () => {
    const text = [
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
      row('00000000:1F90', 111),
      row('0100007F:1F91', 222),
      row('00000000:1F92', 333, '01'),
      row(`${V6_ANY}:1F93`, 444),
      row(`${V6_LOOPBACK}:1F94`, 555),
      row(`${MAPPED}:1F95`, 666),
    ].join('\n');
    expect(parseListening(text)).to.deep.equal([
      { inode: '111', address: '0.0.0.0', port: 8080, wildcard: true },
      { inode: '222', address: '127.0.0.1', port: 8081, wildcard: false },
      { inode: '444', address: V6_ANY, port: 8083, wildcard: true },
      { inode: '555', address: '00000000000000000000000000000001', port: 8084, wildcard: false },
      { inode: '666', address: '127.201.1.5', port: 8085, wildcard: false },
    ]);
  });
});

describe('who answers a connection', () => {
  const sockets = parseListening(
    [
      row('00000000:1F90', 1),
      row(`${V6_ANY}:1F90`, 2),
      row('0501C97F:1F90', 3),
      row(`${V6_ANY}:1F91`, 4),
    ].join('\n'),
  );
  const inodes = (host: string, port: number) => answering(sockets, host, port).map(({ inode }) => inode);

  it('is who listens on that very address', () => expect(inodes('127.201.1.5', 8080)).to.deep.equal(['3']));
  it('is otherwise who listens on every address, of IPv4 first', () => {
    expect(inodes('127.201.1.6', 8080)).to.deep.equal(['1']);
    expect(inodes('127.201.1.6', 8081)).to.deep.equal(['4']);
  });
  it('is, of datagrams, whose socket takes them from anybody: none of TCP, and none that is connected', () => {
    const text = [row('0501C97F:1F90', 7, '07'), row('0501C97F:1F91', 8, '01')].join('\n');
    const all = [...sockets, ...parseListening(text, 'UDP')];
    const takers = (port: number) => answering(all, '127.201.1.5', port, 'UDP').map(({ inode }) => inode);
    expect(takers(8080)).to.deep.equal(['7']);
    expect(takers(8081)).to.deep.equal([]);
    expect(answering(all, '127.201.1.5', 8080).map(({ inode }) => inode)).to.deep.equal(['3']);
  });
  it('is nobody on another port', () => expect(inodes('127.201.1.5', 9090)).to.deep.equal([]));
});
