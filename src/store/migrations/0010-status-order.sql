-- By shard, the rows of one status come in the order of a result's pages, as those of a value do in ix_value: a page of them, or of a
-- whole type in the order of its statuses, costs what it holds and not what matches.
create index resource_status_shard on resource (tenant, type, status, shard) where status is not null;
drop index resource_status;
