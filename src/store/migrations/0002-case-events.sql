-- What has happened to cases, append-only (docs/adr/0004): one row an event, written in the flush of the change. shard is that of the
-- patient. The id names the version that made it, so it is unique without an index of its own; the key serves a patient's events.
create table case_event (
  shard smallint not null,
  tenant int not null,
  patient text collate "C" not null,
  case_id text collate "C" not null,
  id text collate "C" not null,
  type text not null,
  noun text not null,
  noun_id text collate "C" not null,
  at timestamptz not null,
  recorded timestamptz not null,
  actor text not null,
  body text not null,
  primary key (shard, tenant, patient, recorded, id)
);
create index case_event_case on case_event (tenant, case_id, recorded, id);
create index case_event_recorded on case_event (tenant, recorded, id);

-- Answers to requests with an Idempotency-Key. A second writer of the same key fails on the primary key and decides again.
create table kept_answer (
  tenant int not null,
  key text collate "C" not null,
  request_hash text not null,
  status int not null,
  body text not null,
  created timestamptz not null,
  primary key (tenant, key)
);
