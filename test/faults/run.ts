import type { IDataObject, NodeApiError } from 'n8n-workflow';
import { createSimulator, type FaultRule } from '../../simulator/server';
import type { Credentials, EngineOptions, EngineResult } from '../support/engine';
import { FakeClock } from '../support/fakeClock';
import { Polled } from '../support/trigger';
import { waitFor } from '../support/wait';
import { createWorld, credentialTypes, type World } from '../support/world';
import {
	documentedAnswer,
	general,
	ruleOf,
	wrongAnswer,
	type Fault,
	type FaultName,
	type Place,
	type Wrong,
} from './faults';
import { subjects, type Subject, type SubjectName } from './subjects';

/** A subject and what goes wrong with it. */
export type Cell = { of: SubjectName } & ({ fault: FaultName } | { field: string; is: Wrong });

/** What became of a cell. */
export interface Outcome {
	result: EngineResult;
	/** Requests that met the fault, or would have. */
	requests: number;
	/** Requests to the login on the way to a search. */
	logins: number;
	/** Seconds that passed on the fake clock. */
	seconds: number;
	/** Faults that were to happen once, and did not. */
	unmet: FaultRule[];
	/** Everything that was sent and that nobody may read. */
	secrets: string[];
}

type OnError = EngineOptions['onError'];

const LOGIN = '/auth';

/** As long as an answer may take where others, which do come, have no more time either. */
const PATIENCE_WITH_OTHERS = 1_500;

/** Longer than any wait or token outlives a cell. */
const BETWEEN_CELLS_MS = 3_600_000;

/** How long an answer may take where the user cannot set it, in real milliseconds. */
export const patience: { milliseconds?: number } = {};

/** The headers that sign each request, as the credentials give them to n8n. */
const signatures: string[] = [];
for (const type of credentialTypes) {
	const { authenticate } = type;
	type.authenticate = async (credentials, request) => {
		const signed = await authenticate.call(type, credentials, request);
		signatures.push(String(signed.headers?.Authorization).replace(/^Bearer /, ''));
		return signed;
	};
}

/** How many logins there have been so far. */
let logins = 0;

/** A place to run cells in. */
export interface Bench {
	world: World;
	/** Another host; whatever comes there was meant for the world. */
	elsewhere: { url: string; requests(): number };
	/** Where nobody listens. */
	nowhere: string;
	close(): Promise<void>;
}

/** An address where nobody listens, nor will: below the ports that systems give to connections. */
async function unusedUrl(): Promise<string> {
	for (;;) {
		const gone = await createSimulator({ clock: new FakeClock().forSimulator(), endpoints: 1 });
		try {
			return await gone.listen(20_000 + Math.floor(Math.random() * 12_000));
		} catch {
			// In use: another one.
		} finally {
			await gone.close();
		}
	}
}

/** Vendors, another host, and a host that is gone. */
export async function createBench(): Promise<Bench> {
	const small = { endpoints: 60, scriptJobs: 60 };
	const world = await createWorld(small);
	const other = await createSimulator({ clock: world.clock, ...small });
	const [url, nowhere] = await Promise.all([other.listen(), unusedUrl()]);
	return {
		world,
		elsewhere: { url, requests: () => other.requests.entries.length },
		nowhere,
		async close() {
			await other.close();
			await world.close();
		},
	};
}

/** n8n sends items to the error output by this key, also those that a parked wait brings back. */
function withErrorOutput(result: EngineResult): EngineResult {
	const [items = []] = result.outputs;
	const failed = ({ json }: (typeof items)[number]) => json.error !== undefined;
	return { ...result, outputs: [items.filter((item) => !failed(item)), items.filter(failed)] };
}

/** A poll of a trigger, as if it were a run of a node. */
async function polledOnce(trigger: Polled): Promise<EngineResult> {
	const rest = { hints: [], bodies: [] };
	try {
		const json = await trigger.pollAnew();
		const outputs = [json.map((one) => ({ json: one as IDataObject }))];
		return { ...rest, status: 'success', json, outputs, stored: JSON.stringify(trigger.stored) };
	} catch (thrown) {
		const error = thrown as NodeApiError;
		const stored = JSON.stringify([error, trigger.stored]);
		return { ...rest, status: 'error', json: [], outputs: [], error, stored };
	}
}

