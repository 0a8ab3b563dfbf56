import { checkTenant, type Finding, type Report } from '../../tenant/check';
import { CORTEX } from '../../tenant/cortex';
import type { Known, Tenant, Vendor } from '../../tenant/probe';
import { cortexTenant, qualysTenant, type Fields } from '../../tenant/send';
import { seededIds } from '../../simulator/cortex/seededJobs';
import type { World } from '../support/world';

/** Ids of what the simulator knows from the start. */
export const IDS: Known = {
	action: seededIds.finishedScan,
	scriptAction: seededIds.scriptWithFiles,
	filesAction: seededIds.finishedRetrieval,
	importJob: seededIds.importCompleted,
	query: seededIds.finishedQuery,
};

/** The world's simulator, as its admin sees it. */
export const tenantOf = async (
	{ cortexKey, qualysUser }: World,
	vendor: Vendor,
): Promise<Tenant> =>
	vendor === CORTEX
		? await cortexTenant(cortexKey('admin') as Fields)
		: await qualysTenant(qualysUser('admin') as Fields);

/** Checks the world's simulator. */
export async function check(world: World, vendor: Vendor, ids: Known = IDS): Promise<Report> {
	return await checkTenant(vendor, await tenantOf(world, vendor), ids);
}

/** What came of a call, by its name. */
export function findingOf({ findings }: Report, name: string): Finding {
	const found = findings.find((one) => one.name === name);
	if (!found) throw new Error(`${name} is none of ${findings.map((one) => one.name).join(', ')}`);
	return found;
}

/** Differences, a line each. */
export const lines = ({ deviations }: Finding) =>
	deviations.map(({ path, says, harmful }) => `${harmful ? 'harmful: ' : ''}${path} ${says}`);

/** The id of a query that has found 2,500 rows, so that they come as a stream. */
export function longQuery(world: World): string {
	const id = world.simulator.cortex.queries.start({ query: 'dataset = test_rows | limit 2500' });
	world.clock.advance(60_000);
	return id;
}
