import { CortexXdrDownloadFiles } from '../../nodes/CortexXdrDownloadFiles/CortexXdrDownloadFiles.node';
import { seededIds } from '../../simulator/cortex/seededJobs';
import type { World } from '../support/world';
import { COUNT, orNull, TEXT, type OperationTests } from './operation';

const DETAILS = '/public_api/v1/actions/file_retrieval_details';
const STATUS = '/public_api/v1/actions/get_action_status/';
const FILES = '/public_api/v1/scripts/get_script_execution_results_files';
const DOWNLOAD = '/public_api/v1/download/';

const membersOf = ({ simulator }: World, group: string) =>
	simulator.cortex.endpoints.filter(({ groups }) => groups.includes(group)).map(({ id }) => id);

/** The first of the endpoints that have sent their files. */
const firstKiosk = (world: World) => membersOf(world, 'Kiosks')[0];

const file = (action: string) => ({
	action_id: action,
	endpoint_id: expect.stringMatching(/^[0-9a-f]{32}$/) as unknown,
	file_name: expect.stringMatching(new RegExp(`^[a-z0-9-]+_${action}\\.zip$`)) as unknown,
	size: expect.any(Number) as unknown,
	reason: null,
});

const noFile = (action: string) => ({
	...file(action),
	file_name: null,
	size: null,
	reason: expect.stringMatching(/\.$/) as unknown,
});

const retrieved = (world: World) => ({
	from: 'fileRetrieval',
	actionId: seededIds.finishedRetrieval,
	endpointIds: firstKiosk(world),
	binaryProperty: 'data',
});

const ofScript = (world: World) => ({
	from: 'scriptExecution',
	actionId: seededIds.scriptWithFiles,
	endpointIds: membersOf(world, 'Demo Laptops')[0],
	binaryProperty: 'data',
});

/** A ZIP without files: all that it has is its end. */
const NO_FILES = `PK\u0005\u0006${'\0'.repeat(18)}`;

const contract = {
	action_id: TEXT,
	endpoint_id: TEXT,
	file_name: orNull(expect.any(String)),
	size: COUNT,
	reason: orNull(expect.any(String)),
};

/** What follows a link, once for each file. The log holds the whole path, which is a secret of its own. */
const download = expect.stringMatching(new RegExp(`^GET ${DOWNLOAD}.`)) as unknown as string;

export const tests: OperationTests = {
	node: CortexXdrDownloadFiles,
	runs: [
		{
			name: 'files of a retrieval, and reasons where there are none',
			parameters: {
				from: 'fileRetrieval',
				actionId: seededIds.finishedRetrieval,
				endpointIds: '',
				binaryProperty: 'data',
			},
			sends: [`POST ${DETAILS}`, `POST ${STATUS}`, download, download, download],
			gives: ({ json, outputs }) => {
				const [one, none] = [file('6002'), noFile('6002')];
				expect(json).toEqual([one, one, one, none, none]);
				expect(outputs[0].map(({ binary }) => binary?.data.mimeType)).toEqual([
					...Array<string>(3).fill('application/zip'),
					undefined,
					undefined,
				]);
			},
		},
		{
			name: 'files of a script, of the endpoints named',
			parameters: (world) => ({
				...ofScript(world),
				endpointIds: membersOf(world, 'Demo Laptops').slice(0, 2),
			}),
			sends: [`POST ${FILES}`, download, `POST ${FILES}`, download],
			gives: ({ json }) => expect(json).toEqual([file('7004'), file('7004')]),
		},
	],
	tool: {
		parameters: {
			from: 'fileRetrieval',
			actionId: '={{ $fromAI("action_id", "The action_id of the retrieval") }}',
			endpointIds: '={{ $fromAI("endpoint_ids", "Endpoint ids, separated by commas") }}',
			binaryProperty: 'data',
		},
		schema: {
			action_id: ['ZodString', 'The action_id of the retrieval'],
			endpoint_ids: ['ZodString', 'Endpoint ids, separated by commas'],
		},
		call: (world) => ({
			action_id: seededIds.finishedRetrieval,
			endpoint_ids: firstKiosk(world),
		}),
		does: /^Find out which files came back from endpoints of Palo Alto Cortex/,
		needs: /Takes the action_id of the retrieval or of the script run, after it has ended/,
		returns:
			/Returns file_name and size of a ZIP for each endpoint.*You do not get to see what is in the files/,
		sends: [`POST ${DETAILS}`, download],
		gives: [file('6002')],
	},
	faults: {
		'Download Files: links': {
			behaves: 'read',
			operation: 'Download Files',
			parameters: retrieved,
			path: DETAILS,
			envelope: 'reply',
			timeoutOption: false,
			reply: { reply: { data: { 'endpoint-1': null } } },
			contract,
		},
		'Download Files: link of a script': {
			behaves: 'read',
			operation: 'Download Files',
			parameters: ofScript,
			path: FILES,
			envelope: 'reply',
			timeoutOption: false,
			reply: { reply: { DATA: '' } },
			contract,
		},
		'Download Files: file': {
			behaves: 'download',
			operation: 'Download Files',
			parameters: retrieved,
			path: DOWNLOAD,
			envelope: 'reply',
			timeoutOption: false,
			reply: NO_FILES,
			asksOthers: true,
			contract,
		},
		'Download Files: file on another host': {
			behaves: 'downloadElsewhere',
			operation: 'Download Files',
			parameters(world) {
				world.simulator.cortexSettings.fileLinkHost = 'localhost';
				return ofScript(world);
			},
			path: '/signed-files/',
			elsewhere: true,
			envelope: 'reply',
			timeoutOption: false,
			reply: NO_FILES,
			asksOthers: true,
			contract,
		},
	},
};