/** A run of a subject with these rules in its way. */
async function run(
	{ world, nowhere, elsewhere }: Bench,
	name: SubjectName,
	rulesAt: (place: Place) => FaultRule[],
	onError: OnError,
	{ unreachable, patience: patient }: Fault,
): Promise<Outcome> {
	const { node, parameters, path, timeoutOption, asksOthers, parkedBy, polled }: Subject =
		subjects[name];
	const milliseconds = patient && asksOthers ? PATIENCE_WITH_OTHERS : patient;
	world.clock.advance(BETWEEN_CELLS_MS - (world.clock.now() % 1000));
	// Fresh ones, and a login for which no earlier cell has left a token.
	world.simulator.users.admin.password = `Pass+word&%${(logins += 1)}`;
	const credentialsAt = (url: string): Credentials => ({
		cortexXdrApi: { ...world.cortexKey('admin'), tenantUrl: url },
		qualysGatewayApi: { ...world.qualysUser('admin'), gatewayUrl: url },
	});
	const credentials = credentialsAt(unreachable ? nowhere : world.url);
	const given = parameters(world);
	if (milliseconds && timeoutOption) given.requestOptions = { timeout: milliseconds };
	let start = 0;
	const begin = () => {
		start = world.clock.now();
		patience.milliseconds = timeoutOption ? undefined : milliseconds;
		for (const rule of rulesAt({ now: start, elsewhere: elsewhere.url })) {
			world.simulator.faults.add(rule);
		}
		world.requests();
		signatures.length = 0;
	};
	try {
		let result: EngineResult;
		if (parkedBy) {
			world.simulator.faults.add({ ...parkedBy, status: 200, times: 1 });
			const options = { credentials: credentialsAt(world.url), onError };
			const later = { brokenRounds: { credentials }, onFirstRound: begin, waits: node };
			const waited = await waitFor(world, given, { ...options, ...later });
			if (waited.parked.length === 0) throw new Error('It was not parked');
			result = onError === 'continueErrorOutput' ? withErrorOutput(waited) : waited;
		} else if (polled) {
			const own = { ...world, credentials: credentialsAt(world.url) };
			const trigger = new Polled(own, new node(), given);
			await polled(world, trigger);
			own.credentials = credentials;
			begin();
			result = await polledOnce(trigger);
		} else {
			begin();
			result = await world.run(new node(), given, { credentials, onError });
		}
		const sent = world.requests().map((entry) => entry.path);
		const faulty = sent.filter((one) => one.startsWith(path));
		return {
			result,
			requests: faulty.length,
			logins: path === LOGIN ? 0 : sent.filter((one) => one === LOGIN).length,
			seconds: (world.clock.now() - start) / 1000,
			unmet: world.simulator.faults.list().filter(({ times }) => times === 1),
			secrets: [
				String(credentials.cortexXdrApi.apiKey),
				String(credentials.qualysGatewayApi.password),
				...signatures,
			],
		};
	} finally {
		world.simulator.faults.clear();
		patience.milliseconds = undefined;
	}
}

/** What a subject gives when nothing goes wrong. */
export async function undisturbed(bench: Bench, name: SubjectName): Promise<Outcome> {
	return await run(bench, name, () => [], undefined, {});
}

/** What a subject gives for its documented reply. */
export async function asDocumented(bench: Bench, name: SubjectName): Promise<Outcome> {
	return await run(bench, name, () => [documentedAnswer(subjects[name])], undefined, {});
}

/** What becomes of a cell. */
export async function runCell(bench: Bench, cell: Cell, onError?: OnError): Promise<Outcome> {
	const subject = subjects[cell.of];
	if ('field' in cell) {
		return await run(
			bench,
			cell.of,
			() => [wrongAnswer(subject, cell.field, cell.is)],
			onError,
			{},
		);
	}
	const rules = (place: Place) => ruleOf(cell.fault, subject, place);
	return await run(bench, cell.of, rules, onError, general[cell.fault]);
}
