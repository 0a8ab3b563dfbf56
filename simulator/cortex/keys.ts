import { createRandom } from '../random';

/** An API key as the tenant's console would make it, with the role's permissions behind it. */
export interface CortexKey {
	/** What goes into x-xdr-auth-id. */
	id: string;
	/** 128 letters and digits, worth nothing anywhere else. */
	key: string;
	securityLevel: 'advanced' | 'standard';
	permissions: string[];
	/** False: every call answers 402. */
	licensed: boolean;
}

/** The permission each operation asks for. Only the import job's name is documented; the rest is the console's wording. */
export const operationPermissions = {
	scanEndpoints: 'Endpoint Scan',
	abortScan: 'Endpoint Scan',
	isolate: 'Isolate',
	unisolate: 'Isolate',
	searchEndpoints: 'Endpoint Administrations View',
	getActionStatus: 'Action Center View',
	runScript: 'Run Script',
	runSnippet: 'Run Script',
	getScripts: 'Agent Scripts library View',
	getScriptMetadata: 'Agent Scripts library View',
	getScriptCode: 'Agent Scripts library View',
	getScriptStatus: 'Agent Scripts library View',
	getScriptResults: 'Agent Scripts library View',
	getScriptFiles: 'Agent Scripts library View',
	retrieveFiles: 'File Retrieval',
	getRetrievedFiles: 'Action Center View',
	downloadFiles: 'Action Center View',
	submitImport: 'manage_vulnerabilities_action',
	getImportJob: 'manage_vulnerabilities_action',
	startQuery: 'XQL Search',
	getQueryResults: 'XQL Search',
	getQueryStream: 'XQL Search',
	getQueryQuota: 'XQL Search',
} as const;

export type Operation = keyof typeof operationPermissions;

/** What running a high-risk script asks for besides. */
export const HIGH_RISK_PERMISSION = 'Run High-Risk Script';

const everyPermission = [
	...new Set<string>([...Object.values(operationPermissions), HIGH_RISK_PERMISSION]),
];
const without = (...missing: string[]) => everyPermission.filter((name) => !missing.includes(name));

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const FAKE_MARK = 'SimulatorOnlyNotASecret';

const keyTable: Array<Omit<CortexKey, 'key'> & { name: string }> = [
	{
		name: 'admin',
		id: '1',
		securityLevel: 'advanced',
		permissions: everyPermission,
		licensed: true,
	},
	{
		name: 'standard',
		id: '2',
		securityLevel: 'standard',
		permissions: everyPermission,
		licensed: true,
	},
	{ name: 'viewer', id: '3', securityLevel: 'advanced', permissions: [], licensed: true },
	{
		name: 'unlicensed',
		id: '4',
		securityLevel: 'advanced',
		permissions: everyPermission,
		licensed: false,
	},
	{
		name: 'reader',
		id: '5',
		securityLevel: 'advanced',
		permissions: without('Endpoint Scan', 'Run Script', HIGH_RISK_PERMISSION, 'File Retrieval'),
		licensed: true,
	},
	{
		name: 'noImports',
		id: '6',
		securityLevel: 'advanced',
		permissions: without('manage_vulnerabilities_action'),
		licensed: true,
	},
];

/** The demo credentials by name, the same for the same seed. `permissions` may be changed by tests. */
export function createCortexKeys(seed: number): Record<string, CortexKey> {
	return Object.fromEntries(
		keyTable.map(({ name, ...rest }) => {
			const random = createRandom(seed, 'cortex-key', name);
			const key = FAKE_MARK + random.text(ALPHABET, 128 - FAKE_MARK.length);
			return [name, { ...rest, permissions: [...rest.permissions], key }];
		}),
	);
}
