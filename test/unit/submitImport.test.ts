import fc from 'fast-check';
import {
	batchesOf,
	checkCount,
	readMostBatches,
	type Batch,
} from '../../nodes/CortexXdrSubmitImport/batches';
import { meantName } from '../../nodes/CortexXdrSubmitImport/fieldNames';
import {
	leftOutInWords,
	readAssets,
	readFindings,
	type Gathering,
} from '../../nodes/CortexXdrSubmitImport/findings';
import { importFault } from '../../nodes/CortexXdrSubmitImport/refusal';
import { readScanner } from '../../nodes/CortexXdrSubmitImport/schema';
import { OPERATIONS } from '../../nodes/shared/cortex/operations';
import { readReply } from '../../nodes/shared/cortex/reply';
import { laneToTenant, patienceOf } from '../../nodes/shared/cortex/send';
import { startedImport } from '../../nodes/shared/cortex/startedImport';
import { Fault, InputError } from '../../nodes/shared/errors';
import { attempts, LAST, PATIENT } from '../../nodes/shared/transport/attempts';
import { clock } from '../../nodes/shared/transport/clock';
import { wrongPlaces } from '../../simulator/cortex/importBody';
import { FakeClock } from '../support/fakeClock';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const DAY = 24 * 3600 * 1000;
const when = { now: NOW, timeZone: 'Europe/Berlin' };
const SCANNER = { vendor: 'ACME', product: 'Network Scanner' };

type Json = Record<string, unknown>;

/** Readers get values of every kind. */
const findings = (...items: Json[]): Gathering =>
	readFindings(
		items.map((json, item) => ({ item, json })),
		when,
	);
const assets = (...lists: unknown[]): Gathering =>
	readAssets(
		lists.map((value, item) => ({ item, value })),
		when,
	);

/** Why input is refused: its words, and what to do. */
function refusal(read: () => unknown): { message: string; hint: string } {
	try {
		read();
	} catch (error) {
		expect(error).toBeInstanceOf(InputError);
		const { message, hint = '' } = error as InputError;
		expect(hint).not.toBe('');
		return { message, hint };
	}
	throw new Error('nothing was refused');
}

/** A finding as a table has it: texts everywhere. */
const row = {
	origin_asset_id: 'acme-17',
	asset_name: 'web-017',
	ipv4: '10.20.0.17, 10.20.0.18',
	os_name: 'Linux',
	vulnerability_id: '9001',
	cve_id: 'CVE-2024-3094, CVE-2024-6387',
	last_seen: '2026-03-01 11:00:00',
	confidence: 'confirmed',
	protocol: 'tcp',
	port: '443',
	evidence: '',
	description: null,
};
const asset = {
	origin_asset_id: 'acme-18',
	last_seen: NOW,
	vulnerabilities: [{ vulnerability_id: 'a', last_seen: NOW - DAY }],
};

