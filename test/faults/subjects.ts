import type { INodeType } from 'n8n-workflow';
import { operations } from '../operations';
import type { Behaviour, Subject as Request } from '../operations/operation';
import { triggers } from './triggers';

/** A request of the package that things go wrong with, and the node that sends it. */
export interface Subject extends Request {
	node: new () => INodeType;
}

export type SubjectName = string;

/** Every node of the package, and whatever else of it sends a request of its own. */
export const subjects: Readonly<Record<SubjectName, Subject>> = Object.fromEntries(
	[...operations, ...triggers].flatMap(({ node, faults }) =>
		Object.entries(faults).map(([name, subject]) => [name, { ...subject, node }]),
	),
);

export const subjectNames = Object.keys(subjects);

/** Those that behave alike when things go wrong. */
export const behavingAs = (behaviour: Behaviour): SubjectName[] =>
	subjectNames.filter((name) => subjects[name].behaves === behaviour);

/** An item without what differs from run to run. */
export function steady(
	item: Record<string, unknown>,
	{ varies = [] }: Request,
): Record<string, unknown> {
	return Object.fromEntries(Object.entries(item).filter(([name]) => !varies.includes(name)));
}
