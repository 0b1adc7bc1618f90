-- The bare tables of the limit of enrolment: a seat row, a unique place, an audit line and a notice.
CREATE TABLE bench_course (id int PRIMARY KEY, capacity int NOT NULL, taken int NOT NULL DEFAULT 0,
                           next_place int NOT NULL DEFAULT 0, CHECK (taken <= capacity)) WITH (fillfactor = 70);
CREATE TABLE bench_enrolment (id bigserial PRIMARY KEY, course int NOT NULL, learner bigint NOT NULL, place int NOT NULL,
                              asked_at timestamptz NOT NULL DEFAULT now(), UNIQUE (course, learner), UNIQUE (course, place));
CREATE TABLE bench_audit (id bigserial PRIMARY KEY, learner bigint NOT NULL, verb text NOT NULL,
                          at timestamptz NOT NULL DEFAULT now(), changes jsonb NOT NULL);
CREATE TABLE bench_notice (id bigserial PRIMARY KEY, learner bigint NOT NULL, kind text NOT NULL, data jsonb NOT NULL);
CREATE SEQUENCE bench_learner;
INSERT INTO bench_course (id, capacity) VALUES (1, 100000000);
