import type { Random } from '../random';
import type { Endpoint } from './endpoints';

/** How a script's return value arrives: documented, as recorded, or one key per command. */
type ReturnForm = 'return_value' | '_return_value' | 'commands';

/** A system that scripts and file retrievals know; phones take part in neither. */
export type System = 'windows' | 'linux' | 'macos';

/** Something a script is to be told, in the words of its metadata. */
export interface ScriptInput {
	name: string;
	/** string, number and integer have been seen; any other word stands for a text here. */
	type: string;
	friendly_name?: string;
	/** Takes a list of texts too, as clients send it, whatever the metadata says. */
	isList?: true;
}

/** A script of the tenant's library. */
export interface Script {
	uid: string;
	name: string;
	description: string;
	createdBy: string;
	/** ISO. */
	modified: string;
	systems: System[];
	isHighRisk?: true;
	/** The function to call; '' just runs the code, and then the metadata ends there. */
	entryPoint: string;
	/** None: `script_input` is null. */
	inputs: ScriptInput[];
	outputType: string;
	/** What a dictionary holds. */
	outputFields?: Array<{ friendly_name: string; name: string; type: string }>;
	form: ReturnForm;
	/** What an endpoint returns: a plain value, or lines by command. */
	returns: (endpoint: Endpoint, random: Random, parameters: Record<string, unknown>) => unknown;
	/** Files that the script brings back. */
	files?: number;
}

const everywhere: System[] = ['windows', 'linux', 'macos'];

type Common = Pick<Script, 'createdBy' | 'modified' | 'systems' | 'entryPoint' | 'inputs'>;

/** What the vendor's own scripts have in common. Every tenant has them, under these uids. */
const builtIn: Common = {
	createdBy: 'Palo Alto Networks',
	modified: '2023-05-30T10:20:30.000Z',
	systems: everywhere,
	entryPoint: 'run',
	inputs: [],
};

/** What scripts that the tenant's people wrote have in common. */
const own: Common = {
	createdBy: 'soc@corp.example',
	modified: '2025-11-04T08:15:00.000Z',
	systems: everywhere,
	entryPoint: 'run',
	inputs: [],
};

/** Commands come as a list, or as a text with commas. */
const commandsIn = ({ commands_list: commands = 'hostname, whoami, echo ok' }): string[] =>
	[commands]
		.flat()
		.flatMap((text) => String(text).split(','))
		.map((command) => command.trim());

const outputs: Record<string, (endpoint: Endpoint) => string[]> = {
	hostname: ({ hostname }) => [hostname],
	whoami: ({ users }) => users,
};

const list = (random: Random, from: number, to: number, item: (index: number) => unknown) =>
	Array.from({ length: random.integer(from, to) }, (_, index) => item(index));

