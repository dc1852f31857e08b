-- The server's tables spread over the machines of a Citus cluster, an organisation's rows together on one of them: run once
-- on the coordinator as the tables' owner, after "holdfast-server migrate" made them and before the first organisation.
-- NOT RUN by any proof of this project: Citus is in no archive that its proofs take packages from. What a test does read:
-- that each table of the migrations is named here, and that each of them leads every key with org_id.
CREATE EXTENSION IF NOT EXISTS citus;

-- Which organisation a device or a code belongs to, and which migrations were done: small, and everywhere the same.
SELECT create_reference_table('belonging');
SELECT create_reference_table('migration');

SELECT create_distributed_table('organisation', 'org_id');
SELECT create_distributed_table('counter', 'org_id', colocate_with => 'organisation');
SELECT create_distributed_table('unit', 'org_id', colocate_with => 'organisation');
SELECT create_distributed_table('officer', 'org_id', colocate_with => 'organisation');
SELECT create_distributed_table('code', 'org_id', colocate_with => 'organisation');
SELECT create_distributed_table('device', 'org_id', colocate_with => 'organisation');
SELECT create_distributed_table('entry', 'org_id', colocate_with => 'organisation');
SELECT create_distributed_table('quarantine', 'org_id', colocate_with => 'organisation');
SELECT create_distributed_table('held_case', 'org_id', colocate_with => 'organisation');
SELECT create_distributed_table('involved', 'org_id', colocate_with => 'organisation');
SELECT create_distributed_table('subscription', 'org_id', colocate_with => 'organisation');
SELECT create_distributed_table('notice', 'org_id', colocate_with => 'organisation');
SELECT create_distributed_table('snapshot', 'org_id', colocate_with => 'organisation');
SELECT create_distributed_table('node', 'org_id', colocate_with => 'organisation');
SELECT create_distributed_table('tree_head', 'org_id', colocate_with => 'organisation');
SELECT create_distributed_table('event', 'org_id', colocate_with => 'organisation');
SELECT create_distributed_table('event_seal', 'org_id', colocate_with => 'organisation');
SELECT create_distributed_table('sealed_event', 'org_id', colocate_with => 'organisation');
SELECT create_distributed_table('decision', 'org_id', colocate_with => 'organisation');
SELECT create_distributed_table('backup', 'org_id', colocate_with => 'organisation');
SELECT create_distributed_table('backup_file', 'org_id', colocate_with => 'organisation');
SELECT create_distributed_table('pack', 'org_id', colocate_with => 'organisation');
SELECT create_distributed_table('case_key', 'org_id', colocate_with => 'organisation');
SELECT create_distributed_table('erased', 'org_id', colocate_with => 'organisation');
SELECT create_distributed_table('erasure_receipt', 'org_id', colocate_with => 'organisation');
SELECT create_distributed_table('legal_hold', 'org_id', colocate_with => 'organisation');
