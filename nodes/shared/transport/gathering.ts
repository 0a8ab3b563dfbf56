import {
	NodeApiError,
	NodeOperationError,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';
import { Cancelled, firstOf, passOn } from '../errors';
import type { JsonObject } from '../json';
import { connectionFault } from './connection';
import { cameToNothing, consequencesOf } from './consequences';
import type { StartsWork } from './declarative';
import { failedItem, toNodeError } from './nodeErrors';
import { runKeyOf, type Outcome } from './run';
import { itemsOfOtherCredentials, OTHER_CREDENTIAL } from './sameCredential';
import { secretsOf, type CredentialSecrets } from './secrets';
import { continues, unheard } from './tool';

/*
 * What happens to the items of a node that makes few calls of many items, in order:
 *
 *   1. Each item's parameters are read. Where On Error stops, one that is refused keeps everything from being sent.
 *   2. The node makes its calls of what was read, and may ask the vendor for what it needs to know before.
 *      Where On Error stops, a call that makes no sense keeps all others from being sent, too.
 *   3. The calls are sent one after the other, each once. Where On Error stops, none is sent after one that failed,
 *      and the error says what was started before it, and what was not sent.
 *   4. An item comes out for each call, linked to all items that it was made of; of one that failed, an item for
 *      each of these, so that nobody who asked for something goes without an answer.
 */

/** A call that starts work, made of what one or many input items ask for. */
export interface Start {
	/** The input items, in their order. */
	items: number[];
	/** What it is about, in words: "12 endpoints". */
	about: string;
	/** Why it must not be sent. */
	refusal?: Error;
	/**
	 * Sends it, once.
	 * @returns the json of its output item
	 * @throws {Fault}
	 */
	send(): Promise<JsonObject>;
}

/** What a node does that gathers its items. */
export interface Gathering<Asked> {
	credential: CredentialSecrets;
	startsWork: StartsWork;
	/**
	 * Reads what an input item asks for.
	 * @throws {InputError}
	 */
	read(item: number): Asked;
	/**
	 * Makes the calls. What it throws is the failure of all items.
	 * @throws {InputError}
	 * @throws {Fault}
	 */
	starts(asked: Array<{ item: number; asked: Asked }>): Promise<Start[]>;
}

/** What a run of the node is made of. */
interface Plan {
	starts: Start[];
	refused: Array<{ items: number[]; error: unknown }>;
	/** What the calls came to so far. */
	sent: Map<Start, Outcome<JsonObject>>;
}

/**
 * The plans of runs in which something was sent. n8n runs a node once more where it is to retry on fail, and evaluates
 * its expressions anew: of calls that were made again, nobody could tell which were sent before.
 */
const plans = new WeakMap<object, Plan>();

/** Sends a call, unless it was sent before and may have come to something. */
async function outcomeOf(start: Start, { sent }: Plan): Promise<Outcome<JsonObject>> {
	const earlier = sent.get(start);
	if (earlier && ('result' in earlier || !earlier.unsent)) return earlier;
	if (start.refusal) return { error: start.refusal, unsent: true };
	const outcome = await resultOf(start);
	sent.set(start, outcome);
	return outcome;
}

async function resultOf(start: Start): Promise<Outcome<JsonObject>> {
	try {
		return { result: await start.send() };
	} catch (error) {
		const fault = connectionFault(error);
		const unsafe = consequencesOf(fault).reached === 'maybe';
		return { error, unsafe, unsent: cameToNothing(fault) };
	}
}

const linked = (items: number[]): INodeExecutionData['pairedItem'] =>
	items.length === 1 ? { item: items[0] } : items.map((item) => ({ item }));

/** So many calls that were not sent are named. */
const MOST_NAMED = 10;

/** A call in words: what it is about, and the items it was made of. */
function inWords({ about, items }: Start): string {
	const [first, last] = [items[0], items[items.length - 1]];
	return `${about}, ${first === last ? `item ${first}` : `items ${first} to ${last}`}`;
}

/** What was started before a call that failed, and which calls were not sent because of it. */
function whatElse(
	done: Array<{ start: Start; item: INodeExecutionData }>,
	left: Start[],
	{ describe }: StartsWork,
): string[] {
	const started = done.flatMap(({ start, item }) => {
		const what = describe([item]);
		return what === undefined ? [] : [`${what} (${inWords(start)})`];
	});
	return [
		...(started.length > 0 ? [`Started before this error: ${started.join('; ')}.`] : []),
		...(left.length > 0 ? [`Not sent: ${firstOf(left, MOST_NAMED, '; ', inWords)}.`] : []),
	];
}

async function gathered<Asked>(
	context: IExecuteFunctions,
	{ credential, startsWork, read, starts: startsOf }: Gathering<Asked>,
): Promise<INodeExecutionData[][]> {
	const node = context.getNode();
	const deaf = unheard(context);
	const proceed = continues(context);
	const secrets = await secretsOf(context, credential);
	const output: INodeExecutionData[] = [];
	const fail = async (items: number[], error: unknown, also: string[] = []) => {
		const words = { secrets, also: also.join('\n') };
		if (proceed && !(error instanceof Cancelled)) {
			for (const itemIndex of items) {
				output.push(failedItem(toNodeError(node, error, { ...words, itemIndex }), itemIndex));
			}
			return;
		}
		await passOn(toNodeError(node, error, { ...words, itemIndex: items[0] }));
	};

	/** Reads the items, and makes the calls. */
	const planned = async (): Promise<Plan> => {
		const others = await itemsOfOtherCredentials(context, credential);
		const asked: Array<{ item: number; asked: Asked }> = [];
		const refused: Plan['refused'] = [];
		const refuse = async (items: number[], error: unknown) => {
			await fail(items, error);
			refused.push({ items, error });
		};
		for (const item of context.getInputData().keys()) {
			try {
				if (deaf) throw deaf;
				if (others.has(item)) throw OTHER_CREDENTIAL;
				asked.push({ item, asked: read(item) });
			} catch (error) {
				await refuse([item], error);
			}
		}
		try {
			const starts = asked.length > 0 ? await startsOf(asked) : [];
			return { starts, refused, sent: new Map() };
		} catch (error) {
			const items = asked.map(({ item }) => item);
			await refuse(items, error);
			return { starts: [], refused, sent: new Map() };
		}
	};

	const key = runKeyOf(context);
	const earlier = plans.get(key);
	for (const { items, error } of earlier?.refused ?? []) await fail(items, error);
	const plan = earlier ?? (await planned());
	const { starts } = plan;
	const refused = starts.find(({ refusal }) => refusal);
	if (refused && !proceed) await fail(refused.items, refused.refusal);
	// Before that, nothing was sent, and the next try may well read and look anew.
	if (starts.some(({ refusal }) => !refusal)) plans.set(key, plan);
	const done: Array<{ start: Start; item: INodeExecutionData }> = [];
	for (const [index, start] of starts.entries()) {
		const outcome = await outcomeOf(start, plan);
		if ('result' in outcome) {
			const item = { json: outcome.result, pairedItem: linked(start.items) } as INodeExecutionData;
			done.push({ start, item });
			output.push(item);
			continue;
		}
		const unknown = outcome.unsafe ? [startsWork.unknown] : [];
		const stops = !proceed || outcome.error instanceof Cancelled;
		const else_ = stops ? whatElse(done, starts.slice(index + 1), startsWork) : [];
		await fail(start.items, outcome.error, [...unknown, ...else_]);
	}
	return [output];
}

/**
 * The one way in which a node sends that makes calls of all its items.
 *
 * Where On Error says to continue, every input item comes out, whatever happens: n8n itself would hand the input on as
 * if it had succeeded.
 *
 * @returns the node's output
 * @throws {NodeApiError | NodeOperationError} where On Error stops, or the execution was stopped
 */
export async function gather<Asked>(
	context: IExecuteFunctions,
	gathering: Gathering<Asked>,
): Promise<INodeExecutionData[][]> {
	try {
		return await gathered(context, gathering);
	} catch (error) {
		const told = error instanceof NodeApiError || error instanceof NodeOperationError;
		const secrets = await secretsOf(context, gathering.credential);
		const failure = toNodeError(context.getNode(), error, { secrets });
		if (told || !continues(context)) throw failure;
		return [context.getInputData().map((_, item) => failedItem(failure, item))];
	}
}
