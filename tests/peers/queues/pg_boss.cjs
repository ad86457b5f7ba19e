// pg-boss: insert, fetch and complete in batches.
const { PgBoss } = require("pg-boss");

const BATCH = 2000;
const LOOPS = 2;
const QUEUE = "none";

exports.open = async (connectionString) => {
  const boss = new PgBoss({ connectionString, supervise: false, schedule: false });
  boss.on("error", (error) => console.error(error));
  await boss.start();
  await boss.createQueue(QUEUE);
  return {
    add: (tasks) => boss.insert(QUEUE, tasks.map(({ due, payload }) => ({ data: payload, startAfter: due && new Date(due) }))),
    work: async (called, what) => {
      if (what === "late") {
        const options = { batchSize: BATCH, pollingIntervalSeconds: 0.5 }; // there is no shorter one
        const id = await boss.work(QUEUE, options, async (jobs) => jobs.forEach((job) => called(job.data)));
        return { settled: async () => {}, stop: () => boss.offWork(QUEUE, { id }) };
      }
      const loop = async () => {
        for (;;) {
          const jobs = await boss.fetch(QUEUE, { batchSize: BATCH });
          if (jobs.length === 0) return;
          jobs.forEach((job) => called(job.data));
          await boss.complete(QUEUE, jobs.map((job) => job.id));
        }
      };
      const loops = Array.from({ length: LOOPS }, loop);
      return { settled: () => Promise.all(loops), stop: async () => {} };
    },
    left: async () => {
      const { rows } = await boss.getDb().executeSql("SELECT count(*)::int AS n FROM pgboss.job WHERE state < 'completed'");
      return rows[0].n;
    },
    close: () => boss.stop({ graceful: false }),
  };
};