describe('a finding in a row', () => {
	it('becomes an asset with one vulnerability, in the types of the vendor', () => {
		expect(findings({ ...row, vendor: 'Apache', product: 'httpd', version: 2.4 })).toEqual({
			assets: [
				{
					asset: {
						origin_asset_id: 'acme-17',
						asset_name: 'web-017',
						ipv4: ['10.20.0.17', '10.20.0.18'],
						os_name: 'Linux',
						vendor: 'Apache',
						product: 'httpd',
						version: '2.4',
						last_seen: NOW - 2 * 3600 * 1000,
						vulnerabilities: [
							{
								vulnerability_id: '9001',
								last_seen: NOW - 2 * 3600 * 1000,
								cve_id: ['CVE-2024-3094', 'CVE-2024-6387'],
								confidence: 'Confirmed',
								protocol: 'TCP',
								port: 443,
							},
						],
					},
					items: [0],
				},
			],
			leftOut: [],
		});
	});

	it.each<[string, unknown, string]>([
		[
			'last_seen',
			'2026-01-01',
			'last_seen is 2025-12-31T23:00:00.000Z, which is more than 30 days',
		],
		['last_seen', NOW + 1, 'last_seen is 2026-03-01T12:00:00.001Z, which is in the future'],
		['last_seen', NOW / 1000, 'which looks like epoch seconds'],
		['last_seen', String(NOW / 1000), 'which looks like epoch seconds'],
		['last_seen', '01/03/2026', 'last_seen holds "01/03/2026", which is not a date'],
		['last_seen', 20260301, 'which looks like epoch seconds'],
		['port', '0', 'port holds "0", but it must be a whole number from 1 to 65534'],
		['port', 65_535, 'port holds "65535"'],
		['port', '443/tcp', 'port holds "443/tcp"'],
		['port', 44.3, 'port holds "44.3"'],
		['port', '0x1bb', 'port holds "0x1bb"'],
		['port', [443], 'port holds "[443]"'],
		['protocol', 'icmp', 'protocol holds "icmp", which is not one of its values'],
		['confidence', 'high', 'confidence holds "high"'],
		['confidence', 1, 'confidence holds "1"'],
		['ipv4', '10.0.0.256', 'ipv4 holds "10.0.0.256", which is not an IP address'],
		['ipv4', '10.0.0.0/24', 'ipv4 holds "10.0.0.0/24", which is not an IP address'],
		['ipv4', '10.0.0.1, ::1', 'ipv4 holds "::1", which is an IPv6 address'],
		['ipv6', '10.0.0.1', 'ipv6 holds "10.0.0.1", which is an IPv4 address'],
		['ipv6', 'fe80::1%eth0', 'ipv6 holds "fe80::1%eth0"'],
		['cve_id', 'CVE-2024-3094; CVE-2024-6387', 'which is not one name'],
		['fqdn', 'a.example b.example', 'which is not one name'],
		['origin_tags', 'env:prod, web', 'origin_tags holds "web", but every tag must be a key and'],
		['origin_tags', ':prod', 'origin_tags holds ":prod"'],
		['raw_output', 'x'.repeat(2_001), 'raw_output has 2,001 characters, and Cortex takes 2,000'],
		['raw_output', '😀'.slice(0, 1), 'in which a character was cut in half'],
		['os_name', { name: 'Linux' }, 'os_name holds "{"name":"Linux"}", but it must be text'],
		['version', 2 ** 60, 'version holds a number that is too large to be exact'],
		['vulnerability_id', true, 'vulnerability_id holds "true", but it must be text'],
	])('%s %j is refused', (field, value, words) => {
		const { message } = refusal(() => findings(row, { ...row, [field]: value }));
		expect(message).toContain(`Item 1: ${field} `);
		expect(message).toContain(words);
	});

	it.each<[string, unknown, unknown]>([
		['last_seen', NOW - 30 * DAY, NOW - 30 * DAY],
		['last_seen', String(NOW), NOW],
		['last_seen', { toMillis: () => NOW - 5 }, NOW - 5],
		['port', 65_534, 65_534],
		['port', ' 1 ', 1],
		['raw_output', '😀'.repeat(2_000), '😀'.repeat(2_000)],
		['raw_output', ' a\nb ', 'a\nb'],
		['cve_id', '["CVE-2024-3094"]', ['CVE-2024-3094']],
		['cve_id', ['CVE-2024-3094', null, 'CVE-2024-3094'], ['CVE-2024-3094']],
		['scan_name', 7, '7'],
		['evidence', '\u00a0', undefined],
		['cve_id', ['', null], undefined],
	])('%s %j is sent as %j', (field, value, sent) => {
		const [{ vulnerabilities }] = findings({ ...row, [field]: value }).assets.map(
			(one) => one.asset,
		);
		expect(vulnerabilities[0][field]).toEqual(sent);
	});

	it.each<[string, Json, string]>([
		['without a moment', { ...row, last_seen: '' }, 'Item 0: last_seen is missing'],
		[
			'of an asset that nobody could find',
			{ vulnerability_id: 'a', last_seen: NOW, hostname: 'web' },
			'Item 0 does not say which asset it is about',
		],
		[
			'that is none',
			{ host: 'web', severity: 5 },
			'Item 0 has neither vulnerability_id nor vulnerabilities',
		],
		[
			'that is an asset too',
			{ ...row, ...asset },
			'Item 0 has both vulnerabilities and vulnerability_id',
		],
	])('%s is refused', (_name, item, words) => {
		expect(refusal(() => findings(item)).message).toContain(words);
	});

	it('leaves out fields that Cortex does not know, and says so', () => {
		const { assets: made, leftOut } = findings(
			{ ...row, severity: 'High', host: '', constructor: 'x' },
			{ ...row, solution: 'Update' },
		);
		expect(leftOut).toEqual(['severity', 'constructor', 'solution']);
		expect(JSON.stringify(made)).not.toContain('High');
		expect(leftOutInWords(leftOut)).toBe(
			'Fields that Cortex does not know were left out: "severity", "constructor", "solution".',
		);
		expect(leftOutInWords([])).toBeUndefined();
		const many = Array.from({ length: 12 }, (_, index) => `f${index}`);
		expect(leftOutInWords(many)).toMatch(/"f9" and 2 more\.$/);
	});

	it.each([
		'Last Seen',
		'lastSeen',
		'last_seens',
		'LAST-SEEN',
		'last_sen',
		'lastt_seen',
		'list_seen',
	])('a field that is almost one of Cortex’ is refused: %s', (name) => {
		const { last_seen, ...rest } = row;
		const { message, hint } = refusal(() => findings({ ...rest, [name]: last_seen }));
		expect(`${message}\n${hint}`).toContain(
			`Item 0 has a field "${name}", where Cortex has last_seen`,
		);
		// Beside the right one, it is one of many that nobody knows.
		expect(findings({ ...row, [name]: 'x' }).leftOut).toEqual([name]);
	});

	it('a name with what nobody sees around it is the name', () => {
		const { origin_asset_id, port, ...rest } = row;
		const marked = { '\ufefforigin_asset_id': origin_asset_id, ' port\u00a0': port, ...rest };
		expect(findings(marked)).toMatchObject({
			assets: [{ asset: { origin_asset_id: 'acme-17', vulnerabilities: [{ port: 443 }] } }],
			leftOut: [],
		});
		expect(findings({ ...row, ' port': '1' }).assets).toEqual(findings(row).assets);
	});

	it.each(['os', 'ip', 'hostname', 'cve', 'status', 'name', 'id', 'toString', '', 'vulnerability'])(
		'"%s" is not almost one',
		(name) => expect(meantName(name, Object.keys(row))).toBeUndefined(),
	);
});

