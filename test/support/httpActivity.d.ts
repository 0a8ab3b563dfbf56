export declare const activity: { underWay: number };
export declare const turn: () => Promise<void>;
