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
import { nameOf } from '../../nodes/CortexXdrSubmitImport/merging';
import { importFault } from '../../nodes/CortexXdrSubmitImport/refusal';
import {
	ASSET_FIELDS,
	isNothing,
	readScanner,
	VULNERABILITY_FIELDS,
	type Scanner,
} from '../../nodes/CortexXdrSubmitImport/schema';
import { startedImport } from '../../nodes/shared/cortex/startedImport';
import { Fault, type Meaning } from '../../nodes/shared/errors';
import { isObject } from '../../nodes/shared/json';
import { CONSEQUENCES } from '../../nodes/shared/transport/consequences';
import { wrongPlaces } from '../../simulator/cortex/importBody';
import * as inputs from './inputs';
import { row, type Parser } from './parser';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const { value, text, json } = inputs;

const importReply = {
	job_id: '0b9e5c1a-1111-4111-a111-000000000011',
	job_status: 'INITIATED',
	assets_count: 2,
	vulnerabilities_count: '5',
};

const finding = {
	origin_asset_id: 'a',
	fqdn: 'a.example, b.example',
	ipv4: '10.0.0.1',
	ipv6: ['::1'],
	origin_tags: 'env:prod',
	os_name: 'Linux',
	last_seen: NOW,
	vulnerability_id: '1',
	cve_id: 'CVE-2024-3094',
	confidence: 'potential',
	protocol: 'tcp',
	port: '443',
	raw_output: 'x',
	severity: 5,
};
const scannedAsset = {
	asset_name: 'b',
	last_seen: '2026-03-01T11:00:00Z',
	vulnerabilities: [{ vulnerability_id: 1, last_seen: NOW }],
};

/** Input items of an import: as they should be, with fields that hold something else, and anything. */
const importItems = fc.array(
	fc.oneof(
		inputs.bentObject(finding, scannedAsset),
		fc.record(
			Object.fromEntries(
				['vulnerabilities', ...Object.keys({ ...ASSET_FIELDS, ...VULNERABILITY_FIELDS })].map(
					(name) => [
						name,
						fc.oneof(
							inputs.date,
							fc.ipV4(),
							fc.ipV6(),
							inputs.made('1', '443', 'CVE-1', ',', ' '),
							value,
						),
					],
				),
			),
			{ requiredKeys: [] },
		),
		fc.constant(finding),
	),
	{ minLength: 1, maxLength: 3 },
);

const scanner: Scanner = { vendor: 'ACME', product: 'Scanner' };

/** What is not refused is what the vendor takes. */
const canBeSent = ({ assets }: Gathering) => {
	for (const { body } of batchesOf(scanner, assets)) {
		expect(wrongPlaces(JSON.parse(JSON.stringify(body)), NOW)).toEqual([]);
	}
};

/** A batch of two assets, of three items. */
const batch: Batch = batchesOf(
	scanner,
	readFindings(
		[finding, { ...finding, vulnerability_id: '2' }, scannedAsset].map((json, index) => ({
			item: index,
			json,
		})),
		{ now: NOW, timeZone: 'UTC' },
	).assets,
)[0];

