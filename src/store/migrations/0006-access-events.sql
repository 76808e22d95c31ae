-- Who asked for what, and what came of it: one row a request, refusals among them. What a request wrote stands in `audit`, by the same request_id.
-- No patient's data but references. Rows are only added; what is older than it has to be kept an operator deletes by `at`.
create table access_event (
  seq bigint generated always as identity primary key,
  tenant int not null,
  at timestamptz not null,
  actor text collate "C",
  client text collate "C",
  method text not null,
  route text not null,
  entity text collate "C",
  patient text collate "C",
  status smallint not null,
  request_id text not null
) with (autovacuum_vacuum_insert_scale_factor = 0.1);
create index access_event_at on access_event (tenant, at);
create index access_event_entity on access_event (tenant, entity, seq) where entity is not null;
create index access_event_patient on access_event (tenant, patient, seq) where patient is not null;
create index access_event_actor on access_event (tenant, actor, seq) where actor is not null;
