-- No search compares a content, so nothing is to be known of what contents there are: a third of what looking through either table costs,
-- which PostgreSQL does each time that some per cent of it are new.
alter table resource alter column content set statistics 0;
alter table resource_version alter column content set statistics 0;
