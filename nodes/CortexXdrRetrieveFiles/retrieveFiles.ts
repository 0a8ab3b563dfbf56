import type { IExecuteFunctions } from 'n8n-workflow';
import type { EndpointAction } from '../shared/cortex/endpointActions';
import { incidentOf } from '../shared/cortex/incident';
import { InputError } from '../shared/errors';
import { readList, sample } from '../shared/input/values';

/** The fields for paths, by the vendor's name for the system. */
const PATHS = {
	windows: { name: 'windowsPaths', label: 'Windows Paths' },
	linux: { name: 'linuxPaths', label: 'Linux Paths' },
	macos: { name: 'macosPaths', label: 'macOS Paths' },
} as const;

type System = keyof typeof PATHS;

/** Paths by system; a system without any is missing. */
export type Files = Partial<Record<System, string[]>>;

/** Files that the vendor fetches in one action, of all systems together. */
const MOST_FILES = 20;

/** What tells retrievals apart. */
interface Retrieval {
	files: Files;
	incident: { incident_id?: string };
}

const isNothing = (value: unknown) => value === undefined || value === null || value === '';

/** How a whole path begins, and one that does. */
const WHOLE: Readonly<Record<System, [start: RegExp, example: string]>> = {
	windows: [/^(?:[a-z]:[\\/]|\\\\|%)/i, 'C:\\Users\\anna\\invoice.exe'],
	linux: [/^\//, '/var/log/auth.log'],
	macos: [/^\//, '/Users/anna/invoice.dmg'],
};

/** @throws {InputError} for what is no path of one file: another one would be fetched, or none, without a word */
function checkPath(label: string, path: string, system: System): void {
	const [start, example] = WHOLE[system];
	if (start.test(path) && !/[*?]/.test(path)) return;
	throw new InputError(
		`${label} holds ${sample(path)}, which is not the whole path of one file`,
		`Enter paths such as ${example}, without wildcards. For a path with a comma, use a list: ${JSON.stringify([example])}.`,
	);
}

/**
 * Reads the paths of files.
 * @param values what the fields hold, by system; one that was left empty stands for none
 * @throws {InputError} where there is none at all, or more than the vendor takes, or a field holds nothing but blanks
 */
export function readFiles(values: Record<System, unknown>): Files {
	const files: Files = {};
	for (const [system, { label }] of Object.entries(PATHS) as Array<
		[System, (typeof PATHS)[System]]
	>) {
		if (isNothing(values[system])) continue;
		files[system] = readList(label, values[system]);
		for (const path of files[system]) checkPath(label, path, system);
	}
	const count = Object.values(files).flat().length;
	const labels = Object.values(PATHS)
		.map(({ label }) => label)
		.join(', ');
	if (count === 0) {
		throw new InputError('There are no files to retrieve', `Enter paths in one of: ${labels}.`);
	}
	if (count > MOST_FILES) {
		throw new InputError(
			`${labels} hold ${count} paths, but Cortex retrieves at most ${MOST_FILES} files in one action`,
			'Use several items, each with some of the paths.',
		);
	}
	return files;
}

/** What retrieves files from endpoints. */
export const RETRIEVE_FILES: EndpointAction<Retrieval> = {
	operation: {
		name: 'Retrieve Files',
		license: 'Cortex XDR Pro per Endpoint',
		permission: 'Action Center (view and edit) and File Retrieval',
	},
	url: '/public_api/v1/endpoints/file_retrieval',
	unknown:
		'It is not known whether this retrieval was started, and the request is not sent a second time. Look under Response → Action Center before you run this node again.',
	mostEndpoints: 10,
	options: ['incidentId'],
	read(context: IExecuteFunctions, item, options) {
		const values = Object.fromEntries(
			Object.entries(PATHS).map(([system, { name }]) => [
				system,
				context.getNodeParameter(name, item, '') as unknown,
			]),
		) as Record<System, unknown>;
		return { files: readFiles(values), incident: incidentOf(options) };
	},
	requestData: ({ files, incident }) => ({ files, ...incident }),
};
