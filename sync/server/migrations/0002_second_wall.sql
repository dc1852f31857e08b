-- The second wall: a transaction sees only the organisation, and of cases only what the device may hold, that it named.
-- Each row looks one subscription up by its key; an EXISTS would be planned as a walk over all of a device's cases.
-- holdfast.device is the id of a device, or "all" for what concerns every case: judging a push, verifying, folding.
ALTER TABLE organisation ENABLE ROW LEVEL SECURITY;
CREATE POLICY org ON organisation USING (org_id = current_setting('holdfast.org', true));
ALTER TABLE counter ENABLE ROW LEVEL SECURITY;
CREATE POLICY org ON counter USING (org_id = current_setting('holdfast.org', true));
ALTER TABLE unit ENABLE ROW LEVEL SECURITY;
CREATE POLICY org ON unit USING (org_id = current_setting('holdfast.org', true));
ALTER TABLE officer ENABLE ROW LEVEL SECURITY;
CREATE POLICY org ON officer USING (org_id = current_setting('holdfast.org', true));
ALTER TABLE code ENABLE ROW LEVEL SECURITY;
CREATE POLICY org ON code USING (org_id = current_setting('holdfast.org', true));
ALTER TABLE device ENABLE ROW LEVEL SECURITY;
CREATE POLICY org ON device USING (org_id = current_setting('holdfast.org', true));
ALTER TABLE quarantine ENABLE ROW LEVEL SECURITY;
CREATE POLICY org ON quarantine USING (org_id = current_setting('holdfast.org', true));
ALTER TABLE involved ENABLE ROW LEVEL SECURITY;
CREATE POLICY org ON involved USING (org_id = current_setting('holdfast.org', true));
ALTER TABLE node ENABLE ROW LEVEL SECURITY;
CREATE POLICY org ON node USING (org_id = current_setting('holdfast.org', true));
ALTER TABLE tree_head ENABLE ROW LEVEL SECURITY;
CREATE POLICY org ON tree_head USING (org_id = current_setting('holdfast.org', true));
ALTER TABLE event ENABLE ROW LEVEL SECURITY;
CREATE POLICY org ON event USING (org_id = current_setting('holdfast.org', true));
ALTER TABLE subscription ENABLE ROW LEVEL SECURITY;
CREATE POLICY scope ON subscription USING (org_id = current_setting('holdfast.org', true)
    AND current_setting('holdfast.device', true) IN ('all', device_id));
ALTER TABLE notice ENABLE ROW LEVEL SECURITY;
CREATE POLICY scope ON notice USING (org_id = current_setting('holdfast.org', true)
    AND current_setting('holdfast.device', true) IN ('all', device_id));
ALTER TABLE entry ENABLE ROW LEVEL SECURITY;
CREATE POLICY scope ON entry USING (org_id = current_setting('holdfast.org', true)
    AND (current_setting('holdfast.device', true) = 'all' OR (SELECT s.until IS NULL FROM subscription AS s
        WHERE s.org_id = entry.org_id AND s.device_id = current_setting('holdfast.device', true)
        AND s.case_id = entry.case_id)));
ALTER TABLE held_case ENABLE ROW LEVEL SECURITY;
CREATE POLICY scope ON held_case USING (org_id = current_setting('holdfast.org', true)
    AND (current_setting('holdfast.device', true) = 'all' OR (SELECT s.until IS NULL FROM subscription AS s
        WHERE s.org_id = held_case.org_id AND s.device_id = current_setting('holdfast.device', true)
        AND s.case_id = held_case.case_id)));
ALTER TABLE snapshot ENABLE ROW LEVEL SECURITY;
CREATE POLICY scope ON snapshot USING (org_id = current_setting('holdfast.org', true)
    AND (current_setting('holdfast.device', true) = 'all' OR (SELECT s.until IS NULL FROM subscription AS s
        WHERE s.org_id = snapshot.org_id AND s.device_id = current_setting('holdfast.device', true)
        AND s.case_id = snapshot.case_id)));
-- What was written of the history is never changed: the program that serves may add to it, and no more.
GRANT SELECT, INSERT ON entry, quarantine, node, tree_head, event, notice, belonging TO holdfast_serving;
GRANT SELECT, INSERT, UPDATE ON organisation, counter, unit, officer, code, device, held_case, subscription, snapshot
    TO holdfast_serving;
GRANT SELECT, INSERT, DELETE ON involved TO holdfast_serving;
GRANT SELECT ON migration TO holdfast_serving;
