import type { IExecuteFunctions } from 'n8n-workflow';
import { strFromU8, unzipSync } from 'fflate';
import { CortexXdrDownloadFiles } from '../../nodes/CortexXdrDownloadFiles/CortexXdrDownloadFiles.node';
import { CortexXdrRetrieveFiles } from '../../nodes/CortexXdrRetrieveFiles/CortexXdrRetrieveFiles.node';
import { downloaderOf } from '../../nodes/CortexXdrDownloadFiles/download';
import { fileName } from '../../nodes/CortexXdrDownloadFiles/fileName';
import { DOWNLOADS } from '../../nodes/CortexXdrDownloadFiles/sources';
import { fileText } from '../../simulator/cortex/endpointFiles';
import { seededIds } from '../../simulator/cortex/seededJobs';
import { askTool, WAYS } from '../support/agent';
import type { EngineOptions } from '../support/engine';
import { turn } from '../support/httpActivity';
import { waitFor } from '../support/wait';
import { createWorld, type World } from '../support/world';

const DETAILS = '/public_api/v1/actions/file_retrieval_details';
const STATUS = '/public_api/v1/actions/get_action_status/';
const RESULTS = '/public_api/v1/scripts/get_script_execution_results/';
const FILES = '/public_api/v1/scripts/get_script_execution_results_files';
const DOWNLOAD = '/public_api/v1/download';
const SIGNED = '/signed-files';
const HOSTS = 'C:\\Windows\\System32\\drivers\\etc\\hosts';
const LOG = 'C:\\ProgramData\\app.log';
const FOR_GOOD = 10_000;

let world: World;

beforeEach(async () => {
	world = await createWorld();
});

afterEach(async () => await world.close());

const membersOf = (group: string) =>
	world.simulator.cortex.endpoints.filter(({ groups }) => groups.includes(group));
const idsOf = (group: string) => membersOf(group).map(({ id }) => id);
const start = (job: object) =>
	world.simulator.cortex.startJob({
		kind: 'endpointAction',
		files: { windows: [HOSTS], linux: ['/etc/hosts'], macos: ['/etc/hosts'] },
		durationSeconds: 1,
		ageSeconds: 60,
		...job,
	});
/** The requests so far, the paths of links cut. */
const sent = () =>
	world.requests().map(({ method, path }) => {
		const folder = [DOWNLOAD, SIGNED].find((one) => path.startsWith(one));
		return `${method} ${folder ?? path}`;
	});
const run = async (
	parameters: Record<string, unknown> = {},
	options: Partial<EngineOptions> = {},
) =>
	await world.run(
		new CortexXdrDownloadFiles(),
		{
			from: 'fileRetrieval',
			actionId: seededIds.finishedRetrieval,
			endpointIds: '',
			binaryProperty: 'data',
			...parameters,
		} as never,
		options,
	);
const ofScript = { from: 'scriptExecution', actionId: seededIds.scriptWithFiles };
type Item = Awaited<ReturnType<typeof run>>['outputs'][number][number];
const bytesOf = ({ binary }: Item, field = 'data') =>
	Buffer.from(String(binary?.[field].data), 'base64');
const filesIn = (item: Item): Record<string, string> =>
	Object.fromEntries(
		Object.entries(unzipSync(new Uint8Array(bytesOf(item)))).map(([name, bytes]) => [
			name,
			strFromU8(bytes),
		]),
	);

