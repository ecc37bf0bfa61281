import { expect } from 'chai';
import { formatHolds } from '../../../src/kube/schema/formats.ts';

const OF_FORMAT: Readonly<
  Record<string, { readonly is: readonly string[]; readonly not: readonly string[] }>
> = {
  bsonobjectid: {
    is: ['507f1f77bcf86cd799439011'],
    not: ['507f1f77bcf86cd79943901', 'x07f1f77bcf86cd799439011'],
  },
  uri: { is: ['https://example.com/a?b=c', '/path', 'urn:/x'], not: ['', 'a b', 'path'] },
  email: {
    is: [
      'a@b.example',
      'Ada Lovelace <ada@example.com>',
      '"a b"@example.com',
      ' a@[10.0.0.1] (home)',
      'ä@ö.de',
    ],
    not: ['', 'a', 'a@', '@b', 'a@@b', 'a..b@c', 'a@b c', 'Ada <ada@example.com', 'a@b.'],
  },
  hostname: {
    is: ['example.com', 'localhost', '1st.example.com', 'bücher.example', 'a-b.example'],
    not: ['', 'a.1', 'a_b.example.com', '-a.example', 'a-.example', `${'a'.repeat(64)}.example`, '127.0.0.1'],
  },
  ipv4: { is: ['10.0.0.1', '010.001.0.1', '::ffff:10.0.0.1'], not: ['', '10.0.0', '10.0.0.256', '::1'] },
  ipv6: {
    is: ['::1', '2001:db8::1', '::ffff:10.0.0.1'],
    not: ['', '10.0.0.1', ':::', '2001:db8::1::', '::1%eth0'],
  },
  cidr: {
    is: ['10.0.0.1/8', '2001:db8::/32', '010.0.0.0/08'],
    not: ['', '10.0.0.0', '10.0.0.0/33', '10.0.0.0/-1', '::/129'],
  },
  mac: {
    is: ['01:23:45:67:89:ab', '01-23-45-67-89-AB-CD-EF', '0123.4567.89ab', '0123.4567.89ab.cdef'],
    not: ['', '01:23:45:67:89', '01:23-45:67:89:ab', '0123.4567', '01:23:45:67:89:ag', '0123456789ab'],
  },
  uuid: {
    is: ['1B4E28BA-2fa1-11d2-883f-0016d3cca427', '1b4e28ba2fa111d2883f0016d3cca427'],
    not: ['1b4e28ba', ''],
  },
  uuid3: { is: ['bcd02e22-68f0-3046-a512-327cca9def8f'], not: ['bcd02e22-68f0-4046-a512-327cca9def8f'] },
  uuid4: { is: ['025b0d74-00a2-4048-bf57-227c5111bb34'], not: ['025b0d74-00a2-4048-7f57-227c5111bb34'] },
  uuid5: { is: ['886313e1-3b8a-5372-9b90-0c9aee199e5d'], not: ['886313e1-3b8a-4372-9b90-0c9aee199e5d'] },
  isbn: { is: ['0321751043', '978-0321751041'], not: ['0321751044', '978-0321751042', ''] },
  isbn10: { is: ['0321751043', '0-8044-2957-X'], not: ['978-0321751041', '0804429570'] },
  isbn13: { is: ['978-0321751041'], not: ['0321751043', '9780321751042'] },
  creditcard: { is: ['4111-1111-1111-1111', '378282246310005'], not: ['4111-1111-1111-1112', '1234', ''] },
  ssn: { is: ['111-11-1111', '111 11 1111'], not: ['111111111', '111-1111111', ''] },
  hexcolor: { is: ['#FFF', 'a0b1c2'], not: ['#FFFF', '', 'white'] },
  rgbcolor: { is: ['rgb(255, 0,10)'], not: ['rgb(256,0,0)', 'rgb(1,2)', 'rgb(01,2,3)'] },
  byte: { is: ['AQID', 'AQI=', 'AQ=='], not: ['', 'AQ', 'AQ=', 'A_==', 'AQ=='.repeat(2)] },
  password: { is: ['', 'anything'], not: [] },
  date: {
    is: ['2026-02-28', '2024-02-29'],
    not: ['2026-02-29', '2026-2-1', '2026-13-01', '', '2026-02-28T00:00:00Z'],
  },
  'date-time': {
    is: ['2014-12-15T19:30:20.000Z', '2014-12-15t19:30:20+01:00'],
    not: [
      '2014-12-15',
      '2014-12-15T24:00:00Z',
      '2014-12-15T19:30:60Z',
      '2014-02-30T19:30:20Z',
      '2014-12-15T19:30:20',
      '',
    ],
  },
  duration: {
    is: ['1h30m', '-1.5s', '0', '22 ns', '2 days', '3weeks', '1wk'],
    not: ['', '1', '5 parsecs', 'h'],
  },
  'k8s-short-name': { is: ['a-1'], not: ['A', '-a', 'a.b', '', 'a'.repeat(64)] },
  'k8s-long-name': { is: ['a-1.b', 'a'.repeat(100)], not: ['A.b', 'a..b', 'a.', '', 'a'.repeat(254)] },
};

describe('formatHolds', () => {
  for (const [format, { is, not }] of Object.entries(OF_FORMAT)) {
    it(`knows what a string of format ${format} is`, () => {
      expect(is.filter((text) => formatHolds(format, text) !== true)).to.deep.equal([]);
      expect(not.filter((text) => formatHolds(format, text) !== false)).to.deep.equal([]);
    });
  }

  it('says nothing of formats that Kubernetes does not know', () => {
    for (const format of ['ip', 'int32', 'my-own', 'toString'])
      expect(formatHolds(format, 'anything'), format).to.equal(undefined);
  });

  it('reads long texts of every format in time', () => {
    const texts = ['1', ' ', '"', 'a', '\\"', 'a.', '1 ', '(', '1:', '-', '=', '<'].map((part) =>
      part.repeat(200_000),
    );
    const start = process.cpuUsage().user;
    for (const format of Object.keys(OF_FORMAT)) for (const text of texts) formatHolds(format, text);
    expect((process.cpuUsage().user - start) / 1000).to.be.lessThan(4000);
  });
});
