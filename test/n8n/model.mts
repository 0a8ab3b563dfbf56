/* A model that follows a script, over OpenAI's HTTP interface: what it is told is what a real one would be told. */
import fastify from 'fastify';

import { LOOPBACK } from '../../demo/ports.mts';

/**
 * One call of a tool. In its arguments, a text such as `$0.action_id` stands for that field of the first item that the
 * first call gave.
 */
export interface ToolCall {
	tool: string;
	args: Record<string, unknown>;
}

interface Message {
	role: string;
	content?: unknown;
}

interface Question {
	messages: Message[];
	stream?: boolean;
	tools?: Array<{ function: { name: string; description?: string } }>;
}

export interface Model {
	url: string;
	/** What was asked, one after the other. */
	asked: Question[];
	close: () => Promise<void>;
}

/** The text of a message, whose content may be a list of parts. */
const textOf = ({ content }: Message): string =>
	Array.isArray(content)
		? content.map((part: { text?: string }) => part.text ?? '').join('')
		: String(content ?? '');

/** A field of the first item that an earlier call gave; the text itself where it names none. */
function resolved(value: unknown, answers: string[]): unknown {
	const [, call, field] = /^\$(\d+)\.(\w+)$/.exec(String(value)) ?? [];
	if (call === undefined) return value;
	const given = JSON.parse(answers[Number(call)]) as unknown;
	const [first] = [given].flat() as Array<Record<string, unknown>>;
	return first[field];
}

const PROMPT = /script:(\[.*\])/s;

/** The text to give an agent so that the model makes these calls, and then repeats what those of its last turn answered. */
export const promptFor = (calls: Array<ToolCall | ToolCall[]>): string =>
	`script:${JSON.stringify(calls)}`;

/** Starts the model. It keeps nothing between two questions, so it goes on where the conversation stands. */
export async function startModel(): Promise<Model> {
	const server = fastify({ logger: false, bodyLimit: 50_000_000 });
	const asked: Question[] = [];
	server.post('/v1/chat/completions', (request, reply) => {
		const question = request.body as Question;
		asked.push(question);
		const prompt = question.messages.map(textOf).find((text) => PROMPT.test(text)) ?? 'script:[]';
		const calls = JSON.parse(PROMPT.exec(prompt)![1]) as Array<ToolCall | ToolCall[]>;
		const answers = question.messages.filter(({ role }) => role === 'tool').map(textOf);
		// Calls of one turn are a list.
		const turns = calls.map((turn) => [turn].flat());
		let place = 0;
		const next = turns.find((turn) => (place += turn.length) > answers.length);
		const message = next
			? {
					role: 'assistant',
					content: null,
					tool_calls: next.map(({ tool, args }, index) => ({
						id: `call_${answers.length + index}`,
						type: 'function',
						function: {
							name: tool,
							arguments: JSON.stringify(
								Object.fromEntries(
									Object.entries(args).map(([name, value]) => [name, resolved(value, answers)]),
								),
							),
						},
					})),
				}
			: {
					role: 'assistant',
					content: `I was told: ${answers.slice(-(turns.at(-1)?.length ?? 1)).join('\n')}`,
				};
		const finish_reason = next ? 'tool_calls' : 'stop';
		if (question.stream) {
			// The whole answer in one piece, for older agents.
			const { tool_calls, ...rest } = message as { tool_calls?: object[] };
			const delta = {
				...rest,
				...(tool_calls && { tool_calls: tool_calls.map((one, index) => ({ index, ...one })) }),
			};
			const chunk = (part: object) =>
				`data: ${JSON.stringify({ id: `chatcmpl-${asked.length}`, object: 'chat.completion.chunk', created: 1, model: 'scripted', choices: [{ index: 0, ...part }] })}\n\n`;
			return reply
				.type('text/event-stream')
				.send(
					`${chunk({ delta, finish_reason: null })}${chunk({ delta: {}, finish_reason })}data: [DONE]\n\n`,
				);
		}
		return {
			id: `chatcmpl-${asked.length}`,
			object: 'chat.completion',
			created: 1,
			model: 'scripted',
			choices: [{ index: 0, message, finish_reason }],
			usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
		};
	});
	const url = await server.listen({ host: LOOPBACK, port: 0 });
	return { url, asked, close: () => server.close() };
}
