-- The store (docs/adr/0004 and 0008). Every text that is compared or sorted is collate "C": byte order, the
-- same on every back end, and prefix search works on a plain B-tree.
-- `shard` leads the keys of everything that belongs to a patient; value look-ups can't know it and lead with (tenant, type, param, val).
-- `type` is the number of src/fhir/resource-types.ts, `param` that of src/fhir/search/parameters.ts.

-- Current state. `updated` has no index here on purpose: it changes with every write and would end heap-only updates.
-- patient of a tombstone stays, so that a compartment is loaded with its tombstones.
create table resource (
  shard smallint not null,
  tenant int not null,
  type smallint not null,
  id text collate "C" not null,
  version int not null,
  updated timestamptz not null,
  deleted boolean not null default false,
  patient text collate "C",
  ixh bigint not null,
  status text collate "C",
  owner text collate "C",
  ds timestamptz,
  de timestamptz,
  content text not null,
  primary key (shard, tenant, type, id)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
create index resource_patient on resource (tenant, patient, type) where patient is not null;
create index resource_owner on resource (tenant, type, owner, status) where owner is not null;
create index resource_status on resource (tenant, type, status) where status is not null;
create index resource_start on resource (tenant, type, ds) where ds is not null;

-- Every version, append-only. Its index on `updated` serves _lastUpdated and _since: join back on (shard, tenant, type, id, version).
create table resource_version (
  shard smallint not null,
  tenant int not null,
  type smallint not null,
  id text collate "C" not null,
  version int not null,
  updated timestamptz not null,
  deleted boolean not null,
  content text not null,
  primary key (shard, tenant, type, id, version)
);
create index resource_version_updated on resource_version (tenant, type, updated);

-- Tokens, strings, uris and references of current resources; rewritten only when resource.ixh changes.
create table ix (
  shard smallint not null,
  tenant int not null,
  type smallint not null,
  param smallint not null,
  val text collate "C" not null,
  sys text collate "C",
  rid text collate "C" not null
) with (autovacuum_vacuum_scale_factor = 0.02);
-- By shard, the rows of a common value come in the order of a result's pages. Without rid and sys equal entries share one
-- posting list: a third of the size and half of the cost of a write (ADR 0008).
create index ix_value on ix (tenant, type, param, val, shard);
-- Which values are common (gender, class, status) decides whether a search starts from the value or from the resources.
create statistics ix_common (mcv) on type, param, val from ix;
alter statistics ix_common set statistics 300;
create index ix_resource on ix (shard, tenant, type, rid);

create table ix_date (
  shard smallint not null,
  tenant int not null,
  type smallint not null,
  param smallint not null,
  low timestamptz not null,
  high timestamptz not null,
  rid text collate "C" not null
) with (autovacuum_vacuum_scale_factor = 0.02);
create index ix_date_value on ix_date (tenant, type, param, low, high);
create index ix_date_resource on ix_date (shard, tenant, type, rid);

-- Ids that clients chose: where they live, and that they are unique. Ids minted here carry their shard.
create table id_directory (
  tenant int not null,
  type smallint not null,
  id text collate "C" not null,
  shard smallint not null,
  primary key (tenant, type, id)
);

-- What was said to have happened, append-only; shard is that of the subject.
create table fact (
  shard smallint not null,
  tenant int not null,
  subject text collate "C" not null,
  id text collate "C" not null,
  kind text collate "C" not null,
  scope text collate "C" not null,
  at timestamptz not null,
  recorded timestamptz not null,
  actor text not null,
  source text not null,
  body text not null,
  primary key (shard, tenant, subject, id)
);

-- Last-writer-wins registers; the row of scope '' serialises a patient.
create table said (
  shard smallint not null,
  tenant int not null,
  subject text collate "C" not null,
  scope text collate "C" not null,
  version int not null,
  body text not null,
  primary key (shard, tenant, subject, scope)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);

create table inbox (
  tenant int not null,
  source text collate "C" not null,
  message_id text collate "C" not null,
  payload_hash text collate "C" not null,
  trigger text not null,
  outcome text not null,
  reason text,
  subject text collate "C",
  received timestamptz not null,
  origin text not null,
  raw bytea not null,
  resources text[] not null,
  primary key (tenant, source, message_id, payload_hash)
);
create index inbox_received on inbox (tenant, received, source, message_id, payload_hash);
create index inbox_message on inbox (tenant, message_id);
create index inbox_subject on inbox (tenant, subject, received) where subject is not null;
create index inbox_open on inbox (tenant, outcome, received) where outcome in ('ignored', 'parked', 'dead-letter');

create table consumer_offset (
  consumer_group text collate "C" not null,
  topic text collate "C" not null,
  partition int not null,
  next_offset bigint not null,
  primary key (consumer_group, topic, partition)
);

-- seq order is commit order per (target, key), because a flush locks the pair before it takes a number.
create table outbox (
  seq bigint generated always as identity primary key,
  tenant int not null,
  lane smallint not null,
  target text collate "C" not null,
  key text collate "C" not null,
  payload text not null,
  attempts int not null default 0,
  next_at timestamptz,
  error text,
  created timestamptz not null
) with (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02);
create index outbox_drain on outbox (target, seq);
create index outbox_waiting on outbox (target, key, seq) where next_at is not null;

-- Given up, kept for an operator.
create table outbox_dead (
  seq bigint primary key,
  tenant int not null,
  lane smallint not null,
  target text collate "C" not null,
  key text collate "C" not null,
  payload text not null,
  attempts int not null,
  error text not null,
  created timestamptz not null,
  buried timestamptz not null
);
create index outbox_dead_target on outbox_dead (target, seq);

create table outbox_member (
  target text collate "C" not null,
  owner text collate "C" not null,
  until timestamptz not null,
  primary key (target, owner)
);

create table outbox_lane (
  target text collate "C" not null,
  lane smallint not null,
  owner text collate "C",
  until timestamptz,
  primary key (target, lane)
);

create table timer (
  tenant int not null,
  id text collate "C" not null,
  due timestamptz not null,
  kind text not null,
  subject text collate "C" not null,
  payload text not null,
  claimed_until timestamptz,
  primary key (tenant, id)
);
create index timer_due on timer (due);
create index timer_claimed on timer (claimed_until) where claimed_until is not null;

create table sync_link (
  peer text collate "C" not null,
  type text collate "C" not null,
  id text collate "C" not null,
  tenant int not null,
  remote_id text collate "C" not null,
  remote_version text not null,
  remote_hash text not null,
  base text not null,
  primary key (peer, type, id)
);
create unique index sync_link_remote on sync_link (peer, type, remote_id);

create table sync_cursor (
  peer text collate "C" not null,
  type text collate "C" not null,
  watermark timestamptz not null,
  primary key (peer, type)
);

create table sync_conflict (
  id text collate "C" primary key,
  peer text collate "C" not null,
  key text collate "C" not null,
  at timestamptz not null,
  elements text not null
);
create index sync_conflict_peer on sync_conflict (peer, at);

create table audit (
  seq bigint generated always as identity primary key,
  tenant int not null,
  at timestamptz not null,
  actor text not null,
  action text not null,
  key text collate "C" not null,
  version int,
  request_id text
);

-- Guards. A pipeline has already sent COMMIT when it learns that a statement was short, so the statement itself must fail.
create function cw_conflict(kind text, keys text[]) returns int language plpgsql as $$
begin
  if cardinality(keys) > 0 then
    raise exception 'decided on an old version' using errcode = 'CW409', table = kind, detail = array_to_string(keys, ',');
  end if;
  return 0;
end $$;

create function cw_fence(moved bigint) returns int language plpgsql as $$
begin
  if moved <> 1 then
    raise exception 'the offset was moved by another consumer' using errcode = 'CW410';
  end if;
  return 0;
end $$;

create function cw_expect(what text, had bigint, wanted bigint) returns int language plpgsql as $$
begin
  if had <> wanted then
    raise exception '% of % % rows exist', had, wanted, what using errcode = 'CW404';
  end if;
  return 0;
end $$;