/** Every link that the tenant gives from now on. */
function collectLinks(path: string): string[] {
	const links: string[] = [];
	world.simulator.faults.add({
		path,
		times: FOR_GOOD,
		transform(body) {
			const found = JSON.stringify(body).match(/https?:[^"]+/g) ?? [];
			links.push(...found);
			return body;
		},
	});
	return links;
}

/** Nothing of a link is anywhere in what n8n shows and stores. */
function expectNoLink(links: string[], ...texts: Array<string | undefined>) {
	expect(links.length).toBeGreaterThan(0);
	for (const link of links) {
		const value = String(link.split('/').at(-1));
		for (const piece of [link, value, value.slice(0, 40), value.slice(-32)]) {
			for (const text of texts) expect(text ?? '').not.toContain(piece);
		}
	}
}

describe('the files', () => {
	it('of a retrieval come out whole, from the start of it to the ZIPs', async () => {
		const endpoints = membersOf('Demo Laptops').slice(0, 2);
		const retrieval = await world.run(new CortexXdrRetrieveFiles(), {
			windowsPaths: [HOSTS, LOG],
			endpointIds: endpoints.map(({ id }) => id),
			startFor: 'allItems',
			options: {},
		} as never);
		const jobId = String(retrieval.json[0].action_id);
		const waited = await waitFor(world, { jobId });
		expect(waited.json[0]).toMatchObject({ outcome: 'succeeded' });
		const { outputs, json, error } = await run(
			{ actionId: '={{ $json.action_id ?? $json.job_id }}' },
			{ items: waited.json },
		);
		expect(error).toBeUndefined();
		expect(json).toEqual(
			endpoints.map(({ id, hostname }, index) => ({
				action_id: jobId,
				endpoint_id: id,
				file_name: `${hostname}_${jobId}.zip`,
				size: bytesOf(outputs[0][index]).length,
				reason: null,
			})),
		);
		const { seed } = world.simulator.cortex;
		outputs[0].forEach((item, index) => {
			expect(item.pairedItem).toEqual({ item: 0 });
			expect(item.binary?.data).toMatchObject({
				mimeType: 'application/zip',
				fileName: json[index].file_name,
				fileExtension: 'zip',
			});
			expect(item.binary?.data.directory).toBeUndefined();
			const files = filesIn(item);
			expect(Object.keys(files)).toEqual([
				'C/Windows/System32/drivers/etc/hosts',
				'C/ProgramData/app.log',
			]);
			for (const [text, path] of [
				[Object.values(files)[0], HOSTS],
				[Object.values(files)[1], LOG],
			]) {
				expect(text).toContain(`${path} of ${endpoints[index].hostname}`);
				expect(text).toBe(fileText(seed, endpoints[index], path));
			}
		});
	});

	it('are the same bytes as the server sent, also of some megabytes', async () => {
		const id = start({ files: { windows: ['C:\\Windows\\large.dmp'] }, endpoints: 1 });
		const { outputs, json } = await run({ actionId: id });
		const [text] = Object.values(filesIn(outputs[0][0]));
		expect(text.length).toBeGreaterThan(5_000_000);
		const again = await run({ actionId: id, binaryProperty: 'evidence' });
		expect(bytesOf(again.outputs[0][0], 'evidence').equals(bytesOf(outputs[0][0]))).toBe(true);
		expect(json[0].size).toBe(bytesOf(outputs[0][0]).length);
	});

	it('may be none: a ZIP that is empty is one', async () => {
		const id = start({ files: { windows: [] }, endpoints: 1 });
		const { json, outputs } = await run({ actionId: id });
		expect(json[0]).toMatchObject({ size: 22, reason: null });
		expect(filesIn(outputs[0][0])).toEqual({});
	});

	it.each([false, true])('of a script: lowerCaseFilesLink %s', async (lower) => {
		world.simulator.cortexSettings.lowerCaseFilesLink = lower;
		world.simulator.cortexSettings.countsAsText = true;
		const { json, outputs } = await run(ofScript);
		const ids = idsOf('Demo Laptops');
		expect(json.map(({ endpoint_id }) => endpoint_id)).toEqual(ids);
		expect(Object.keys(filesIn(outputs[0][0]))).toEqual([
			'collect_scan_report_1.txt',
			'collect_scan_report_2.txt',
		]);
		expect(json.at(-1)).toEqual({
			action_id: '7004',
			endpoint_id: ids.at(-1),
			file_name: null,
			size: null,
			reason: 'The script brought back no files (FAILED).',
		});
		const calls = sent();
		expect(calls.slice(0, 3)).toEqual([`POST ${RESULTS}`, `POST ${FILES}`, `GET ${DOWNLOAD}`]);
		expect(calls).toHaveLength(1 + 11 * 2);
	});

	it('of 50 endpoints come one after the other', async () => {
		const id = start({ endpoints: 50 });
		world.simulator.faults.add({ path: DOWNLOAD, times: FOR_GOOD, delayMs: 2_000 });
		const before = world.clock.now();
		const { json, outputs } = await run({ actionId: id });
		expect(new Set(json.map(({ endpoint_id }) => endpoint_id)).size).toBe(50);
		expect(outputs[0].every(({ binary }) => binary)).toBe(true);
		expect(world.clock.now() - before).toBeGreaterThanOrEqual(50 * 2_000);
		expect(sent()).toEqual([`POST ${DETAILS}`, ...Array<string>(50).fill(`GET ${DOWNLOAD}`)]);
	});

	it('of several items, each linked to its own', async () => {
		const items = [
			{ id: '6002', from: idsOf('Kiosks')[1] },
			{ id: 6002, from: idsOf('Kiosks')[0] },
		];
		const { json, outputs } = await run(
			{ actionId: '={{ $json.id }}', endpointIds: '={{ $json.from }}' },
			{ items },
		);
		expect(json.map(({ endpoint_id }) => endpoint_id)).toEqual(items.map(({ from }) => from));
		expect(outputs[0].map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
	});
});

describe('the link', () => {
	it('to another host is followed without a header of the API', async () => {
		world.simulator.cortexSettings.fileLinkHost = 'localhost';
		const { json, outputs, error } = await run({
			...ofScript,
			endpointIds: idsOf('Demo Laptops')[0],
		});
		expect(error).toBeUndefined();
		expect(json[0]).toMatchObject({ reason: null });
		expect(Object.keys(filesIn(outputs[0][0]))).toHaveLength(2);
		const requests = world.requests();
		expect(requests.map(({ path }) => path.split('/')[1])).toEqual(['public_api', 'signed-files']);
		expect(requests.map(({ keyId }) => keyId)).toEqual(['1', undefined]);
	});

	it.each(['admin', 'standard'])('of the tenant itself is signed, by the key %s', async (key) => {
		const { error } = await run(
			{ endpointIds: idsOf('Kiosks')[0] },
			{ credentials: { cortexXdrApi: world.cortexKey(key) } },
		);
		expect(error).toBeUndefined();
		const { id } = world.simulator.keys[key];
		expect(world.requests().map(({ keyId }) => keyId)).toEqual([id, id]);
	});

	it('that is not encrypted is not followed where the tenant is', async () => {
		const context = {
			getCredentials: async () => ({ tenantUrl: 'https://api-acme.xdr.us.example.com' }),
			getExecutionCancelSignal: () => undefined,
			getNode: () => ({ type: 'test' }),
			helpers: {},
		} as unknown as IExecuteFunctions;
		const download = await downloaderOf(context, DOWNLOADS.fileRetrieval);
		await expect(download('http://files.example.com/secret')).rejects.toMatchObject({
			message: 'Cortex gave a link that is not encrypted (http), which is not followed',
		});
	});

	it.each([
		[{}, DOWNLOAD, 'The address answered with a redirect (302), which is not followed'],
		[ofScript, SIGNED, 'The link to the file answered with a redirect (302)'],
	])('%j: a redirect is not followed', async (parameters, path, message) => {
		world.simulator.cortexSettings.fileLinkHost = 'localhost';
		const links = collectLinks('from' in parameters ? FILES : DETAILS);
		const location = `${world.url}/elsewhere`;
		world.simulator.faults.add({ path, status: 302, headers: { location }, body: '' });
		const { error, stored } = await run(parameters);
		expect(error?.message).toBe(message);
		expect(sent()).not.toContain('GET /elsewhere');
		expectNoLink(links, stored);
	});

	it('is asked for with POST where GET is not allowed, from then on', async () => {
		world.simulator.cortexSettings.downloadByPostOnly = true;
		const { json } = await run({ endpointIds: idsOf('Kiosks').slice(0, 3) });
		expect(json.map(({ reason }) => reason)).toEqual([null, null, null]);
		expect(sent()).toEqual([
			`POST ${DETAILS}`,
			`GET ${DOWNLOAD}`,
			...Array<string>(3).fill(`POST ${DOWNLOAD}`),
		]);
	});

	it('and also where that comes with status 200', async () => {
		const body = { reply: { err_code: 405, err_msg: 'Method not allowed', err_extra: null } };
		world.simulator.faults.add({ path: DOWNLOAD, status: 200, body });
		const { error } = await run({ endpointIds: idsOf('Kiosks')[0] });
		expect(error).toBeUndefined();
		expect(sent()).toEqual([`POST ${DETAILS}`, `GET ${DOWNLOAD}`, `POST ${DOWNLOAD}`]);
	});

	it('but not for ever: a host that takes neither is told', async () => {
		const body = { reply: { err_code: 405, err_msg: 'Method not allowed', err_extra: null } };
		world.simulator.faults.add({ path: DOWNLOAD, status: 405, body, times: FOR_GOOD });
		const { error } = await run({ endpointIds: idsOf('Kiosks')[0] });
		expect(error?.message).toBe('Cortex refused Download Files: Method not allowed');
		expect(sent()).toEqual([`POST ${DETAILS}`, `GET ${DOWNLOAD}`, `POST ${DOWNLOAD}`]);
	});

	it('that has ended is asked for anew: downloads may take longer than links last', async () => {
		const id = start({ endpoints: 5 });
		world.simulator.faults.add({ path: DOWNLOAD, times: 3, delayMs: 250_000 });
		const { json, error } = await run({ actionId: id });
		expect(error).toBeUndefined();
		expect(json.map(({ reason }) => reason)).toEqual(Array(5).fill(null));
		expect(sent()).toEqual([
			`POST ${DETAILS}`,
			...Array<string>(4).fill(`GET ${DOWNLOAD}`),
			`POST ${DETAILS}`,
			...Array<string>(2).fill(`GET ${DOWNLOAD}`),
		]);
	});

	it.each([403, 404, 410])(
		'is asked for anew once after a %d, not again and again',
		async (status) => {
			world.simulator.faults.add({
				path: DOWNLOAD,
				status,
				times: FOR_GOOD,
				body: { reply: { err_code: status, err_msg: 'No more' } },
			});
			const { error } = await run({ endpointIds: idsOf('Kiosks')[0] });
			expect(error?.message).toBe('Cortex refused Download Files: No more');
			expect(sent()).toEqual([
				`POST ${DETAILS}`,
				`GET ${DOWNLOAD}`,
				`POST ${DETAILS}`,
				`GET ${DOWNLOAD}`,
			]);
		},
	);

	it('to a file of a script as well, on another host, which says so in its own way', async () => {
		world.simulator.cortexSettings.fileLinkHost = 'localhost';
		world.simulator.faults.add({ path: SIGNED, status: 403, body: '<Error>AccessDenied</Error>' });
		const { json } = await run({ ...ofScript, endpointIds: idsOf('Demo Laptops')[0] });
		expect(json[0].reason).toBeNull();
		expect(sent()).toEqual([`POST ${FILES}`, `GET ${SIGNED}`, `POST ${FILES}`, `GET ${SIGNED}`]);
	});

	it.each([
		['ftp://files.example.com/x'],
		['not a link'],
		['https://user:word@files.example.com/x'],
		[{ url: 'https://files.example.com/x' }],
	])('%j is none', async (link) => {
		const [endpoint] = idsOf('Kiosks');
		world.simulator.faults.add({
			path: DETAILS,
			status: 200,
			body: { reply: { data: { [endpoint]: link } } },
		});
		const { json, stored } = await run({ endpointIds: endpoint });
		expect(json[0].reason).toBe('Cortex gave something that is no link to its files.');
		expect(stored).not.toContain('files.example.com');
	});
});

describe('what is no file', () => {
	it('the words of the vendor, also with status 200', async () => {
		world.simulator.cortexSettings.downloadErrorsAre200 = true;
		world.simulator.faults.add({
			path: DOWNLOAD,
			status: 200,
			body: { reply: { err_code: 500, err_msg: 'The file is damaged', err_extra: null } },
		});
		const { error } = await run({ endpointIds: idsOf('Kiosks')[0] });
		expect(error?.message).toBe('Cortex refused Download Files: The file is damaged');
	});

	it.each([
		[{ detail: 'Gone' }, 'Cortex refused Download Files: Gone'],
		[{ error: 'Gone' }, 'Cortex refused Download Files: Gone'],
		[
			{ reply: { data: {} } },
			'The link to the file brought something that is no ZIP ({"reply":{"data":{}}})',
		],
		['<title>Sign in</title>', 'The link to the file brought something that is no ZIP (Sign in)'],
		['PK, they said', 'The link to the file brought something that is no ZIP (PK, they said)'],
		['', 'The link to the file brought nothing'],
	])('%j', async (body, message) => {
		world.simulator.faults.add({ path: DOWNLOAD, status: 200, body });
		const { error } = await run({ endpointIds: idsOf('Kiosks')[0] });
		expect(error?.message).toBe(message);
		expect(error?.description).toContain(
			`It is about the files of endpoint ${idsOf('Kiosks')[0]} in action 6002.`,
		);
	});

	it('a ZIP that was cut off is fetched once more', async () => {
		world.simulator.faults.add({ path: DOWNLOAD, truncateBody: 300 });
		const { json, outputs } = await run({ endpointIds: idsOf('Kiosks')[0] });
		expect(json[0].size).toBe(bytesOf(outputs[0][0]).length);
		expect(Object.keys(filesIn(outputs[0][0]))).toHaveLength(2);
		expect(sent()).toEqual([`POST ${DETAILS}`, `GET ${DOWNLOAD}`, `GET ${DOWNLOAD}`]);
	});

	it('of another host, nothing is quoted', async () => {
		world.simulator.cortexSettings.fileLinkHost = 'localhost';
		const links = collectLinks(FILES);
		world.simulator.faults.add({ path: SIGNED, status: 500, echo: true, body: '{request}' });
		world.simulator.faults.add({ path: SIGNED, status: 200, echo: true, body: '{request}' });
		for (const words of [
			'The host that holds the file answered with status 500',
			'The link to the file brought something that is no ZIP',
		]) {
			const { error, stored } = await run({ ...ofScript, endpointIds: idsOf('Demo Laptops')[0] });
			expect(error?.message).toBe(words);
			expectNoLink(links, stored, error?.message, error?.description ?? '');
			expect(stored).not.toContain('GET /');
		}
	});
});

describe('an endpoint without files', () => {
	it('says why: failed, expired', async () => {
		const { json, hints } = await run();
		expect(json.slice(3).map(({ reason }) => reason)).toEqual([
			'It ended without files (FAILED): The agent could not upload the files.',
			'It ended without files (EXPIRED), and Cortex does not say why.',
		]);
		expect(hints).toEqual([
			'2 of 5 endpoints have no files to download: the field reason of their items says why.',
		]);
	});

	it('names the files that were not there', async () => {
		const paths = ['C:\\missing.txt', 'C:\\also missing.txt'];
		const id = start({ files: { windows: paths }, endpoints: 1 });
		const { json } = await run({ actionId: id });
		expect(json).toHaveLength(1);
		expect(json[0]).toMatchObject({ file_name: null, size: null });
		for (const path of paths) expect(json[0].reason).toContain(`${path} (`);
		expect(json[0].reason).toMatch(/^It ended without files \(FAILED\): .*[^.]\.$/);
	});

	it('has not finished: Wait for Job comes first', async () => {
		const id = start({ endpoints: 2, offline: 1 });
		const { json } = await run({ actionId: id });
		expect(json.map(({ reason }) => reason)).toEqual([
			null,
			'Not finished yet (PENDING): use Wait for Job first.',
		]);
	});

	it('has not begun, so that Cortex knows no endpoint: an error that says so', async () => {
		const id = start({ endpoints: 2, durationSeconds: 600, ageSeconds: 0 });
		const { error } = await run({ actionId: id });
		expect(error?.message).toBe(`Cortex names no endpoints of action ${id}`);
		expect(error?.description).toContain('use Wait for Job first');
	});

	it('is not part of the action: said for each, whoever names it', async () => {
		const [kiosk] = idsOf('Kiosks');
		const [laptop] = idsOf('Demo Laptops');
		const { json } = await run({ endpointIds: [laptop, kiosk, 'nobody'] });
		expect(json.map(({ endpoint_id, reason }) => [endpoint_id, reason])).toEqual([
			[laptop, 'The action holds no endpoint with this id.'],
			[kiosk, null],
			['nobody', 'The action holds no endpoint with this id.'],
		]);
		const script = await run({ ...ofScript, endpointIds: [kiosk, laptop] });
		expect(script.json.map(({ reason }) => reason)).toEqual([
			'The action holds no endpoint with this id.',
			null,
		]);
	});

	it('is told plainly where Cortex cannot be asked why', async () => {
		world.simulator.faults.add({
			path: STATUS,
			status: 403,
			body: { reply: { err_code: 403, err_msg: 'No' } },
			times: FOR_GOOD,
		});
		const { json } = await run({ endpointIds: idsOf('Kiosks').slice(2, 4) });
		expect(json.map(({ reason }) => reason)).toEqual([
			null,
			'Cortex gave no link to its files, and could not be asked why.',
		]);
		expect(sent().filter((one) => one === `POST ${STATUS}`)).toHaveLength(1);
	});

	it('of a script that goes on', async () => {
		const { json } = await run({ ...ofScript, actionId: seededIds.runningScript });
		expect(json.map(({ reason }) => reason)).toContain(
			'The script has not ended there yet (PENDING): use Wait for Job first.',
		);
		expect(json.map(({ reason }) => reason)).toContain(
			'The script brought back no files (COMPLETED_SUCCESSFULLY).',
		);
	});

	it('of a script whose files Cortex has removed', async () => {
		const laptop = idsOf('Demo Laptops')[0];
		world.simulator.faults.add({ path: FILES, status: 200, body: { reply: { DATA: '' } } });
		const { json } = await run({ ...ofScript, endpointIds: laptop });
		expect(json[0].reason).toBe(
			'Cortex gives no link to its files. It removes files of scripts after some time.',
		);
	});
});

describe('refused', () => {
	it.each([
		[{}, '999', 'Cortex refused Download Files: '],
		[{}, seededIds.finishedScan, 'Cortex refused Download Files: '],
		[ofScript, '999', 'Cortex refused Get Script Results: '],
		[{ ...ofScript, endpointIds: 'a' }, '999', 'Cortex refused Download Files: '],
		[ofScript, seededIds.refusedScript, 'Cortex refused Get Script Results: You do not have'],
	])('%j: an action that is none, %s', async (parameters, actionId, words) => {
		const { error, json } = await run({ ...parameters, actionId });
		expect(json).toEqual([]);
		expect(error?.message).toContain(words);
		expect(error?.description).toBeTruthy();
	});

	it.each([
		[{ actionId: '={{ $json.nothing }}' }, 'Action ID is empty'],
		[
			{ actionId: 'the last' },
			'Action ID holds "the last", but it must be a whole positive number',
		],
		[{ endpointIds: '={{ $json.nothing }}' }, 'Endpoint IDs is empty'],
		[{ endpointIds: ' , ' }, 'Endpoint IDs is empty'],
		[{ endpointIds: '={{ $json }}' }, 'Endpoint IDs holds "{}", but it must be a list'],
		[{ from: 'elsewhere' }, 'From holds "elsewhere"'],
		[{ binaryProperty: ' ' }, 'Put Output File in Field is empty'],
	])('%j, before anything is sent', async (parameters, message) => {
		const { error } = await run(parameters, { items: [{}, {}] });
		expect(error?.message).toBe(message);
		expect(error?.description).toBeTruthy();
		expect(world.requests()).toEqual([]);
	});

	it('one item that is wrong keeps the others from being sent, unless the workflow goes on', async () => {
		const items = [{ id: '6002' }, { id: 'x' }];
		const parameters = { actionId: '={{ $json.id }}', endpointIds: idsOf('Kiosks')[0] };
		await run(parameters, { items });
		expect(world.requests()).toEqual([]);
		const { outputs } = await run(parameters, { items, onError: 'continueErrorOutput' });
		expect(outputs[0]).toMatchObject([{ json: { reason: null }, pairedItem: { item: 0 } }]);
		expect(outputs[1]).toMatchObject([
			{ json: { error: expect.stringContaining('Action ID holds "x"') }, pairedItem: { item: 1 } },
		]);
	});

	it('a credential that differs from item to item', async () => {
		const tenantUrl = `={{ $json.other ?? "${world.url}" }}`;
		const { outputs } = await run(
			{ endpointIds: idsOf('Kiosks')[0] },
			{
				items: [{}, { other: 'https://api-other.example.com' }],
				onError: 'continueRegularOutput',
				credentials: { cortexXdrApi: { ...world.cortexKey('admin'), tenantUrl } },
			},
		);
		expect(outputs[0]).toMatchObject([
			{ json: { reason: null } },
			{ json: { error: expect.stringContaining('The credential of this item is another one') } },
		]);
	});

	it('a credential without a tenant', async () => {
		const { error } = await run(
			{},
			{ credentials: { cortexXdrApi: { ...world.cortexKey('admin'), tenantUrl: '' } } },
		);
		expect(error?.message).toContain('Tenant URL of the Cortex XDR API credential is empty');
	});
});

describe('On Error', () => {
	const broken = {
		path: DOWNLOAD,
		skip: 1,
		times: 1,
		status: 500,
		body: { reply: { err_code: 500, err_msg: 'Broken' } },
	};

	it('Stop Workflow: the error says whose files, and how to get the others', async () => {
		world.simulator.faults.add(broken);
		const { error, json } = await run();
		expect(json).toEqual([]);
		expect(error?.message).toBe('Cortex refused Download Files: Broken');
		expect(error?.description).toContain(`endpoint ${idsOf('Kiosks')[1]} in action 6002`);
		expect(error?.description).toContain('set On Error to Continue');
	});

	it.each([
		['continueRegularOutput' as const, 0],
		['continueErrorOutput' as const, 1],
	])('%s: the other files come out', async (onError, output) => {
		world.simulator.faults.add(broken);
		const { outputs, error } = await run({}, { onError });
		expect(error).toBeUndefined();
		const files = outputs[0].filter(({ binary }) => binary);
		expect(files.map(({ json }) => json.endpoint_id)).toEqual(
			[0, 2].map((at) => idsOf('Kiosks')[at]),
		);
		expect(outputs[output].filter(({ json }) => json.error)).toMatchObject([
			{
				json: {
					error: 'Cortex refused Download Files: Broken',
					details: { status: 500, action_id: '6002', endpoint_id: idsOf('Kiosks')[1] },
				},
				pairedItem: { item: 0 },
			},
		]);
	});

	it('a key that is refused ends it: the files of the others are not asked for', async () => {
		world.simulator.faults.add({ path: DOWNLOAD, times: FOR_GOOD, status: 401 });
		const { outputs } = await run(
			{ endpointIds: idsOf('Kiosks').slice(0, 3) },
			{ onError: 'continueRegularOutput' },
		);
		expect(outputs[0]).toHaveLength(1);
		const details = outputs[0][0].json.details as { description: string };
		expect(details.description).toContain(
			`Not asked for because of this: the files of ${idsOf('Kiosks').slice(1, 3).join(', ')}.`,
		);
		expect(sent()).toEqual([`POST ${DETAILS}`, `GET ${DOWNLOAD}`]);
	});
});

describe('secrets', () => {
	it.each([
		['a page that repeats the request', { status: 500, echo: true, body: '{request}' }],
		[
			'an error that does',
			{ status: 400, echo: true, body: { reply: { err_code: 400, err_msg: 'Bad: {request}' } } },
		],
		['a success that does', { status: 200, echo: true, body: '{request}' }],
		['a redirect', { status: 302, headers: { location: 'https://files.example.com' }, body: '' }],
		['a broken connection', { breakConnection: 'middle' as const }],
	])('%s: no link, no key, no signature', async (_name, rule) => {
		const links = collectLinks(DETAILS);
		world.simulator.faults.add({ path: DOWNLOAD, times: FOR_GOOD, ...rule });
		for (const onError of [undefined, 'continueRegularOutput' as const]) {
			const { error, stored } = await run({ endpointIds: idsOf('Kiosks')[0] }, { onError });
			expectNoLink(links, stored, error?.message, error?.description ?? '');
			expect(stored).not.toContain(world.simulator.keys.admin.key);
			expect(stored).not.toMatch(/authorization["\\: ]+[0-9a-f]{64}/i);
		}
	});

	it('nor in a success', async () => {
		const links = collectLinks(DETAILS);
		const { stored } = await run();
		expectNoLink(links, stored);
	});
});

it('stops at once, in the middle of a download', async () => {
	world.simulator.faults.add({ path: DOWNLOAD, silent: true });
	const stop = new AbortController();
	const before = world.clock.now();
	const running = run({}, { signal: stop.signal, onError: 'continueRegularOutput' });
	const arrived = () =>
		world.simulator.requests.entries.some(({ path }) => path.startsWith(DOWNLOAD));
	while (!arrived()) await turn();
	stop.abort();
	const { json } = await running;
	expect(json.filter(({ reason }) => reason === null)).toEqual([]);
	expect(world.clock.now() - before).toBeLessThan(60_000);
	expect(sent().filter((one) => one === `GET ${DOWNLOAD}`)).toHaveLength(1);
});

describe.each(WAYS)('as a tool, the %s way', (way) => {
	it('a model reads names, sizes and reasons', async () => {
		const { answers } = await askTool(
			world,
			new CortexXdrDownloadFiles(),
			{
				from: 'fileRetrieval',
				actionId: '={{ $fromAI("action_id") }}',
				endpointIds: '',
				binaryProperty: 'data',
			},
			[{ action_id: '6002' }],
			{ way },
		);
		expect(answers[0]).toContain('"file_name":"kiosk-01_6002.zip"');
		expect(answers[0]).toContain('It ended without files (FAILED)');
		expect(answers[0]).not.toContain('UEs');
	});
});

describe('the name of a file', () => {
	it.each([
		['attachment; filename="a b.zip"', 'a b.zip'],
		['attachment; filename=a.zip', 'a.zip'],
		["attachment; filename=x; filename*=UTF-8''%C3%A4.zip", 'ä.zip'],
		['attachment; filename*=UTF-8\'\'%zz; filename="b.zip"', 'b.zip'],
		['attachment; filename="../../etc/passwd"', 'passwd'],
		['attachment; filename="C:\\\\temp\\\\a.zip"', 'a.zip'],
		['attachment; filename="a\u202egpj.zip"', 'agpj.zip'],
		['attachment; filename="a:b?.zip"', 'a_b_.zip'],
		['attachment; filename=".."', '1_e.zip'],
		['attachment; filename="con.zip"', '1_e.zip'],
		['attachment; filename=""', '1_e.zip'],
		['attachment', '1_e.zip'],
		[undefined, '1_e.zip'],
		[`attachment; filename="${'a'.repeat(300)}.zip"`, `${'a'.repeat(116)}.zip`],
	])('of %s', (header, name) => {
		expect(fileName(header, '1', 'e')).toBe(name);
	});
});
