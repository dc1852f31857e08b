-- From now on an event says what each officer may do, and verify compares the officer's row with the last one: so that there
-- is one for those who are here already, they are noted as they were found.
INSERT INTO event SELECT org_id,
    left(encode(sha256(convert_to('officer_found ' || org_id || ' ' || officer_id, 'UTF8')), 'hex'), 32), now(),
    'officer_found', officer_id, '', '', CASE WHEN active THEN role ELSE 'retired' END || ' ' || unit_id FROM officer;
