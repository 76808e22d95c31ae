-- Numbers of tenants by the name that a token's claim gives them. A number is for ever: every other table has it in its keys.
create table tenant (
  number int primary key,
  name text collate "C" not null unique
);
