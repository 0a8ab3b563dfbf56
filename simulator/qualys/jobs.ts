import { createRandom, type Random } from '../random';
import { jobTags } from './users';

/** A script of the library that jobs run. */
export interface ScriptEntry {
	id: number;
	name: string;
	platform: string;
	/** 1 to 5. */
	severity: number;
	category: { name: string; id: number };
	type: string;
	language: string;
}

/** What is kept of a job; `recordOf` makes the record that the API sends. Times in epoch milliseconds. */
export interface ScriptJob {
	/** Digits, but a text: it sorts as one, so "999999" comes after "1000000". */
	id: string;
	createdAt: number;
	updatedAt: number;
	script: ScriptEntry;
	tag: string;
	/** Missing in some records. */
	user?: { name: string; id: string };
	title: string;
	correlationUuid: string;
	/** Executed in test mode. */
	test?: boolean;
	description?: string;
}

/** Jobs made while the simulator runs; part of the saved state. */
export interface JobBatch {
	count: number;
	/** Simulated epoch milliseconds. */
	createdAt: number;
	/** Default: drawn for each. */
	scriptId?: number;
}

const DAY_MS = 24 * 3600 * 1000;
const HISTORY_MS = 90 * DAY_MS;

/** Ids go on from here, through a million. */
const FIRST_ID = 950_000;

const FIRST_SCRIPT_ID = 276_000;

const categories = [
	{ name: 'Malware', id: 1 },
	{ name: 'Vulnerability Mitigation', id: 2 },
	{ name: 'System Maintenance', id: 3 },
	{ name: 'Configuration', id: 4 },
	{ name: 'Inventory', id: 5 },
	{ name: 'General Automation', id: 6 },
];

const platforms = [
	{ platform: 'WINDOWS', language: 'PowerShell' },
	{ platform: 'LINUX', language: 'Shell' },
	{ platform: 'MAC', language: 'Python' },
	{ platform: 'WINDOWS', language: 'Python' },
];

const scriptNames = [
	'Script test for subscribed modules',
	'Auto_script_22062022_074300047',
	'Check BitLocker status',
	'Check BitLocker status (old)',
	'Disable SMBv1',
	'Disable SMBv1 on servers',
	'List local administrators',
	'Remove stale local administrators',
	'Log4j scan of all drives',
	'Log4j scan of home directories',
	'Restart print spooler',
	'Collect event logs',
	'Collect event logs of the last day',
	'Check TLS certificates',
	'Check disk space',
	'Clean temporary files',
	'Enforce password length',
	'Find unsigned services',
	'Fix permissions of /etc/shadow',
	'Install root certificate',
	'List browser extensions',
	'List listening ports',
	'List scheduled tasks',
	'Mitigate CVE-2021-44228',
	'Mitigate CVE-2022-30190',
	'Mitigate CVE-2023-23397',
	'Patch OpenSSL',
	'Quarantine file "invoice.exe"',
	'Rotate local passwords',
	'Set time server',
	'Stop remote registry',
	'Uninstall TeamViewer',
	'Update agent configuration',
	'Verify antivirus signatures',
	'Verify backup agent',
	'Verify kernel version',
	'Wake up sensors',
	'Weekly compliance check: servers',
	'Weekly compliance check: laptops',
	'Überprüfung der Richtlinien',
];

const users = [
	{ name: 'SYSTEM', id: '00000000-0000-0000-0000-000000000000' },
	{ name: 'simul_ad1', id: '5b1f6f5e-7f0a-4c1d-9a5b-3c2d1e0f9a8b' },
	undefined,
];

/** Jobs that one run creates carry the same millisecond; some runs are larger than any page. */
const runSizes = [
	{ size: 1, weight: 50 },
	{ size: 2, weight: 20 },
	{ size: 7, weight: 20 },
	{ size: 40, weight: 8 },
	{ size: 250, weight: 2 },
];

/** The script library for a seed. */
export function createScriptEntries(seed: number): ScriptEntry[] {
	return scriptNames.map((name, index) => {
		const random = createRandom(seed, 'script', index);
		const { platform, language } = random.pick(platforms);
		return {
			id: FIRST_SCRIPT_ID + index * 7,
			name,
			platform,
			severity: random.integer(1, 5),
			category: random.pick(categories),
			type: random.pick(['Custom Script', 'Python']),
			language,
		};
	});
}

function createJob(
	random: Random,
	index: number,
	createdAt: number,
	script: ScriptEntry,
): ScriptJob {
	return {
		id: String(FIRST_ID + index),
		createdAt,
		updatedAt: createdAt + (random.chance(0.3) ? random.integer(1, 3600_000) : 0),
		script,
		tag: random.pick(jobTags),
		user: random.pick(users),
		title: `${script.name}-${Math.floor(createdAt / 1000)}`,
		correlationUuid: random.uuid(),
	};
}

/** The jobs of the 90 days before `epoch` (epoch milliseconds), oldest first. */
export function createHistory(
	seed: number,
	count: number,
	epoch: number,
	scripts: ScriptEntry[],
): ScriptJob[] {
	const random = createRandom(seed, 'script-jobs');
	const runs: number[] = [];
	for (let left = count; left > 0; ) {
		const size = Math.min(left, random.weighted(runSizes).size);
		runs.push(size);
		left -= size;
	}
	const step = HISTORY_MS / Math.max(1, runs.length);
	const jobs: ScriptJob[] = [];
	runs.forEach((size, run) => {
		const createdAt = Math.floor(epoch - HISTORY_MS + run * step + random.next() * step);
		const script = random.pick(scripts);
		for (let i = 0; i < size; i++) jobs.push(createJob(random, jobs.length, createdAt, script));
	});
	return jobs;
}

/** The jobs of a batch, when `index` jobs came before it. An unknown script id falls back to chance. */
export function createBatch(
	seed: number,
	batch: JobBatch,
	index: number,
	scripts: ScriptEntry[],
): ScriptJob[] {
	const random = createRandom(seed, 'batch', index);
	const wanted = scripts.find(({ id }) => id === batch.scriptId);
	return Array.from({ length: batch.count }, (_, i) =>
		createJob(random, index + i, batch.createdAt, wanted ?? random.pick(scripts)),
	);
}

/** The subscription. */
export const CUSTOMER = '93a2c1c4-5568-63be-81ff-8f8fa95aa479';

/** The record as the API sends it: v1's has the fewer fields. */
export function recordOf(job: ScriptJob, version: 1 | 2): object {
	const { script } = job;
	const record = {
		severity: script.severity,
		test: job.test ?? false,
		created: job.user ? { dateTime: job.createdAt, user: job.user } : { dateTime: job.createdAt },
		executionType: 'Manual',
		correlationUuid: job.correlationUuid,
		threshold: 0,
		title: job.title,
		platform: script.platform,
		updatedDateTime: job.updatedAt,
		scriptId: script.id,
		customerUuid: CUSTOMER,
		isTest: job.test ?? false,
		scriptType: script.type,
		id: job.id,
		category: script.category,
	};
	if (version === 1) return record;
	return {
		scriptLanguage: script.language,
		shareScriptResultWithFim: false,
		description: job.description ?? `Runs "${script.name}"`,
		rebootDelayInSeconds: 0,
		contentMasifKey: `${CUSTOMER}/${script.id}/${job.createdAt}`,
		hasSoftwarePackage: false,
		thresholdNew: 500,
		runAsLoggedInUser: false,
		rebootAfterScriptExecution: false,
		executorAppName: 'CAR',
		...record,
	};
}
