import { CortexXdrSubmitImport } from '../../nodes/CortexXdrSubmitImport/CortexXdrSubmitImport.node';
import type { World } from '../support/world';
import { COUNT, orNull, TEXT, type OperationTests } from './operation';

const PATH = '/public_api/vulnerability-management/v1/external-scans/assets';

/** Two assets with three findings, seen an hour ago. */
const assets = ({ clock }: World) => {
	const last_seen = clock.now() - 3_600_000;
	return [
		{
			origin_asset_id: 'asset-1',
			asset_name: 'web-01',
			ipv4: ['10.0.0.1'],
			last_seen,
			vulnerabilities: [
				{ vulnerability_id: 'P-1', cve_id: ['CVE-2024-3094'], last_seen },
				{ vulnerability_id: 'P-2', last_seen, port: 443, protocol: 'TCP' },
			],
		},
		{
			origin_asset_id: 'asset-2',
			last_seen,
			vulnerabilities: [{ vulnerability_id: 'P-1', last_seen }],
		},
	];
};

const started = {
	job_id: expect.stringMatching(/^[\da-f-]{36}$/) as unknown,
	job_status: 'INITIATED',
	assets_count: 2,
	vulnerabilities_count: 3,
};

const list = (world: World) => ({
	vendor: 'TENABLE',
	product: 'Nessus',
	version: '',
	assetsFrom: 'list',
	assets: JSON.stringify(assets(world)),
	options: {},
});

/** Cells of the fault matrix are an hour apart, but many tests are not. */
const noQuota = ({ simulator }: World) => {
	simulator.cortexSettings.importsPerHour = 0;
	simulator.cortexSettings.importsUnderWay = 0;
};

export const tests: OperationTests = {
	node: CortexXdrSubmitImport,
	runs: [
		{
			name: 'assets from a list',
			parameters: list,
			sends: `POST ${PATH}`,
			gives: ({ json }) => expect(json).toEqual([started]),
		},
		{
			name: 'assets from the items',
			parameters: { vendor: 'TENABLE', product: 'Nessus', assetsFrom: 'items', options: {} },
			item: (world) => assets(world)[0],
			sends: `POST ${PATH}`,
			gives: ({ json }) =>
				expect(json).toEqual([{ ...started, assets_count: 1, vulnerabilities_count: 2 }]),
		},
	],
	tool: {
		parameters: {
			vendor: 'TENABLE',
			product: 'Nessus',
			assetsFrom: 'list',
			assets: '={{ $fromAI("assets", "Assets with their findings", "json") }}',
			options: {},
		},
		schema: { assets: ['ZodEffects', 'Assets with their findings'] },
		call: (world) => ({ assets: assets(world) }),
		does: /^Submit the findings of a vulnerability scanner/,
		needs: /Takes the vendor and product of the scanner, and a list of assets/,
		returns: /Returns a job_id/,
		sends: `POST ${PATH}`,
		gives: [started],
	},
	faults: {
		'Submit Import': {
			behaves: 'start',
			unknown: 'It is not known whether this import was started',
			operation: 'Submit Import',
			parameters(world) {
				noQuota(world);
				return list(world);
			},
			path: PATH,
			envelope: 'flat',
			timeoutOption: false,
			reply: {
				job_id: '0b7d1b52-0000-4000-8000-000000000001',
				job_status: 'INITIATED',
				assets_count: 2,
				vulnerabilities_count: 3,
			},
			contract: {
				job_id: TEXT,
				job_status: orNull(expect.any(String)),
				assets_count: COUNT,
				vulnerabilities_count: COUNT,
			},
			varies: ['job_id'],
		},
	},
};
