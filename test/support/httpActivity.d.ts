export declare const activity: { underWay: number; hosts: Set<string> };
export declare const turn: () => Promise<void>;