export const scripts: Script[] = [
	{
		...builtIn,
		uid: 'a6f7683c8e217d85bd3c398f0d3fb6bf',
		name: 'execute_commands',
		description: 'Runs a list of shell commands\n',
		inputs: [{ name: 'commands_list', type: 'string', friendly_name: 'Commands', isList: true }],
		outputType: 'auto_detect',
		form: 'commands',
		returns: (endpoint, _random, parameters) =>
			Object.fromEntries(
				commandsIn(parameters).map((command) => [command, outputs[command]?.(endpoint) ?? []]),
			),
	},
	{
		...own,
		uid: 'b1d4c8a02f3e4d5596a7c8b9d0e1f2a3',
		name: 'get_free_disk_space',
		description: 'Free space of the system disk, in GB',
		outputType: 'number',
		form: 'return_value',
		returns: (_endpoint, random) => random.integer(2, 400),
	},
	{
		...own,
		uid: '0c7e5f1a9b3d4e2f8a6c5d4e3f2a1b0c',
		name: 'collect_scan_report',
		description: 'Brings back the report of the last scan',
		entryPoint: '',
		outputType: 'auto_detect',
		form: '_return_value',
		returns: () => 'report written',
		files: 2,
	},
	{
		...builtIn,
		uid: 'fd0a544a99a9421222b4f57a11839481',
		name: 'process_kill_name',
		description: 'Ends all processes with a name\n',
		inputs: [{ name: 'process_name', type: 'string', friendly_name: 'Process name' }],
		outputType: 'number',
		form: '_return_value',
		returns: (_endpoint, random) => random.integer(0, 3),
	},
	{
		...builtIn,
		uid: '414763381b5bfb7b05796c9fe690df46',
		name: 'file_exists',
		description: 'Whether a file exists\n',
		inputs: [{ name: 'path', type: 'string', friendly_name: 'Path of the file' }],
		outputType: 'boolean',
		form: '_return_value',
		returns: (_endpoint, random) => random.chance(0.5),
	},
	{
		...builtIn,
		uid: '548023b6e4a01ec51a495ba6e5d2a15d',
		name: 'delete_file',
		description: 'Deletes a file\n',
		inputs: [{ name: 'file_path', type: 'string', friendly_name: 'Path of the file' }],
		outputType: 'boolean',
		form: '_return_value',
		returns: () => true,
	},
	{
		...builtIn,
		uid: '956e8989f67ebcb2c71c4635311e47e4',
		name: 'get_process_list',
		description: 'Lists the processes that run\n',
		outputType: 'auto_detect',
		form: '_return_value',
		returns: (_endpoint, random) =>
			list(random, 3, 6, (index) => ({ pid: 400 + index * 4, name: `process_${index}` })),
	},
	{
		...own,
		uid: '3f5b1c7e9d2a4f60b8c1e2d3f4a5b6c7',
		name: 'wipe_user_profile',
		description: 'Deletes the profile of a user from the endpoint, with all its files',
		systems: ['windows'],
		isHighRisk: true,
		inputs: [{ name: 'user_name', type: 'string', friendly_name: 'User' }],
		outputType: 'string',
		form: 'return_value',
		returns: (_endpoint, _random, { user_name }) => `profile of ${String(user_name)} deleted`,
	},
	{
		...own,
		uid: '7d9e0a1b2c3d4e5f60718293a4b5c6d7',
		name: 'find_large_files',
		description: 'Files above a size, the largest first',
		inputs: [
			{ name: 'folder', type: 'string', friendly_name: 'Folder' },
			{ name: 'most_files', type: 'integer', friendly_name: 'Most files to list' },
			{ name: 'least_gigabytes', type: 'number', friendly_name: 'Least size (GB)' },
		],
		outputType: 'string_list',
		form: 'return_value',
		returns: (_endpoint, random, { folder, most_files }) =>
			list(random, 1, 4, (index) => `${String(folder)}/large_${index + 1}.bin`).slice(
				0,
				Number(most_files),
			),
	},
	{
		...own,
		uid: '18c2d3e4f5a6479b8c0d1e2f3a4b5c6d',
		name: 'restart_service',
		description: 'Restarts a service and waits until it runs',
		systems: ['windows', 'linux'],
		// Of older scripts the metadata has no friendly names.
		inputs: [
			{ name: 'service_name', type: 'string' },
			{ name: 'wait_seconds', type: 'integer' },
		],
		outputType: 'boolean',
		form: 'return_value',
		returns: () => true,
	},
	{
		...own,
		uid: '29d3e4f5a6b7480c9d1e2f3a4b5c6d7e',
		name: 'collect_event_logs',
		description: 'Brings back a Windows event log',
		systems: ['windows'],
		inputs: [
			{ name: 'channel', type: 'string', friendly_name: 'Channel' },
			{ name: 'since', type: 'datetime', friendly_name: 'Since' },
		],
		outputType: 'auto_detect',
		form: '_return_value',
		returns: (_endpoint, random) => `${random.integer(10, 9000)} events`,
		files: 1,
	},
	{
		...own,
		uid: '3ae4f5a6b7c8491dae2f3a4b5c6d7e8f',
		name: 'tail_log',
		description: 'The last lines of a log',
		systems: ['linux', 'macos'],
		inputs: [
			{ name: 'path', type: 'string', friendly_name: 'Path of the log' },
			{ name: 'lines', type: 'integer', friendly_name: 'Lines' },
		],
		outputType: 'string',
		form: 'return_value',
		returns: (_endpoint, _random, { path }) => `last line of ${String(path)}`,
	},
	{
		...own,
		uid: '4bf5a6b7c8d94a2ebf3a4b5c6d7e8f90',
		name: 'get_uptime',
		description: 'Hours since the last start',
		outputType: 'number',
		form: 'return_value',
		returns: (_endpoint, random) => random.integer(1, 900),
	},
	{
		...own,
		uid: '5ca6b7c8d9ea4b3fc04b5c6d7e8f9001',
		name: 'list_local_admins',
		description: 'Users with the rights of an administrator',
		systems: ['windows'],
		outputType: 'string_list',
		form: 'return_value',
		returns: ({ users }) => ['Administrator', ...users],
	},
	{
		...own,
		uid: '6db7c8d9eafb4c40d15c6d7e8f900112',
		name: 'get_primary_ip',
		description: 'The address that leads to the network',
		outputType: 'ip',
		form: 'return_value',
		returns: ({ ips }) => ips[0],
	},
	{
		...own,
		uid: '7ec8d9eafb0c4d51e26d7e8f90011223',
		name: 'check_disk_encryption',
		description: 'Whether the system disk is encrypted',
		systems: ['windows', 'macos'],
		outputType: 'boolean',
		form: 'return_value',
		returns: (_endpoint, random) => random.chance(0.9),
	},
	{
		...own,
		uid: '8fd9eafb0c1d4e62f37e8f9001122334',
		name: 'disk_report',
		description: 'Size and free space of the system disk',
		outputType: 'dictionary',
		outputFields: [
			{ friendly_name: 'Size (GB)', name: 'size', type: 'number' },
			{ friendly_name: 'Free (GB)', name: 'free', type: 'number' },
		],
		form: 'return_value',
		returns: (_endpoint, random) => ({ size: 512, free: random.integer(2, 400) }),
	},
	{
		...own,
		uid: '90eafb0c1d2e4f73048f900112233445',
		name: 'set_proxy',
		description: 'Sets the proxy of the system',
		systems: ['linux', 'macos'],
		inputs: [
			{ name: 'host', type: 'string', friendly_name: 'Host' },
			{ name: 'port', type: 'integer', friendly_name: 'Port' },
		],
		outputType: 'boolean',
		form: 'return_value',
		returns: () => true,
	},
];

