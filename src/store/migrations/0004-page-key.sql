-- What seals the links from page to page of a search: the same for every process of an installation, and after a restart.
create table page_key (
  one boolean primary key default true check (one),
  key bytea not null
);
-- 244 bits of the server's own strong chance.
insert into page_key (key) select sha256((gen_random_uuid()::text || gen_random_uuid()::text)::bytea);