describe('rows of one asset', () => {
	const next = { ...row, vulnerability_id: '9002', port: '22', last_seen: NOW };

	it('become one asset, last seen when the newest of them was', () => {
		const other = { ...row, origin_asset_id: '', vulnerability_id: '1' };
		const { assets: made } = findings(
			row,
			other,
			{ ...next, asset_name: '', ipv4: '10.20.0.18, 10.20.0.19' },
			other,
		);
		expect(made.map(({ items }) => items)).toEqual([[0, 2], [1], [3]]);
		const [{ asset: merged }] = made;
		expect(merged).toMatchObject({
			asset_name: 'web-017',
			ipv4: ['10.20.0.17', '10.20.0.18', '10.20.0.19'],
			last_seen: NOW,
		});
		expect(merged.vulnerabilities.map((one) => one.vulnerability_id)).toEqual(['9001', '9002']);
		expect(merged.vulnerabilities[0].last_seen).toBe(NOW - 2 * 3600 * 1000);
	});

	it('join those of an item that is an asset', () => {
		const { assets: made } = findings(asset, { ...row, origin_asset_id: 'acme-18' });
		expect(made).toHaveLength(1);
		expect(made[0].items).toEqual([0, 1]);
		expect(made[0].asset.vulnerabilities).toHaveLength(2);
	});

	it('that contradict each other are refused, with both values', () => {
		const { message, hint } = refusal(() => findings(row, next, { ...next, os_name: 'Windows' }));
		expect(message).toBe(
			'Item 2: os_name of the asset "web-017" is "Windows", but "Linux" in item 0',
		);
		expect(hint).toContain('origin_asset_id');
		const software = refusal(() =>
			findings({ ...row, product: 'httpd' }, { ...next, product: 'sshd' }),
		);
		expect(software.message).toContain('product of the asset "web-017" is "sshd"');
	});

	it('with the same vulnerability: the same finding counts once, another one is refused', () => {
		const twice = findings(row, { ...row, cve_id: ['CVE-2024-3094', 'CVE-2024-6387'] });
		expect(twice.assets.map(({ items }) => items)).toEqual([[0, 1]]);
		expect(twice.assets[0].asset.vulnerabilities).toHaveLength(1);
		const { message, hint } = refusal(() => findings(row, { ...row, port: 8443 }));
		expect(message).toBe(
			'Item 1: the asset "web-017" has vulnerability_id "9001" already, in item 0, with other values (port)',
		);
		expect(hint).toContain('{{ $json.vulnerability_id }}-{{ $json.port }}');
	});

	it('are at most a thousand', () => {
		const many = (count: number) =>
			Array.from({ length: count }, (_, index) => ({ ...row, vulnerability_id: index }));
		expect(findings(...many(1_000)).assets).toHaveLength(1);
		expect(refusal(() => findings(...many(1_001))).message).toBe(
			'The asset "web-017" has 1,001 vulnerabilities, and Cortex takes 1,000 for an asset',
		);
	});
});

