// graphile-worker as its page on performance says: a local queue, completions in batches, prepared statements.
const { Logger, makeWorkerUtils, run } = require("graphile-worker");

const logger = new Logger(() => () => {});

exports.open = async (connectionString) => {
  const utils = await makeWorkerUtils({ connectionString, logger });
  await utils.migrate();
  return {
    add: (tasks) =>
      utils.addJobs(tasks.map(({ due, payload }) => ({ identifier: "none", payload, runAt: due && new Date(due) }))),
    work: async (called, what) => {
      const tuned = { localQueue: { size: 5000 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 };
      const runner = await run({
        taskList: { none: async (payload) => called(payload) },
        noHandleSignals: true,
        parsedCronItems: [],
        preset: {
          worker: {
            connectionString,
            logger,
            concurrentJobs: 20,
            maxPoolSize: 10,
            preparedStatements: true,
            // What is due later is found by polling alone.
            pollInterval: what === "late" ? 20 : 2000,
            ...(what === "late" ? {} : tuned),
          },
        },
      });
      // Stopping waits for completions that are not written yet.
      return { settled: () => runner.stop(), stop: async () => {} };
    },
    left: () =>
      utils.withPgClient(async (client) => {
        const { rows } = await client.query("SELECT count(*)::int AS n FROM graphile_worker.jobs");
        return rows[0].n;
      }),
    close: () => utils.release(),
  };
};
