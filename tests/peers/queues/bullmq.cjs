// bullmq over ioredis: bulk adds, one worker with many places.
const { Queue, Worker } = require("bullmq");

const CONCURRENCY = 100;
const QUEUE = "none";

exports.open = async (path) => {
  const queue = new Queue(QUEUE, { connection: { path } });
  await queue.waitUntilReady();
  return {
    add: (tasks) => {
      const timestamp = Date.now();
      const options = (due) => ({ removeOnComplete: true, timestamp, delay: due ? due - timestamp : 0 });
      return queue.addBulk(tasks.map(({ due, payload }) => ({ name: "none", data: payload, opts: options(due) })));
    },
    work: async (called) => {
      let [begun, completed] = [0, 0];
      let tell = () => {};
      const worker = new Worker(
        QUEUE,
        async (job) => {
          ++begun;
          called(job.data);
        },
        { connection: { path, maxRetriesPerRequest: null }, concurrency: CONCURRENCY },
      );
      worker.on("error", (error) => console.error(error));
      worker.on("completed", () => {
        if (++completed === begun) tell();
      });
      await worker.waitUntilReady();
      return {
        settled: () =>
          new Promise((resolve) => {
            tell = resolve;
            if (completed === begun) resolve();
          }),
        stop: () => worker.close(true),
      };
    },
    left: async () => {
      const counts = await queue.getJobCounts();
      return Object.values(counts).reduce((sum, n) => sum + n, 0);
    },
    close: () => queue.close(),
  };
};
