export const benchReliability = async (_: { quick: boolean }): Promise<void> => {}