/** The script with this uid, if the library has it. */
export const findScript = (uid: unknown): Script | undefined =>
	scripts.find((script) => script.uid === uid);

/** A script in the reply of get_scripts; `numeric` decides whether its number comes as text. */
export const scriptRow = (script: Script, numeric: (value: number) => number | string) => ({
	script_id: numeric(scripts.indexOf(script) + 1),
	name: script.name,
	description: script.description,
	modification_date: Date.parse(script.modified),
	created_by: script.createdBy,
	is_high_risk: script.isHighRisk ?? false,
	windows_supported: script.systems.includes('windows'),
	linux_supported: script.systems.includes('linux'),
	macos_supported: script.systems.includes('macos'),
	script_uid: script.uid,
});

/** The reply of get_script_metadata; a script that is just run has neither input nor output. */
export function scriptMetadata(script: Script, numeric: (value: number) => number | string) {
	const { entryPoint, inputs, outputType, outputFields } = script;
	const common = { ...scriptRow(script, numeric), entry_point: entryPoint };
	if (entryPoint === '') return common;
	return {
		...common,
		script_input: inputs.length
			? inputs.map(({ name, type, friendly_name }) => ({ name, type, friendly_name }))
			: null,
		script_output_type: outputType,
		script_output_dictionary_definitions: outputFields ?? null,
	};
}

/** The reply of get_script_code: Python that could be the script's. */
export function scriptCode({ name, description, entryPoint, inputs }: Script): string {
	const told = inputs.map((input) => input.name).join(', ');
	const about = `"""${description.trim()}."""`;
	return entryPoint === ''
		? `${about}\n\nprint("${name}")\n`
		: `${about}\n\n\ndef ${entryPoint}(${told}):\n    return main("${name}", [${told}])\n`;
}

const takes = ({ type, isList }: ScriptInput, value: unknown): boolean => {
	if (type === 'integer') return Number.isInteger(value);
	if (type === 'number') return typeof value === 'number';
	if (isList && Array.isArray(value)) return value.every((item) => typeof item === 'string');
	return typeof value === 'string';
};

/** What is wrong with the parameters for a script, in words; every input has to be there, and nothing else. */
export function wrongParameters(
	{ inputs }: Script,
	values: Record<string, unknown>,
): string | undefined {
	const unknown = Object.keys(values).filter((name) => inputs.every((one) => one.name !== name));
	if (unknown.length) return `Unexpected script parameters: ${unknown.join(', ')}`;
	const missing = inputs.filter(({ name }) => values[name] === undefined || values[name] === null);
	if (missing.length) {
		return `Missing script parameters: ${missing.map(({ name }) => name).join(', ')}`;
	}
	const wrong = inputs.find((input) => !takes(input, values[input.name]));
	return wrong && `Script parameter ${wrong.name} must be of type ${wrong.type}`;
}