describe('a list of assets', () => {
	it.each<[string, unknown]>([
		['a list', [asset]],
		['JSON', JSON.stringify([asset])],
		[
			'JSON of the vulnerabilities',
			[{ ...asset, vulnerabilities: JSON.stringify(asset.vulnerabilities) }],
		],
	])('as %s', (_name, list) => {
		expect(assets(list)).toEqual({ assets: [{ asset, items: [0] }], leftOut: [] });
	});

	it('can hold assets without vulnerabilities, and the same asset twice', () => {
		const { assets: made } = assets(
			[{ ...asset, vulnerabilities: [] }],
			[asset, { fqdn: 'a.example', last_seen: NOW, vulnerabilities: [] }],
		);
		expect(made.map(({ items }) => items)).toEqual([[0, 1], [1]]);
		expect(made[0].asset.vulnerabilities).toHaveLength(1);
	});

	it.each<[string, unknown, string]>([
		['nothing', '', 'Assets of item 0 is empty'],
		['no asset', [], 'Assets of item 0 is empty'],
		['no JSON', '[{', 'which is no list of assets'],
		['an object', asset, 'which is no list of assets'],
		['the whole request', { ...SCANNER, assets: [asset] }, 'which is no list of assets'],
		['something else', [asset, 7], 'Item 0, asset 1 holds "7", which is no asset'],
		['a row', [row], 'Item 0, asset 0: vulnerabilities holds "", which is no list'],
		[
			'an object of vulnerabilities',
			[{ ...asset, vulnerabilities: {} }],
			'Item 0, asset 0: vulnerabilities holds "{}", which is no list',
		],
		[
			'no vulnerability',
			[{ ...asset, vulnerabilities: ['CVE-2024-3094'] }],
			'Item 0, asset 0, vulnerability 0 holds "CVE-2024-3094", which is no vulnerability',
		],
		[
			'an asset that was never seen',
			[{ ...asset, last_seen: null }],
			'Item 0, asset 0: last_seen is missing',
		],
		[
			'a vulnerability that was never seen',
			[{ ...asset, vulnerabilities: [{ vulnerability_id: 'a' }] }],
			'Item 0, asset 0, vulnerability 0: last_seen is missing',
		],
		[
			'a vulnerability without an id',
			[{ ...asset, vulnerabilities: [{ last_seen: NOW }] }],
			'Item 0, asset 0, vulnerability 0: vulnerability_id is missing',
		],
		[
			'a field that Cortex does not know',
			[{ ...asset, hostname: 'web' }],
			'Item 0, asset 0 has a field "hostname", which Cortex does not know',
		],
		[
			'one of a vulnerability',
			[{ ...asset, vulnerabilities: [{ ...asset.vulnerabilities[0], severity: 5 }] }],
			'Item 0, asset 0, vulnerability 0 has a field "severity", which Cortex does not know',
		],
	])('with %s is refused', (_name, list, words) => {
		const { message, hint } = refusal(() => assets(list));
		expect(`${message}\n${hint}`).toContain(words);
	});
});

