WITH who AS MATERIALIZED (SELECT nextval('bench_learner') AS learner),
seat AS (UPDATE bench_course SET taken = taken + 1, next_place = next_place + 1
         WHERE id = 1 AND taken < capacity RETURNING next_place),
place AS (INSERT INTO bench_enrolment (course, learner, place) SELECT 1, learner, next_place FROM who, seat RETURNING learner),
line AS (INSERT INTO bench_audit (learner, verb, changes) SELECT learner, 'enrol', '{"state": [null, "seated"]}' FROM place)
INSERT INTO bench_notice (learner, kind, data) SELECT learner, 'seated', '{"course": 1}' FROM place;
