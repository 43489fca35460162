export const handler = () => Promise.resolve({ batchItemFailures: [] });