describe('many problems', () => {
	it('are one error, with the first ten and a count of the others', () => {
		const wrong = Array.from({ length: 1_234 }, (_, index) => ({
			...row,
			vulnerability_id: index,
			port: 70_000,
		}));
		const { message, hint } = refusal(() => findings(...wrong));
		expect(message).toBe('1,234 values cannot be imported, so nothing was sent');
		const lines = hint.split('\n');
		expect(lines[0]).toMatch(/^Item 0: port holds "70000"/);
		expect(lines[9]).toMatch(/^Item 9: /);
		expect(lines[10]).toBe('… and 1,224 more');
		// What to do about them is said once.
		expect(lines).toHaveLength(12);
	});
});

describe('the scanner', () => {
	it.each([
		[{ vendor: ' TENABLE ', product: 'Nessus', version: 10.8 }, { version: '10.8' }],
		[{ vendor: 'TENABLE', product: 'Nessus', version: '' }, {}],
		[{ vendor: 'TENABLE', product: 'Nessus', version: undefined }, {}],
	])('%j', (given, version) =>
		expect(readScanner(given)).toEqual({ vendor: 'TENABLE', product: 'Nessus', ...version }),
	);

	it.each([
		[{ vendor: '', product: 'Nessus', version: '' }, 'Vendor is empty'],
		[{ vendor: 'TENABLE', product: null, version: '' }, 'Product is empty'],
		[{ vendor: 'TENABLE', product: {}, version: '' }, 'Product holds "{}", but it must be text'],
	])('%j is refused', (given, words) =>
		expect(refusal(() => readScanner(given)).message).toBe(words),
	);
});

/** An asset of so many bytes. */
const assetOf = (id: string, bytes: number, items = [0]) => {
	const made = { origin_asset_id: id, last_seen: NOW, vulnerabilities: [] as Json[] };
	const around = Buffer.byteLength(JSON.stringify({ ...made, os_name: '' }));
	return { asset: { ...made, os_name: 'x'.repeat(Math.max(bytes - around, 0)) }, items };
};
const size = (batch: Batch) => Buffer.byteLength(JSON.stringify(batch.body));

describe('requests', () => {
	it('are as few as fit, each at most 8 MB, in UTF-8', () => {
		const umlauts = assetOf('ü', 0);
		umlauts.asset.os_name = 'ü'.repeat(2_000_000);
		const batches = batchesOf(SCANNER, [
			assetOf('a', 5_000_000, [0]),
			umlauts,
			assetOf('b', 2_999_000, [2, 3]),
			assetOf('c', 3_900_000, [1, 4]),
		]);
		expect(batches.map((batch) => batch.assets.map((one) => one.asset.origin_asset_id))).toEqual([
			['a', 'b'],
			['ü', 'c'],
		]);
		expect(batches.map(({ items }) => items)).toEqual([
			[0, 2, 3],
			[0, 1, 4],
		]);
		expect(batches[0].body).toMatchObject(SCANNER);
		for (const batch of batches) expect(size(batch)).toBeLessThanOrEqual(8_000_000);
	});

	it('of an asset that is too large are refused', () => {
		expect(batchesOf(SCANNER, [assetOf('a', 7_999_000)])).toHaveLength(1);
		const { message } = refusal(() => batchesOf(SCANNER, [assetOf('a', 8_100_000, [5])]));
		expect(message).toBe(
			'The asset "a" (item 5) has 8.1 MB of findings, and a request can hold 8.0 MB',
		);
	});

	it('hold every asset once, and no two of them fit into one', () => {
		fc.assert(
			fc.property(
				fc.array(fc.integer({ min: 100_000, max: 7_900_000 }), { minLength: 1, maxLength: 12 }),
				(sizes) => {
					const given = sizes.map((bytes, index) => assetOf(String(index), bytes, [index]));
					const batches = batchesOf(SCANNER, given);
					const held = batches.flatMap((batch) => batch.assets);
					expect(held).toHaveLength(given.length);
					expect(given.every((one) => held.includes(one))).toBe(true);
					const bytes = batches.map(size);
					expect(Math.max(...bytes)).toBeLessThanOrEqual(8_000_000);
					// Any two of them are too much for one.
					const [least, next = Infinity] = [...bytes].sort((a, b) => a - b);
					expect(least + next).toBeGreaterThan(8_000_000);
					for (const { body, assets: made, items } of batches) {
						expect(body.assets.every((one, index) => one === made[index].asset)).toBe(true);
						expect(items).toEqual([...items].sort((a, b) => a - b));
					}
				},
			),
			{ numRuns: 8 },
		);
	});

	it('are at most ten, unless the option says otherwise', () => {
		expect(readMostBatches(undefined)).toBe(10);
		expect(readMostBatches('')).toBe(10);
		expect(readMostBatches(' 14 ')).toBe(14);
		expect(() => checkCount(10, readMostBatches(undefined))).not.toThrow();
		expect(() => checkCount(14, readMostBatches(14))).not.toThrow();
		const { message, hint } = refusal(() => checkCount(14, 10));
		expect(message).toBe(
			'The input makes 14 imports, and Cortex takes 10 an hour. Nothing was sent',
		);
		expect(hint).toContain('set the option Batches to 14');
		expect(refusal(() => checkCount(4, 3)).message).toContain('the option Batches allows 3');
	});

	it.each([0, -1, 1.5, 1_001, 'many', '0x10', {}, true, NaN])('Batches %p is refused', (value) =>
		expect(refusal(() => readMostBatches(value)).message).toMatch(/^Batches holds /),
	);
});

