-- Search values that have a table of their own because few types have them (docs/adr/0013): the other types pay nothing.
-- A database of an earlier release gets its rows by the reindex that index_state drives.

-- Numbers and quantities as [low, high], both included; an open side is infinite. A stored number is a point: R4 ignores its precision.
-- A quantity stands here as it is written (code and unit are both searched) and, when its unit is of UCUM, once more in canonical units:
-- `canonical` rows have low, high and code only. Location.near: latitude under the parameter's number, longitude under longitudeNumber of it.
create table ix_number (
  shard smallint not null,
  tenant int not null,
  type smallint not null,
  param smallint not null,
  low numeric not null,
  high numeric not null,
  sys text collate "C",
  code text collate "C",
  unit text collate "C",
  canonical boolean not null,
  rid text collate "C" not null
) with (autovacuum_vacuum_scale_factor = 0.02);
create index ix_number_value on ix_number (tenant, type, param, low, high) where not canonical;
create index ix_number_canonical on ix_number (tenant, type, param, code, low, high) where canonical;
create index ix_number_resource on ix_number (shard, tenant, type, rid);

-- One row a combination of component values that stand in one element. The first component is always a token (val, sys). The second
-- is a token, reference or string (val2, sys2 as in ix), a date (dlow, dhigh: half-open), a number (low, high) or a quantity: low, high,
-- val2 = code, sys2 = its system, unit = as people read it; a canonical row beside it as in ix_number. A third is a number (low2, high2).
create table ix_composite (
  shard smallint not null,
  tenant int not null,
  type smallint not null,
  param smallint not null,
  val text collate "C" not null,
  sys text collate "C",
  val2 text collate "C",
  sys2 text collate "C",
  unit text collate "C",
  low numeric,
  high numeric,
  low2 numeric,
  high2 numeric,
  dlow timestamptz,
  dhigh timestamptz,
  canonical boolean not null,
  rid text collate "C" not null
) with (autovacuum_vacuum_scale_factor = 0.02);
create index ix_composite_value on ix_composite (tenant, type, param, val, val2, low);
create index ix_composite_resource on ix_composite (shard, tenant, type, rid);

-- Words of the narrative, folded as strings are, without markup: _text.
create table ix_text (
  shard smallint not null,
  tenant int not null,
  type smallint not null,
  rid text collate "C" not null,
  body tsvector not null,
  primary key (shard, tenant, type, rid)
);
create index ix_text_body on ix_text using gin (body);

-- Which program's search values the tables hold: version names what it indexes, and code is higher in a later one. While it differs from
-- the running program's, `target` is what is being written, and (shard, tenant, type, id) the last resource done; `owner` works until `until`.
create table index_state (
  one boolean primary key default true check (one),
  version text not null,
  code int not null default 0,
  target text,
  shard smallint,
  tenant int,
  type smallint,
  id text collate "C",
  done bigint not null default 0,
  owner text,
  until timestamptz
);
insert into index_state (version) select case when exists (select 1 from resource) then '' else 'empty' end;
