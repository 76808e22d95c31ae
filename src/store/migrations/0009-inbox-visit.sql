-- Which visit a message was about; which message was sent in place of one that could not be applied.
alter table inbox add column visit text collate "C", add column replaced_by text;
create index inbox_visit on inbox (tenant, visit, received) where visit is not null;
