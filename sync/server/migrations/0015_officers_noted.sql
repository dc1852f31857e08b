-- From now on an event says what each officer may do, and verify compares the officer's row with the last one: so that there
-- is one for those who are here already, they are noted as they were found.
INSERT INTO event SELECT org_id, md5('officer_found ' || org_id || ' ' || officer_id), now(), 'officer_found', officer_id,
    '', '', CASE WHEN active THEN role ELSE 'retired' END || ' ' || unit_id FROM officer;
