#pragma once
// What alarms' rows look like to those who change them. Store room only.

namespace postrider::sqlite {

// alarm.state: 0 wanted, 1 set, 2 rang and its attempt is under way, 3 rang while nobody knew when its turn
// comes: asleep until its lane is opened, 4 set, but its task is over: to be removed from the queue. The tick
// is task 0; one that lost its place to another is in state 4, by its number below zero.

inline constexpr auto kNextAlarmNumber =
    "UPDATE sequence SET last = last + 1 WHERE name = 'alarm' RETURNING last";

inline constexpr auto kAlarmTable = R"sql(
-- What wakes us for a task, where no process waits for it: one alarm at a time for each, by a number that is
-- never used again.
CREATE TABLE alarm (
  task_id INTEGER PRIMARY KEY,
  number INTEGER NOT NULL,
  at INTEGER NOT NULL,
  state INTEGER NOT NULL,
  set_at INTEGER NOT NULL DEFAULT 0,   -- when it was acknowledged
  seen INTEGER NOT NULL DEFAULT 0      -- the last look through the queue that found it
);
CREATE UNIQUE INDEX alarm_by_number ON alarm(number);
CREATE INDEX alarm_wanted ON alarm(at) WHERE state = 0;
CREATE INDEX alarm_set ON alarm(at) WHERE state = 1;
CREATE INDEX alarm_asleep ON alarm(task_id) WHERE state = 3;
CREATE INDEX alarm_stray ON alarm(task_id) WHERE state = 4;
INSERT INTO sequence (name, last) VALUES ('alarm', 0);
)sql";

}  // namespace postrider::sqlite