/** What Submit Import reads. */
export const importParsers: Readonly<Record<string, Parser<unknown>>> = {
	'shared/cortex/startedImport.startedImport': row({
		input: inputs.bentObject(importReply, { reply: importReply }),
		run: startedImport,
		check: ({ job_id, job_status, assets_count }: Record<string, unknown>) => {
			expect(String(job_id).trim()).not.toBe('');
			expect(job_status === null || typeof job_status === 'string').toBe(true);
			expect(assets_count === null || Number.isFinite(assets_count)).toBe(true);
		},
	}),
	'CortexXdrSubmitImport/schema.isNothing': row({
		input: value,
		run: isNothing,
		check: (result: boolean) => expect(typeof result).toBe('boolean'),
	}),
	'CortexXdrSubmitImport/schema.readScanner': row({
		input: fc.record({ vendor: value, product: value, version: value }),
		run: readScanner,
		check: (result: Scanner) => expect(Object.values(result)).not.toContain(''),
	}),
	'CortexXdrSubmitImport/fieldNames.meantName': row({
		input: fc.oneof(inputs.made('last', '_', 'Seen', 'cve', ' ', 'ID', 's', 'port'), text),
		run: (name) => meantName(name, Object.keys(VULNERABILITY_FIELDS)),
		check: (result: string | undefined, name: string) => {
			if (result !== undefined) expect(Object.keys(VULNERABILITY_FIELDS)).toContain(result);
			expect(result).not.toBe(name);
		},
	}),
	'CortexXdrSubmitImport/findings.readFindings': row({
		input: fc.tuple(importItems, inputs.zone),
		run: ([items, timeZone]) =>
			readFindings(
				items.map((json, index) => ({ item: index, json })),
				{ now: NOW, timeZone },
			),
		check: (result: Gathering, [items]: [unknown[], string]) => {
			canBeSent(result);
			const seen = new Set(result.assets.flatMap((one) => one.items));
			expect(seen.size).toBe(items.length);
		},
	}),
	'CortexXdrSubmitImport/findings.readAssets': row({
		input: fc.oneof(
			inputs.bent([scannedAsset, { ...scannedAsset, origin_asset_id: 'a' }]),
			inputs.bent([scannedAsset]).map((list) => JSON.stringify(list)),
			importItems,
			json,
			value,
		),
		run: (list) => readAssets([{ item: 0, value: list }], { now: NOW, timeZone: 'UTC' }),
		check: (result: Gathering) => {
			canBeSent(result);
			expect(result.assets.length).toBeGreaterThan(0);
			expect(result.leftOut).toEqual([]);
		},
	}),
	'CortexXdrSubmitImport/findings.leftOutInWords': row({
		input: fc.array(text, { maxLength: 12 }),
		run: leftOutInWords,
		check: (result: string | undefined, fields: string[]) => {
			expect(result === undefined).toBe(fields.length === 0);
		},
	}),
	'CortexXdrSubmitImport/merging.nameOf': row({
		input: inputs.bentObject(finding, scannedAsset),
		run: nameOf,
		check: (result: string) => expect(result).toMatch(/^".*"$/u),
	}),
	'CortexXdrSubmitImport/batches.readMostBatches': row({
		input: fc.oneof(inputs.made('1', '0', '.', 'e', '-', ' '), fc.integer(), value),
		run: readMostBatches,
		check: (result: number) => {
			expect(Number.isInteger(result)).toBe(true);
			expect(result).toBeGreaterThanOrEqual(1);
		},
	}),
	'CortexXdrSubmitImport/batches.checkCount': row({
		input: fc.tuple(fc.nat({ max: 2_000 }), fc.integer({ min: 1, max: 1_000 })),
		run: ([many, most]) => checkCount(many, most),
		check: (_result: unknown, [many, most]: [number, number]) =>
			expect(many).toBeLessThanOrEqual(most),
	}),
	'CortexXdrSubmitImport/refusal.importFault': row({
		input: fc.tuple(
			fc.oneof(
				inputs.bent({
					detail: [
						{ loc: ['body', 'assets', 0, 'vulnerabilities', 1, 'port'], msg: 'm', type: 't' },
						{ loc: ['body', 'assets', 1, 'ipv4', 0], msg: 'm', type: 't' },
						{ loc: ['body', 'vendor'], msg: 'm', type: 't' },
					],
				}),
				json,
			),
			fc.constantFrom(413, 422, 422, 422, 429, 500),
			fc.record({
				meaning: fc.constantFrom(...(Object.keys(CONSEQUENCES) as Meaning[])),
				hint: text,
			}),
		),
		run: ([body, status, about]) =>
			importFault(
				new Fault('m', { ...about, status, body: isObject(body) ? body : undefined }),
				batch,
			),
		check: ({ message, details: { status } }: Fault, [, given]: [unknown, number, unknown]) => {
			expect(message).not.toBe('');
			expect(status).toBe(given);
		},
	}),
};

/** Of Submit Import, what reads nothing by itself. */
export const importOthers: readonly string[] = [
	// Their cases are those of readFindings and readAssets.
	'CortexXdrSubmitImport/batches.batchesOf',
	'CortexXdrSubmitImport/merging.mergedAssets',
	'CortexXdrSubmitImport/problems.Problems',
	// Runs the node; its cases stand in the tests of the node.
	'CortexXdrSubmitImport/submitImport.submitImport',
	'shared/cortex/send.patienceOf',
];
