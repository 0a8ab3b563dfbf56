import { QualysSearchScriptJobs } from '../nodes/QualysSearchScriptJobs/QualysSearchScriptJobs.node';
import { createWorld } from './support/world';
it('works', async () => {
	const world = await createWorld();
	let t = Date.now();
	const r = await world.run(new QualysSearchScriptJobs(), {});
	console.log(Date.now() - t, r.error, r.json.length, r.json[0], r.bodies);
	console.log(world.requests());
	for (const simplify of [true, false]) {
	t = Date.now();
	const all = await world.run(new QualysSearchScriptJobs(), { returnAll: true, simplify });
	console.log(Date.now() - t, all.error, all.json.length, new Set(all.json.map((j) => j.id)).size, world.requests().length);
	}
	t = Date.now();
	const v1 = await world.run(new QualysSearchScriptJobs(), { apiVersion: 'v1', limit: 120, simplify: false });
	console.log(Date.now() - t, v1.error, v1.json.length, v1.json[0], v1.bodies);
	await world.close();
});
