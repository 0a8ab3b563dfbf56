import type { JsonObject } from '../json';

/** What is asked for. */
export type Isolation = 'isolate' | 'unisolate';

/** Endpoints whose connection is lost for the moment. */
export type Offline = 'send' | 'leaveOut';

/** What becomes of one endpoint. */
export interface Decision {
	result: 'sent' | 'alreadyDone' | 'underWay' | 'leftOut';
	/** Why, in words; null where there is nothing to say. */
	reason: string | null;
}

/** An endpoint, as far as this depends on it: the vendor's words, in upper case; empty where there is none. */
export interface EndpointState {
	isolated: string;
	connection: string;
}

const sent = (reason: string | null = null): Decision => ({ result: 'sent', reason });
const leftOut = (reason: string): Decision => ({ result: 'leftOut', reason });

/** Of an endpoint that is disconnected, where the user wants those left out. */
export const LEFT_OUT_BY_CHOICE = leftOut('It is disconnected.');

/** Of an endpoint that another action of the same run is about. */
export const PART_OF_ANOTHER = leftOut(
	'Another item of this run names it, too: what became of it stands there.',
);

/** What the state of isolation decides, whatever else there is; for a word without a line here, nothing. */
const BY_ISOLATION: Readonly<Record<Isolation, ReadonlyMap<string, Decision>>> = {
	isolate: new Map<string, Decision>([
		['AGENT_ISOLATED', { result: 'alreadyDone', reason: 'It is isolated already.' }],
		['AGENT_PENDING_ISOLATION', { result: 'underWay', reason: 'It is being isolated already.' }],
		[
			'AGENT_PENDING_ISOLATION_CANCELLATION',
			leftOut('Its isolation is being lifted: wait until that has ended, then isolate it.'),
		],
	]),
	unisolate: new Map<string, Decision>([
		['AGENT_UNISOLATED', { result: 'alreadyDone', reason: 'It is not isolated.' }],
		[
			'AGENT_PENDING_ISOLATION_CANCELLATION',
			{
				result: 'underWay',
				reason: 'Its isolation is being lifted already.',
			},
		],
		[
			'AGENT_PENDING_ISOLATION',
			leftOut('It is being isolated: wait until that has ended, then unisolate it.'),
		],
	]),
};

/** What the connection of the agent decides. */
const BY_CONNECTION: ReadonlyMap<string, Readonly<Record<Offline, Decision>>> = new Map([
	[
		'DISCONNECTED',
		{
			send: sent('It is disconnected: this takes effect when it returns.'),
			leaveOut: LEFT_OUT_BY_CHOICE,
		},
	],
	[
		'LOST',
		{
			send: leftOut('The connection to its agent is lost.'),
			leaveOut: leftOut('The connection to its agent is lost.'),
		},
	],
	[
		'UNINSTALLED',
		{
			send: leftOut('Its agent is uninstalled.'),
			leaveOut: leftOut('Its agent is uninstalled.'),
		},
	],
]);

/**
 * What becomes of an endpoint that is to be isolated or unisolated: nobody's machine is isolated twice, nor while the
 * opposite is under way.
 *
 * A word that the vendor does not document decides nothing: then it is sent, and the vendor decides.
 */
export function decide(
	what: Isolation,
	endpoint: EndpointState | undefined,
	offline: Offline,
): Decision {
	if (!endpoint)
		return leftOut(
			'No endpoint of the tenant has this id. To go by hostname, use Search Endpoints.',
		);
	return (
		BY_ISOLATION[what].get(endpoint.isolated) ??
		BY_CONNECTION.get(endpoint.connection)?.[offline] ??
		sent()
	);
}

/** A row of the output: an endpoint and what became of it. */
export interface IsolationRow extends JsonObject, Decision {
	endpoint_id: string;
	/** Null where it is not known. */
	endpoint_name: string | null;
	/** The vendor's word for its isolation before; null where nobody looked, or there was none. */
	before: string | null;
}