/** Values of a row, right and wrong ones. */
const oneOf = (...values: unknown[]) => fc.constantFrom<unknown>(...values);
const anyRow = fc.record(
	{
		origin_asset_id: oneOf('a', 'b', 7, '', null),
		asset_name: oneOf('web', 'sql', ''),
		fqdn: oneOf('a.example', ['a.example', 'b.example'], ''),
		ipv4: fc.oneof(fc.ipV4(), oneOf('', '1.2.3.4, 5.6.7.8', '1.2.3')),
		ipv6: fc.oneof(fc.ipV6(), oneOf('', null)),
		os_name: oneOf('Linux', null),
		version: oneOf(1.5, '2'),
		origin_tags: oneOf('env:prod', ['a:b:c', 'd:e'], ''),
		last_seen: fc.oneof(
			fc.integer({ min: NOW - 31 * DAY, max: NOW + DAY / 10 }),
			oneOf('2026-02-28T10:00:00Z', NOW, ''),
		),
		vulnerability_id: oneOf('1', 2, 'CVE-1', 'x'),
		cve_id: oneOf('CVE-1, CVE-2', ['CVE-3'], ''),
		confidence: oneOf('potential', 'Confirmed', ''),
		protocol: oneOf('udp', 'TCP', undefined),
		port: oneOf(443, '22', '', 0),
		raw_output: fc.string({ unit: 'binary', maxLength: 10 }),
		severity: oneOf(1, 2),
	},
	{ requiredKeys: ['asset_name', 'last_seen', 'vulnerability_id'] },
);

describe('what the vendor’s schema takes', () => {
	it('whatever is not refused is taken, and comes of every item', () => {
		const seen = { taken: 0, refused: 0 };
		fc.assert(
			fc.property(fc.array(anyRow, { minLength: 1, maxLength: 3 }), (rows) => {
				let made: Gathering;
				try {
					made = findings(...rows);
				} catch (error) {
					expect(error).toBeInstanceOf(InputError);
					seen.refused += 1;
					return;
				}
				seen.taken += 1;
				const batches = batchesOf(SCANNER, made.assets);
				// Through JSON, as it is sent.
				const sent = batches.map(({ body }) => JSON.parse(JSON.stringify(body)) as unknown);
				for (const body of sent) expect(wrongPlaces(body, NOW)).toEqual([]);
				expect(batches.flatMap(({ items }) => items)).toEqual(rows.map((_, index) => index));
				expect(JSON.stringify(sent)).not.toMatch(/null|severity/);
			}),
			{ numRuns: 500 },
		);
		expect(Math.min(seen.taken, seen.refused)).toBeGreaterThan(20);
	});

	it('a row and the same as an asset make the same request', () => {
		fc.assert(
			fc.property(anyRow, (one) => {
				const { vulnerability_id, cve_id, confidence, protocol, port, raw_output, ...rest } = {
					...one,
					severity: undefined,
				};
				const nested = {
					...rest,
					vulnerabilities: [
						{
							vulnerability_id,
							last_seen: one.last_seen,
							cve_id,
							confidence,
							protocol,
							port,
							raw_output,
						},
					],
				};
				const made = (read: () => Gathering) => {
					try {
						return read().assets;
					} catch (error) {
						expect(error).toBeInstanceOf(InputError);
						return 'refused';
					}
				};
				const asRow = made(() => findings(one));
				expect(made(() => findings(nested))).toEqual(asRow);
				expect(made(() => assets([nested]))).toEqual(asRow);
			}),
		);
	});
});

