// What bench/queue measures of another queue, of each the same way; ./QUEUE.cjs says how that queue is used.
//
//   node bench.cjs QUEUE WHERE rate TASKS BATCH     {"create": seconds, "work": seconds}
//   node bench.cjs QUEUE WHERE late TASKS SECONDS   {"late": [milliseconds of each task]}
const { performance } = require("node:perf_hooks");

const LONGEST = 300_000; // milliseconds, for all tasks of a run
const HEAD_START = 2_000; // milliseconds until the first task is due

const now = () => performance.timeOrigin + performance.now(); // finer than Date.now()

/// As large as what bench/queue.cc gives a task.
const payload = (number) => ({ number, text: "x".repeat(80) });

/// Resolves with the `count`-th call of what it returns first.
function countdown(count, what) {
  let call;
  const all = new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${what}: not all within ${LONGEST} ms`)), LONGEST);
    call = () => {
      if (--count > 0) return;
      clearTimeout(timer);
      resolve();
    };
  });
  return [call, all];
}

async function addAll(queue, tasks, batch) {
  for (let first = 0; first < tasks.length; first += batch) await queue.add(tasks.slice(first, first + batch));
}

async function rate(queue, count, batch) {
  const tasks = Array.from({ length: count }, (_, number) => ({ payload: payload(number) }));
  const began = now();
  await addAll(queue, tasks, batch);
  const created = now();
  let first;
  const [called, all] = countdown(count, "work");
  const work = await queue.work(() => {
    first ??= now(); // not what it takes to start a worker
    called();
  }, "rate");
  await all;
  await work.settled();
  const worked = now();
  await work.stop();
  const left = await queue.left();
  if (left !== 0) throw new Error(`${left} tasks are left`);
  return { create: (created - began) / 1000, work: (worked - first) / 1000 };
}

async function late(queue, count, seconds) {
  const found = [];
  const [called, all] = countdown(count, "late");
  const work = await queue.work((task) => {
    found.push(now() - task.due);
    called();
  }, "late");
  const begin = Date.now() + HEAD_START;
  const tasks = Array.from({ length: count }, (_, number) => {
    const due = begin + Math.floor(Math.random() * seconds * 1000);
    return { due, payload: { ...payload(number), due } };
  });
  await addAll(queue, tasks, 500);
  if (Date.now() >= begin) throw new Error("adding took longer than the head start");
  await all;
  await work.settled();
  await work.stop();
  return { late: found };
}

(async () => {
  const [name, where, what, count, more] = process.argv.slice(2);
  const queue = await require(`./${name}.cjs`).open(where);
  const measured = await { rate, late }[what](queue, Number(count), Number(more));
  await queue.close();
  console.log(JSON.stringify(measured));
  process.exit(0);
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
