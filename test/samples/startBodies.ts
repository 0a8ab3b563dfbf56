/**
 * Bodies of the calls that start something, as the vendor's pages describe them, as JSON schemas. Written from those
 * pages and not from the nodes. Those of queries stand beside their tests.
 */

const text = { type: 'string', minLength: 1 };

/** The one filter of calls that act on certain endpoints. */
const theseEndpoints = (most: number) => ({
	type: 'array',
	minItems: 1,
	maxItems: 1,
	items: {
		type: 'object',
		required: ['field', 'operator', 'value'],
		additionalProperties: false,
		properties: {
			field: { const: 'endpoint_id_list' },
			operator: { const: 'in' },
			value: { type: 'array', minItems: 1, maxItems: most, uniqueItems: true, items: text },
		},
	},
});

const requestData = (properties: object, required: string[]) => ({
	type: 'object',
	required: ['request_data'],
	additionalProperties: false,
	properties: {
		// The incident is a text, the case's number in newer versions.
		request_data: {
			type: 'object',
			required,
			additionalProperties: false,
			properties: { ...properties, incident_id: text },
		},
	},
});

const lists = (fields: string[]) =>
	fields.map((field) => ({
		type: 'object',
		required: ['field', 'operator', 'value'],
		additionalProperties: false,
		properties: {
			field: { const: field },
			operator: { const: 'in' },
			value: { type: 'array', minItems: 1, items: text },
		},
	}));

const moments = (fields: string[]) =>
	fields.map((field) => ({
		type: 'object',
		required: ['field', 'operator', 'value'],
		additionalProperties: false,
		properties: {
			field: { const: field },
			operator: { enum: ['gte', 'lte'] },
			value: { type: 'integer', minimum: 0 },
		},
	}));

/** Of a scan, and of the end of one: filters, or all. */
const scan = requestData(
	{
		filters: {
			anyOf: [
				{ const: 'all' },
				{
					type: 'array',
					minItems: 1,
					items: {
						oneOf: [
							...lists([
								...['endpoint_id_list', 'dist_name', 'ip_list', 'group_name', 'platform', 'alias'],
								...['isolate', 'hostname', 'username', 'scan_status'],
							]),
							...moments(['first_seen', 'last_seen']),
						],
					},
				},
			],
		},
	},
	['filters'],
);

const isolation = requestData({ filters: theseEndpoints(1_000) }, ['filters']);
const paths = { type: 'array', minItems: 1, items: text };
const moment = { type: 'integer', minimum: 1_000_000_000_000 };
const texts = { type: 'array', minItems: 1, items: text };

const vulnerability = {
	type: 'object',
	required: ['vulnerability_id', 'last_seen'],
	additionalProperties: false,
	properties: {
		vulnerability_id: text,
		last_seen: moment,
		cve_id: texts,
		description: text,
		confidence: { enum: ['Potential', 'Confirmed'] },
		evidence: text,
		raw_output: { type: 'string', minLength: 1, maxLength: 2_000 },
		scan_name: text,
		protocol: { enum: ['TCP', 'UDP'] },
		port: { type: 'integer', minimum: 1, maximum: 65_534 },
	},
};

const asset = {
	type: 'object',
	required: ['vulnerabilities', 'last_seen'],
	additionalProperties: false,
	properties: {
		vulnerabilities: { type: 'array', minItems: 1, items: vulnerability },
		last_seen: moment,
		origin_asset_id: text,
		asset_name: text,
		fqdn: texts,
		ipv4: { type: 'array', minItems: 1, items: { type: 'string', format: 'ipv4' } },
		ipv6: { type: 'array', minItems: 1, items: { type: 'string', format: 'ipv6' } },
		mac_address: text,
		os_name: text,
		vendor: text,
		product: text,
		version: text,
		origin_tags: { type: 'array', minItems: 1, items: { type: 'string', pattern: '^[^:]+:.+$' } },
	},
};

/** By the path of the call, without what all paths begin with. */
export const startBodies = {
	'endpoints/scan': scan,
	'endpoints/abort_scan': scan,
	'endpoints/isolate': isolation,
	'endpoints/unisolate': isolation,
	'endpoints/file_retrieval': requestData(
		{
			filters: theseEndpoints(10),
			files: {
				type: 'object',
				minProperties: 1,
				additionalProperties: false,
				properties: { windows: paths, linux: paths, macos: paths },
			},
		},
		['filters', 'files'],
	),
	'scripts/run_script': requestData(
		{
			script_uid: text,
			filters: theseEndpoints(1_000),
			// Called optional, but calls without them fail.
			parameters_values: { type: 'object' },
			timeout: { type: 'integer', minimum: 1 },
		},
		['script_uid', 'filters', 'parameters_values', 'timeout'],
	),
	'scripts/run_snippet_code_script': requestData(
		{
			snippet_code: text,
			filters: theseEndpoints(1_000),
			timeout: { type: 'integer', minimum: 1 },
		},
		['snippet_code', 'filters'],
	),
	'external-scans/assets': {
		type: 'object',
		required: ['vendor', 'product', 'assets'],
		additionalProperties: false,
		properties: {
			vendor: text,
			product: text,
			version: text,
			assets: { type: 'array', minItems: 1, items: asset },
		},
	},
} as const;