describe('the answer', () => {
	const answer = {
		job_id: '0b9e5c1a-1111-4111-a111-000000000011',
		job_status: 'INITIATED',
		assets_count: 2,
		vulnerabilities_count: '5',
	};

	it.each<[string, Json, Json]>([
		['of today', answer, {}],
		['of older versions', { ...answer, job_status: undefined }, { job_status: null }],
		['in a reply', { reply: answer }, {}],
		['with an id that is a number', { ...answer, job_id: 17 }, { job_id: '17' }],
		['without counts', { ...answer, assets_count: undefined }, { assets_count: null }],
		['with more', { ...answer, note: 'x' }, { note: 'x' }],
	])('%s', (_name, json, differs) =>
		expect(startedImport(json)).toEqual({ ...answer, vulnerabilities_count: 5, ...differs }),
	);

	it.each([[{}], [{ job_id: '' }], [{ job_id: null }], [{ job_id: 2 ** 60 }], [{ reply: {} }]])(
		'%j is no import that anybody could follow',
		(json) => {
			expect(() => startedImport(json)).toThrow(
				'Cortex accepted Submit Import, but its answer holds no job_id',
			);
		},
	);
});

const sent = () => {
	const made = findings(
		{ ...row, vulnerability_id: '9001' },
		{ ...row, vulnerability_id: '9002', port: 22 },
		{ ...asset, origin_asset_id: '', ipv4: '10.0.0.1', asset_name: '' },
	);
	return batchesOf(SCANNER, made.assets)[0];
};

const faultOf = (status: number, body: unknown, headers: Json = {}): Fault => {
	try {
		readReply(
			{ statusCode: status, headers, body: JSON.stringify(body) },
			OPERATIONS.submitImport,
			NOW,
		);
	} catch (error) {
		if (error instanceof Fault) return error;
	}
	throw new Error('no fault');
};

