import type { IExecuteFunctions } from 'n8n-workflow';
import type { Plan } from './job';

/** Seconds that n8n lets an execution live at most, where nobody has set anything else. */
const DEFAULT_MAX = 3600;

/**
 * Seconds of the timeouts of the n8n that this runs in: the one that holds where a workflow has none, and the longest
 * that a workflow may have. `undefined` where n8n does not let nodes see its settings, as is its default.
 */
function instanceTimeouts(
	context: IExecuteFunctions,
): { usual: number; longest: number } | undefined {
	const setting = (name: string, otherwise: number) => {
		const value = context.evaluateExpression(`{{ $env.${name} }}`, 0);
		const number = Number(value);
		return (value ?? '') !== '' && Number.isFinite(number) ? number : otherwise;
	};
	try {
		return {
			usual: setting('EXECUTIONS_TIMEOUT', -1),
			longest: setting('EXECUTIONS_TIMEOUT_MAX', DEFAULT_MAX),
		};
	} catch {
		return undefined;
	}
}

/** The workflow's own timeout in seconds; `undefined` where it has none, or where n8n is too old to tell. */
function ownTimeout(context: Partial<Pick<IExecuteFunctions, 'getWorkflowSettings'>>) {
	return context.getWorkflowSettings?.().executionTimeout;
}

/**
 * Seconds after which n8n ends an execution of this workflow, as far as a node can see it; `undefined` where it
 * does not, or nobody can say.
 */
export function secondsUntilEnded(context: IExecuteFunctions): number | undefined {
	const instance = instanceTimeouts(context);
	const seconds = ownTimeout(context) ?? instance?.usual ?? 0;
	return seconds > 0 ? Math.min(seconds, instance?.longest ?? seconds) : undefined;
}

const inWords = (seconds: number) =>
	seconds < 120 ? `${Math.round(seconds)} seconds` : `${Math.round(seconds / 60)} minutes`;

/**
 * What to say before a wait that n8n's own timeout would cut off; `undefined` where it would not.
 * @param limit seconds after which n8n ends the execution, if it does
 */
export function tooLongFor(limit: number | undefined, { jobs }: Plan): string | undefined {
	const longest = Math.max(...jobs.map(({ settings }) => settings.timeout));
	if (limit === undefined || jobs.length === 0 || longest <= limit) return undefined;
	return `n8n ends an execution of this workflow after ${inWords(limit)}, but this node may wait ${inWords(longest)}. Except in queue mode, that counts the time for which a wait is parked. Raise or turn off the timeout in the workflow's settings (or EXECUTIONS_TIMEOUT), or lower Timeout of this node.`;
}

/**
 * What to say of a wait that was stopped: n8n does not tell a node whether a person or a timeout did it.
 * @param limit seconds after which n8n ends the execution, if it does
 */
export const endedAfter = (limit: number | undefined): string | undefined =>
	limit === undefined
		? undefined
		: `If nobody stopped it: n8n ends an execution of this workflow after ${inWords(limit)}.`;
