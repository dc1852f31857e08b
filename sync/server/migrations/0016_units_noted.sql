-- The same of units: below which other one each of them stands says whose cases a supervisor above it may read.
INSERT INTO event SELECT org_id,
    left(encode(sha256(convert_to('unit_found ' || org_id || ' ' || unit_id, 'UTF8')), 'hex'), 32), now(), 'unit_found',
    '', '', '', unit_id || ' ' || above FROM unit;
