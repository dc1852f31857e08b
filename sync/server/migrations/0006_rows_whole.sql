-- An entry of usual length lies in its row: put aside, it takes three rows and another index.
ALTER TABLE entry SET (toast_tuple_target = 8160);
ALTER TABLE snapshot SET (toast_tuple_target = 8160);