describe('a refusal names', () => {
	const entry = (...loc: unknown[]) => ({ loc, msg: 'is wrong', type: 't' });

	it.each<[unknown, string]>([
		[
			entry('body', 'assets', 0, 'vulnerabilities', 1, 'port'),
			'asset "web-017" (items 0, 1), vulnerability "9002", port "22": is wrong',
		],
		[
			entry('body', 'assets', '0', 'vulnerabilities', '0'),
			'asset "web-017" (items 0, 1), vulnerability "9001": is wrong',
		],
		[
			entry('body', 'assets', 0, 'vulnerabilities'),
			'asset "web-017" (items 0, 1), vulnerabilities: is wrong',
		],
		[
			entry('body', 'assets', 0, 'ipv4', 1),
			'asset "web-017" (items 0, 1), ipv4.1 "10.20.0.18": is wrong',
		],
		[entry('body', 'assets', 1), 'asset "10.0.0.1" (item 2): is wrong'],
		[entry('assets', 1, 'last_seen'), `asset "10.0.0.1" (item 2), last_seen "${NOW}": is wrong`],
		[entry('body', 'assets', 9, 'x'), 'assets.9.x: is wrong'],
		[entry('body', 'vendor'), 'vendor "ACME": is wrong'],
		[entry('body'), 'is wrong'],
		[{ msg: 'is wrong' }, 'is wrong'],
		['some text', 'some text'],
	])('what stands at the place: %j', (detail, words) => {
		const fault = importFault(faultOf(422, { detail: [detail] }), sent());
		expect(fault.message).toBe(`Cortex refused Submit Import: ${words}`);
		expect(fault.details).toMatchObject({ meaning: 'refused', status: 422 });
		expect(fault.details.hint).toContain('Nothing of this request was imported');
	});

	it('what the service refuses a month later', () => {
		const batch = sent();
		const detail = wrongPlaces(JSON.parse(JSON.stringify(batch.body)), NOW + 30 * DAY);
		const { message } = importFault(faultOf(422, { detail }), batch);
		expect(message).toContain(
			`asset "web-017" (items 0, 1), vulnerability "9001", last_seen "${NOW - 2 * 3600 * 1000}": last_seen must not be older than 30 days`,
		);
		expect(message).toContain('asset "10.0.0.1" (item 2), vulnerability "a", last_seen');
	});

	it('ten places, and counts the others', () => {
		const detail = Array.from({ length: 12 }, () => entry('body', 'vendor'));
		const { message } = importFault(faultOf(422, { detail }), sent());
		expect(message.match(/is wrong/g)).toHaveLength(10);
		expect(message).toMatch(/; and 2 more$/);
	});

	it('how long to wait, and the quota', () => {
		const epoch = { 'retry-after': String(NOW / 1000 + 43 * 60) };
		const busy = importFault(faultOf(429, { err_code: 429, err_msg: 'Too many.' }, epoch), sent());
		expect(busy.message).toBe('Cortex refused Submit Import: Too many.');
		expect(busy.details.meaning).toBe('throttled');
		expect(busy.details.hint).toContain('Cortex asks to wait 43 minutes.');
		expect(busy.details.hint).toContain('quota of 10 an hour');
		const silent = importFault(faultOf(429, { err_code: 429, err_msg: 'Too many.' }), sent());
		expect(silent.details.hint).toMatch(/^Nothing of this request was imported\. The quota of 10/);
	});

	it('that the request was too large', () => {
		const large = importFault(faultOf(413, { err_code: 413, err_msg: 'Too large' }), sent());
		expect(large.details.hint).toContain('it holds 2 assets');
	});

	it.each([401, 403, 404, 500, 502])('nothing else: %d stays as it is', (status) => {
		const fault = faultOf(status, { detail: [entry('body', 'vendor')] });
		expect(importFault(fault, sent())).toBe(fault);
	});
});

describe('"too many requests"', () => {
	const system = { ...clock };
	let fake: FakeClock;
	let tenants = 0;

	beforeEach(() => {
		fake = new FakeClock();
		Object.assign(clock, { now: fake.now, chance: fake.chance, sleep: fake.sleep });
	});
	afterAll(() => void Object.assign(clock, system));

	/** Submits to a tenant that is busy without end. */
	const submit = async (headers: Json) => {
		const host = `https://api-tenant-${(tenants += 1)}.example`;
		let requests = 0;
		const started = fake.now();
		const failed = attempts(
			async () => {
				requests += 1;
				throw faultOf(429, { err_code: 429, err_msg: 'Too many requests.' }, headers);
			},
			{
				lane: laneToTenant(host, OPERATIONS.submitImport),
				startsWork: true,
				patience: patienceOf(OPERATIONS.submitImport),
			},
		);
		await expect(failed).rejects.toMatchObject({ details: { meaning: 'throttled' } });
		return { host, requests, took: fake.now() - started };
	};

	it('is waited out for as long as the limit of a second could be meant', async () => {
		const { requests, took } = await submit({});
		// After 1 and 2 seconds.
		expect([requests, took]).toEqual([3, 3_000]);
	});

	it('is told at once where the tenant asks for longer, and nothing else waits', async () => {
		const { host, requests, took } = await submit({ 'retry-after': '2400' });
		expect([requests, took]).toEqual([1, 0]);
		const asked = fake.now();
		await laneToTenant(host, OPERATIONS.scanEndpoints).pass(async () => {});
		expect(fake.now() - asked).toBeLessThan(1_000);
		// Who has asked for a break gets it, as far as anybody waits.
		await laneToTenant(host, OPERATIONS.submitImport).pass(async () => {});
		expect(fake.now() - asked).toBe(120_000);
	});

	it('of other operations is waited out as before', () => {
		expect(patienceOf(OPERATIONS.scanEndpoints)).toEqual(PATIENT);
		expect(patienceOf(OPERATIONS.getImportJob, LAST)).toEqual(LAST);
	});
});
