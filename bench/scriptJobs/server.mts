import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { CannedPage } from './pages.mts';
import { SEARCH_PATH } from './request.mts';

export interface ServerAddress {
	url: string;
	/** What both ways of signing in end up with. */
	token: string;
}

export interface PageServer extends ServerAddress {
	/** Ids of all jobs on the pages. */
	ids: string[];
	counted: { requests: number; connections: number };
	close(): void;
}

interface Row {
	sortValues: unknown[];
	data: { id: string };
}

/** As long as a real one. */
const TOKEN = 'e'.repeat(600);

async function bodyOf(request: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks).toString();
}

const keyOf = (pageSize: unknown, searchAfter: unknown) =>
	JSON.stringify([pageSize, searchAfter ?? null]);

/**
 * Serves one search from memory: a page is a buffer that is found by its request, so that next to nothing of the
 * time that is measured is the server's.
 */
export async function servePages(pages: CannedPage[]): Promise<PageServer> {
	const answers = new Map<string, Buffer>();
	const ids = new Set<string>();
	for (const { pageSize, searchAfter, answer } of pages) {
		answers.set(keyOf(pageSize, searchAfter), Buffer.from(answer));
		const { list } = (JSON.parse(answer) as { body: { list: Row[] } }).body;
		for (const { data } of list) ids.add(data.id);
	}
	const counted = { requests: 0, connections: 0 };

	const answer = async (request: IncomingMessage, response: ServerResponse) => {
		const send = (status: number, type: string, body: string | Buffer) =>
			response.writeHead(status, { 'Content-Type': type, 'Content-Length': body.length }).end(body);
		const body = await bodyOf(request);
		if (request.url === '/auth') return send(201, 'text/plain', TOKEN);
		if (request.headers.authorization !== `Bearer ${TOKEN}`)
			return send(401, 'application/json', '{"message":"JWT expired"}');
		counted.requests += 1;
		const { pageSize, searchAfter } = JSON.parse(body) as Record<string, unknown>;
		const page = answers.get(keyOf(pageSize, searchAfter));
		if (request.url !== SEARCH_PATH || !page)
			return send(400, 'application/json', '{"errorCode":"400","message":"No such page"}');
		return send(200, 'application/json', page);
	};

	// A variant takes longer than the default of 5 seconds between two runs of the floor.
	const server = createServer({ keepAliveTimeout: 3_600_000 }, (request, response) => {
		void answer(request, response);
	});
	server.on('connection', () => {
		counted.connections += 1;
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}`,
		token: TOKEN,
		ids: [...ids],
		counted,
		close() {
			server.close();
			server.closeAllConnections();
		},
	};
}
