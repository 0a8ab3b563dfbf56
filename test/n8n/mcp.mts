/*
 * A client of n8n's MCP servers, the trigger of that name and that of the whole instance, with nothing more of the protocol
 * than it takes to call a tool.
 */
import { waitUntil } from '../../demo/processes.mts';
import { fetchWhenReady } from '../../demo/rest.mts';

const MINUTE = 60_000;

export interface Tool {
	name: string;
	description: string;
	inputSchema: { properties: Record<string, { type: string; description?: string }> };
}

/** What a tool has answered. */
export interface Answer {
	isError?: boolean;
	text: string;
}

export interface McpClient {
	tools: Tool[];
	/** @param timeoutMs how long the answer may take; a minute unless given */
	call: (name: string, args: Record<string, unknown>, timeoutMs?: number) => Promise<Answer>;
}

/**
 * Connects to an MCP server, as soon as it answers.
 * @param key where the server asks for one
 */
export async function connectMcp(url: string, key?: string): Promise<McpClient> {
	let session = '';

	/** One message to the server, and its answer. */
	async function ask<T>(method: string, params: object = {}, timeoutMs = MINUTE): Promise<T> {
		const init = {
			method: 'POST',
			headers: {
				'content-type': 'application/json',
				accept: 'application/json, text/event-stream',
				...(session && { 'mcp-session-id': session }),
				...(key !== undefined && { authorization: `Bearer ${key}` }),
			},
			body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
		};
		const { response, text } = await fetchWhenReady(url, init, timeoutMs);
		if (!response.ok) throw new Error(`${method}: ${response.status} ${text}`);
		session = response.headers.get('mcp-session-id') ?? session;
		const data = /^data: (.+)$/m.exec(text)?.[1] ?? text;
		return (JSON.parse(data) as { result: T }).result;
	}

	await waitUntil(
		() =>
			ask('initialize', {
				protocolVersion: '2025-03-26',
				capabilities: {},
				clientInfo: { name: 'test', version: '1' },
			}).catch(() => undefined),
		MINUTE,
		'The MCP server does not answer.',
	);
	const { tools } = await ask<{ tools: Tool[] }>('tools/list');
	return {
		tools,
		call: async (name, args, timeoutMs) => {
			const params = { name, arguments: args };
			const { content, isError } = await ask<{
				isError?: boolean;
				content: Array<{ text: string }>;
			}>('tools/call', params, timeoutMs);
			return { isError, text: content.map((part) => part.text).join('\n') };
		},
	};
}
